import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LabError } from "./lab-error.ts";
import { inNamespace } from "./network-namespace.ts";

/** What runs in a worker: a module of `process/`, in a namespace. */
export interface WorkerOptions {
  readonly namespace: string;
  /** Name of the module in `process/`, without extension. */
  readonly module: string;
  /** Its arguments, from process.argv[2] on. */
  readonly argv?: readonly string[];
}

/** A question as it travels to the worker. */
export interface Question<Request> {
  readonly id: number;
  readonly request: Request;
}

/** The answer to the question of the same id; `error` when the worker could not do it. */
export interface Answer<Reply> {
  readonly id: number;
  readonly reply?: Reply;
  readonly error?: string;
}

interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A part of the lab that needs its own namespace or its own event loop: a Node process entered through nsenter(1),
 * asked over Node's own channel. It ends by itself when this process does.
 */
export class WorkerProcess<Request, Reply> {
  readonly #child: ChildProcess;
  readonly #module: string;
  readonly #waiting = new Map<number, Waiting<Reply>>();
  #lastId = 0;
  #end: LabError | undefined;
  #complaints = "";

  constructor(options: WorkerOptions) {
    this.#module = options.module;
    const program = [process.execPath, workerPath(options.module), ...(options.argv ?? [])];
    const [command, ...words] = inNamespace(options.namespace, program);
    this.#child = spawn(command, words, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-2_000);
    });
    this.#child.on("message", (answer: Answer<Reply>) => this.#settle(answer));
    this.#child.on("error", (error) => this.#abandon(error.message));
    this.#child.on("exit", (code, signal) => this.#abandon(`it ended with ${signal ?? `exit code ${code}`}`));
  }

  /**
   * Asks the worker and waits for its answer.
   * @throws {LabError} when the worker ends before it answers, or says that it cannot.
   */
  ask(request: Request): Promise<Reply> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const question: Question<Request> = { id, request };
      // When it cannot be sent any more the worker is ending, and its end tells why.
      this.#child.send(question, () => undefined);
    });
  }

  /** Ends the worker at once, as a crash would. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #settle(answer: Answer<Reply>): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (waiting === undefined) return;
    if (answer.reply !== undefined) waiting.resolve(answer.reply);
    else waiting.reject(new LabError(`${this.#module}: ${answer.error ?? "no answer"}`));
  }

  #abandon(reason: string): void {
    const said = this.#complaints.trim();
    const error = new LabError(
      `${this.#module} in the lab: ${reason}${said === "" ? "" : `; it said: ${said}`}`,
    );
    this.#end ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Tests load this file as TypeScript; a process of its own always runs what was compiled. */
function workerPath(module: string): string {
  const here = fileURLToPath(new URL(`./process/${module}.js`, import.meta.url));
  return import.meta.url.endsWith(".ts") ? here.replace(/\/src\/lab\//, "/dist/lab/") : here;
}
