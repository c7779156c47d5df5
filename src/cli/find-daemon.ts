import { failed, ok, type Result } from "../base/result.ts";
import { askDaemon } from "../linux/control-client.ts";
import { type ControlRequest, controlFolder, controlSockets } from "../linux/control-protocol.ts";
import { isListening } from "../linux/control-socket.ts";

/** A daemon that can be asked. */
export interface FoundDaemon {
  readonly socket: string;
  /** The error is a sentence for people. */
  ask(request: ControlRequest): Promise<Result<unknown, string>>;
}

/**
 * The daemon of this network namespace, or the one behind `socket`. The error says what was looked for, what there is,
 * and the way out.
 */
export async function findDaemon(socket: string | undefined): Promise<Result<FoundDaemon, string>> {
  if (socket !== undefined) return ok(daemonAt(socket));
  try {
    const { here, elsewhere } = controlSockets();
    const living = await listening(here);
    const [only] = living;
    if (only !== undefined && living.length === 1) return ok(daemonAt(only));
    if (living.length > 1) {
      return failed(
        `${living.length} daemons run in this network namespace; name one of them with --socket:\n  ${living.join("\n  ")}`,
      );
    }
    const others = await listening(elsewhere);
    const hint =
      others.length === 0
        ? ""
        : `\nDaemons of other network namespaces can be asked with --socket:\n  ${others.join("\n  ")}`;
    return failed(
      `no daemon of locum runs in this network namespace (looked in ${controlFolder()}). Start it with "locum run", or run this within its namespace ("ip netns exec NAME locum ...")${hint}`,
    );
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EACCES") return failed(`${controlFolder()} may not be read by this user; run it as root`);
    return failed(error instanceof Error ? error.message : String(error));
  }
}

async function listening(sockets: readonly string[]): Promise<readonly string[]> {
  const alive = await Promise.all(sockets.map(isListening));
  return sockets.filter((_, at) => alive[at] === true);
}

function daemonAt(socket: string): FoundDaemon {
  return {
    socket,
    async ask(request) {
      const answer = await askDaemon(socket, request);
      if (answer.ok) return answer;
      const { kind, message } = answer.error;
      const hint = kind === "absent" ? '. The daemon has ended or never ran: start it with "locum run"' : "";
      return failed(`${message}${hint}`);
    },
  };
}
