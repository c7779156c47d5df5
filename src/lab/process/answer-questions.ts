import type { Answer, Question } from "../worker-process.ts";

/**
 * The other end of a WorkerProcess: answers what the lab asks, and ends when the lab is gone, however it went.
 */
export function answerQuestions<Request, Reply>(answer: (request: Request) => Promise<Reply>): void {
  process.on("message", (question: Question<Request>) => {
    answer(question.request).then(
      (reply) => send({ id: question.id, reply }),
      (error: unknown) =>
        send({ id: question.id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.on("disconnect", () => process.exit(0));
  // A Ctrl-C at the terminal reaches every process of the group; the lab itself decides when its parts end.
  process.on("SIGINT", () => {});
}

function send<Reply>(answer: Answer<Reply>): void {
  process.send?.(answer);
}
