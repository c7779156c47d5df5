/** A small configuration and what it is about. The files beside `main.conf` are for includes. */
export interface KeepalivedCase {
  readonly name: string;
  readonly text: string;
  readonly files?: Readonly<Record<string, string>>;
  /** `-i`; "host" when absent. */
  readonly configId?: string;
  /** Why our lines differ from keepalived's, where they do; the exit code is the same all the same. */
  readonly linesDiffer?: string;
}
