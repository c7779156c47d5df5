import { Worker } from "node:worker_threads";
import type { DiagnoseReply, DiagnoseRequest } from "./diagnose.ts";

const THREAD_PROGRAM = new URL("./diagnose-thread.js", import.meta.url);

/** Who hears of the findings. */
export interface DiagnoserListener {
  /** A question goes out with the texts as they are now. */
  asked(): void;
  found(reply: DiagnoseReply): void;
  failed(root: string, message: string): void;
}

/** Asks a thread of its own what is wrong with configurations, one after another; of several questions for one root the last counts. */
export class Diagnoser {
  readonly #listener: DiagnoserListener;
  readonly #waiting = new Map<string, () => DiagnoseRequest>();
  #worker: Worker | undefined;
  #busyWith: string | undefined;

  constructor(listener: DiagnoserListener) {
    this.#listener = listener;
  }

  /** Asks for a configuration; `request` is called when the thread is free, so that it hands over the latest texts. */
  ask(root: string, request: () => DiagnoseRequest): void {
    this.#waiting.set(root, request);
    this.#next();
  }

  /** True while a question is not answered. */
  get busy(): boolean {
    return this.#busyWith !== undefined || this.#waiting.size > 0;
  }

  #next(): void {
    if (this.#busyWith !== undefined) return;
    const [first] = this.#waiting;
    if (!first) return;
    const [root, request] = first;
    this.#waiting.delete(root);
    this.#busyWith = root;
    this.#worker ??= this.#start();
    this.#listener.asked();
    this.#worker.postMessage(request());
  }

  #start(): Worker {
    const worker = new Worker(THREAD_PROGRAM, { stdout: true });
    worker.unref();
    worker.on("message", (reply: DiagnoseReply) => {
      this.#busyWith = undefined;
      this.#listener.found(reply);
      this.#next();
    });
    worker.on("error", (error) => this.#ended(error.message));
    worker.on("exit", (code) => this.#ended(`it ended with exit code ${code}`));
    return worker;
  }

  /** The thread died over a configuration: that one is given up, the others get a new thread. */
  #ended(message: string): void {
    this.#worker = undefined;
    const root = this.#busyWith;
    this.#busyWith = undefined;
    if (root !== undefined) this.#listener.failed(root, message);
    this.#next();
  }
}
