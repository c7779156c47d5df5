import { describe, expect, it } from "vitest";
import type { SessionNews } from "../../../src/director/bfd-host.ts";
import type { ChildKind, ParentMessage } from "../../../src/linux/process/messages.ts";
import { SessionBoard } from "../../../src/linux/process/session-board.ts";

function news(name: string, changes: Partial<SessionNews> = {}): SessionNews {
  return { kind: "session", name, up: true, forVrrp: true, forChecker: true, ...changes };
}

/** A child that writes down what it is told of sessions. */
function child(kind: ChildKind) {
  const told: string[] = [];
  const send = (message: ParentMessage) => {
    if (message.kind === "bfd-session") told.push(`${message.name} ${message.up}`);
  };
  return { kind, told, send };
}

describe("the parent's memory of BFD sessions", () => {
  it("passes news on to who may hear of it, and not to the BFD process", () => {
    const board = new SessionBoard();
    const children = { vrrp: child("vrrp"), checkers: child("checkers"), bfd: child("bfd") };
    const find = (kind: ChildKind) => children[kind];
    board.heard(news("both"), find);
    board.heard(news("routers", { forChecker: false }), find);
    board.heard(news("services", { forVrrp: false, up: false }), find);
    expect(children.vrrp.told).toEqual(["both true", "routers true"]);
    expect(children.checkers.told).toEqual(["both true", "services false"]);
    expect(children.bfd.told).toEqual([]);
  });

  it("tells a process that starts later how every session stands, without those that are gone", () => {
    const board = new SessionBoard();
    const nobody = () => undefined;
    board.heard(news("one"), nobody);
    board.heard(news("one", { up: false }), nobody);
    board.heard(news("two"), nobody);
    board.heard(news("three"), nobody);
    board.heard(news("three", { up: undefined }), nobody);
    const late = child("vrrp");
    board.introduce(late);
    expect(late.told).toEqual(["one false", "two true"]);
  });
});
