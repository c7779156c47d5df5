import type { SessionNews } from "../../director/bfd-host.ts";
import type { ChildKind, ParentMessage } from "./messages.ts";

/** A child that may follow BFD sessions. */
export interface SessionFollower {
  readonly kind: ChildKind;
  send(message: ParentMessage): void;
}

/**
 * The parent's memory of BFD sessions: what the BFD process reports goes to who may hear of it, and a process that starts
 * later is told how things stand. Deviation: keepalived's VRRP process, started again, takes every session for down until
 * it changes.
 */
export class SessionBoard {
  readonly #news = new Map<string, SessionNews>();

  /** Takes a report and passes it on. */
  heard(news: SessionNews, child: (kind: ChildKind) => SessionFollower | undefined): void {
    if (news.up === undefined) this.#news.delete(news.name);
    else this.#news.set(news.name, news);
    for (const kind of ["vrrp", "checkers"] as const) {
      const follower = child(kind);
      if (follower !== undefined) tell(news, follower);
    }
  }

  /** Tells a process that has just been started. */
  introduce(follower: SessionFollower): void {
    for (const news of this.#news.values()) tell(news, follower);
  }
}

function tell({ name, up, forVrrp, forChecker }: SessionNews, follower: SessionFollower): void {
  const concerned = follower.kind === "vrrp" ? forVrrp : follower.kind === "checkers" && forChecker;
  if (concerned && up !== undefined) follower.send({ kind: "bfd-session", name, up });
}
