import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { lockFile } from "dgram-extra";

const patience = 5_000;
const pause = 5;

/**
 * Runs `action` while no other process changes the same service table: the daemon and `ipvsadm` may work at once.
 * `path` is the lock file; it is made when absent and left in place.
 * @throws {Error} when another process holds it for more than 5 s.
 */
export function withIpvsLock<Value>(path: string, action: () => Value): Value {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const descriptor = openSync(path, "a+", 0o600);
  try {
    const deadline = performance.now() + patience;
    while (!lockFile(descriptor)) {
      if (performance.now() > deadline) {
        throw new Error(
          `Cannot change the service table: another process has held ${path} for ${patience / 1000} s; find it with: fuser -v ${path}`,
        );
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
    return action();
  } finally {
    closeSync(descriptor);
  }
}
