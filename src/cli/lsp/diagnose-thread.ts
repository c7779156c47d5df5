import { parentPort } from "node:worker_threads";
import { type DiagnoseRequest, diagnose } from "./diagnose.ts";

// The program of the thread that `Diagnoser` starts: one request, one reply, so that typing never waits for a large
// configuration to be read as a whole.
parentPort?.on("message", (request: DiagnoseRequest) => {
  parentPort?.postMessage(diagnose(request));
});
