import type { Socket } from "dgram-extra";
import { unreachable } from "../base/assert.ts";
import type { Instant } from "../base/time.ts";
import type { BfdHostEffect, BfdHostEvent, BfdPort } from "../director/bfd-host.ts";
import type { DriverHost } from "../director/driver.ts";
import { Alarm } from "./alarm.ts";
import { BfdSender, listenForBfd } from "./bfd-socket.ts";
import type { ChildMessage } from "./process/messages.ts";

/** How a BfdHost reaches its process. */
export interface BfdHostOptions {
  readonly send: (message: ChildMessage) => void;
  readonly deliver: (event: BfdHostEvent) => void;
  /** Called when every farewell is said. */
  readonly stopped: () => void;
}

/** The live world of the BFD process: UDP sockets and one alarm. It performs what it is told and decides nothing. */
export class BfdHost implements DriverHost<BfdHostEvent, BfdHostEffect> {
  readonly alarm: { set(at: Instant | undefined): void };
  readonly #options: BfdHostOptions;
  readonly #listeners = new Map<string, Socket>();
  readonly #senders = new Map<number, BfdSender>();

  constructor(options: BfdHostOptions) {
    this.#options = options;
    // Packets that are already here must count before the detection time that they prolong.
    this.alarm = new Alarm(() => setImmediate(() => options.deliver({ kind: "alarm" })));
  }

  perform(effects: readonly BfdHostEffect[]): readonly BfdHostEvent[] {
    const failures: BfdHostEvent[] = [];
    for (const effect of effects) {
      const reason = this.#performOne(effect);
      if (reason !== undefined) failures.push({ kind: "effect-failed", effect, reason });
    }
    return failures;
  }

  /** Does one thing; the reason when it cannot be done. */
  #performOne(effect: BfdHostEffect): string | undefined {
    switch (effect.kind) {
      case "open-port":
        return this.#listen(effect.port);
      case "close-port":
        this.#listeners.get(portKey(effect.port))?.close();
        this.#listeners.delete(portKey(effect.port));
        return undefined;
      case "open-session":
        this.#senders.get(effect.session)?.close();
        // It opens with the first packet; what stands in its way is then told as a packet that did not go out.
        this.#senders.set(effect.session, new BfdSender(effect));
        return undefined;
      case "close-session":
        this.#senders.get(effect.session)?.close();
        this.#senders.delete(effect.session);
        return undefined;
      case "send-packet": {
        const sent = this.#senders.get(effect.session)?.send(effect.bytes);
        return sent === undefined || sent.ok ? undefined : `Error sending packet: ${sent.error}`;
      }
      case "session":
        this.#options.send({ kind: "bfd-session", news: effect });
        return undefined;
      case "log":
        this.#options.send({ kind: "log", level: effect.level, message: effect.message });
        return undefined;
      case "stopped":
        this.#options.stopped();
        return undefined;
      default:
        return unreachable(effect);
    }
  }

  #listen(port: BfdPort): string | undefined {
    const { deliver } = this.#options;
    const opened = listenForBfd(port, {
      packet: (bytes, origin) => deliver({ kind: "packet", bytes, origin }),
      trouble: (message) => deliver({ kind: "trouble", about: portKey(port), message }),
    });
    if (!opened.ok) return `Unable to open listening socket: ${opened.error}`;
    this.#listeners.set(portKey(port), opened.value);
    return undefined;
  }
}

function portKey({ family, multihop }: BfdPort): string {
  return `${multihop ? "multihop" : "single hop"} IPv${family}`;
}
