/** What the steps of a drill find out for the verdict. */
export interface Findings {
  /** How long the service was gone for the client at the failover, in milliseconds. */
  failoverMs: number | undefined;
  /** How the first batch of requests fell. */
  share: Readonly<Record<string, number>>;
}
