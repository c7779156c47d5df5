import type { Instant } from "../base/time.ts";
import type { CheckTarget } from "../conf/model/virtual-server.ts";

/** Names one attempt; answers to an attempt that is over carry an old number and are ignored. */
export type ProbeId = number;

/** One question put to a real server, as data. */
export type ProbeRequest = TcpProbeRequest | HttpProbeRequest;

/** Does a TCP connection come about? Nothing is sent. */
export interface TcpProbeRequest {
  readonly kind: "tcp";
  readonly target: CheckTarget;
}

/** One GET on a connection of its own; redirects are not followed. */
export interface HttpProbeRequest {
  readonly kind: "http";
  readonly target: CheckTarget;
  readonly tls: boolean;
  /** The name sent in the TLS handshake; no name is sent when absent. */
  readonly serverName?: string;
  /** Host header. */
  readonly host: string;
  readonly path: string;
  /** Whether the MD5 of the body is wanted. */
  readonly digest: boolean;
}

/** What was seen. Whether that is good is for the judges to say. */
export type Observation =
  /** The connection came about (TCP). */
  | { readonly kind: "connected" }
  /** A whole response was read; `digest` is the MD5 of its body in lower-case hexadecimal, when it was asked for. */
  | { readonly kind: "answered"; readonly status: number; readonly digest?: string }
  | { readonly kind: "refused" }
  | { readonly kind: "timed-out" }
  /** The server sent more than is ever read of it; `limit` in bytes. */
  | { readonly kind: "too-long"; readonly part: "header" | "body"; readonly limit: number }
  /** Any other failure between us and the server, in words. */
  | { readonly kind: "failed"; readonly reason: string }
  /**
   * The question could not be asked for want of something on this host (descriptors, ports, memory, a feature).
   * That says nothing about the server, so it changes no verdict.
   */
  | { readonly kind: "not-asked"; readonly reason: string };

/** Asks the host to put a question; the answer comes back with the same id. */
export interface ProbeEffect {
  readonly kind: "probe";
  readonly id: ProbeId;
  readonly request: ProbeRequest;
  /** The machine calls the attempt off at this instant. */
  readonly dueBy: Instant;
}

/** The answer is no longer of interest: close what is open. */
export interface CancelProbeEffect {
  readonly kind: "cancel-probe";
  readonly id: ProbeId;
}
