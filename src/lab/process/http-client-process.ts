import type { BatchOutcome, RequestBatch } from "../http-client.ts";
import { monotonicNow } from "../monotonic-clock.ts";
import { answerQuestions } from "./answer-questions.ts";
import { httpGet } from "./http-get.ts";

answerQuestions<RequestBatch, BatchOutcome>(async (batch) => {
  const from = monotonicNow();
  const share: Record<string, number> = {};
  const failures: string[] = [];
  let failed = 0;
  for (let at = 0; at < batch.count; at++) {
    const answer = await httpGet(batch);
    if (answer.ok) {
      share[answer.body] = (share[answer.body] ?? 0) + 1;
      continue;
    }
    failed++;
    if (failures.length < 10) failures.push(`request ${at + 1}: ${answer.reason}`);
  }
  return { from, to: monotonicNow(), sent: batch.count, share, failures, failed };
});
