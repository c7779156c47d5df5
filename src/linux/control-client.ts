import { createConnection } from "node:net";
import { failed, ok, type Result } from "../base/result.ts";
import type { ControlAnswer, ControlRequest } from "./control-protocol.ts";

/** No answer of a daemon is longer: its configuration may have 848 kB and many times that as JSON. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Why a daemon could not be asked. "absent": nobody listens there. */
export interface ControlFailure {
  readonly kind: "absent" | "refused";
  readonly message: string;
}

/** Asks a daemon one thing through its control socket. */
export function askDaemon(path: string, request: ControlRequest): Promise<Result<unknown, ControlFailure>> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const pieces: Buffer[] = [];
    let length = 0;
    const conclude = (result: Result<unknown, ControlFailure>) => {
      socket.destroy();
      resolve(result);
    };
    const refuse = (message: string) => conclude(failed({ kind: "refused", message }));
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (piece) => {
      pieces.push(piece);
      length += piece.length;
      if (length > MOST_BYTES) refuse(`${path} sent more than ${MOST_BYTES} bytes`);
      else if (piece.includes(10)) conclude(readAnswer(Buffer.concat(pieces).toString("utf8"), path));
    });
    socket.on("end", () => refuse(`the daemon behind ${path} ended before it answered; ask again`));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      const absent = error.code === "ENOENT" || error.code === "ECONNREFUSED";
      if (absent) conclude(failed({ kind: "absent", message: `no daemon listens on ${path}` }));
      else if (error.code === "EACCES" || error.code === "EPERM")
        refuse(`${path} may not be used by this user; run the command as root`);
      else refuse(`cannot talk to the daemon at ${path}: ${error.message}`);
    });
    socket.setTimeout(10_000, () => refuse(`the daemon behind ${path} has not answered for 10 s`));
  });
}

function readAnswer(line: string, path: string): Result<unknown, ControlFailure> {
  try {
    const answer = JSON.parse(line) as ControlAnswer;
    return answer.ok ? ok(answer.answer) : failed({ kind: "refused", message: answer.error });
  } catch {
    return failed({ kind: "refused", message: `${path} answered with something that is no JSON` });
  }
}
