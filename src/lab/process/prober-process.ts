import { MonotonicTimer, setNice } from "dgram-extra";
import type { Instant } from "../../base/time.ts";
import { monotonicNow } from "../monotonic-clock.ts";
import type { ProberReport, ProberRequest, ProbeTarget } from "../prober.ts";
import { answerQuestions } from "./answer-questions.ts";
import { EchoSocket } from "./echo-socket.ts";
import { httpGet } from "./http-get.ts";

const target = JSON.parse(process.argv[2] ?? "") as ProbeTarget;
const sentAt: Instant[] = [];
const answeredAt: number[] = [];
let longestStall = 0;

const onAnswer = (probe: number, at: number): void => {
  if (answeredAt[probe] === -1) answeredAt[probe] = at;
};

try {
  setNice(-20);
} catch {
  // A container without CAP_SYS_NICE: probes may leave late, and `longestStall` tells by how much.
}

const send = senderFor(target);
const period = target.everyMs * 1_000;
let due: number = monotonicNow();
const timer = new MonotonicTimer(() => {
  const now = monotonicNow();
  const last = sentAt.at(-1);
  if (last !== undefined) longestStall = Math.max(longestStall, now - last);
  const probe = sentAt.length;
  sentAt.push(now);
  answeredAt.push(-1);
  send(probe);
  // After a stall it goes on from here: probes that were missed are not made up for in a burst.
  due = Math.max(due + period, now + period / 2);
  timer.set(due);
});
timer.set(due);

answerQuestions<ProberRequest, ProberReport>(async () => ({ sentAt, answeredAt, longestStall }));

function senderFor(what: ProbeTarget): (probe: number) => void {
  switch (what.kind) {
    case "echo": {
      const socket = new EchoSocket(what.address, onAnswer);
      return (probe) => socket.send(probe);
    }
    case "http":
      return (probe) => {
        httpGet({ host: what.address, port: what.port, timeoutMs: 1_000 }).then((answer) => {
          if (answer.ok) onAnswer(probe, monotonicNow());
        });
      };
  }
}
