import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/**
 * Gives back the memory that reading a configuration took: V8 would keep it for as long as this process idles, which may
 * be months. It takes some ten milliseconds, so it has its place where nobody waits: after a start or a reload of the
 * parent, and before a child begins its work.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  // The second time finds what the first has set free to be moved.
  collect();
  collect();
}

/** Until then messages to the children and the like still hold what was read. */
const SOON_MS = 3_000;

let waiting: NodeJS.Timeout | undefined;

/** The same in a moment, once however often it is asked for. */
export function collectGarbageSoon(): void {
  clearTimeout(waiting);
  waiting = setTimeout(collectGarbage, SOON_MS);
  waiting.unref();
}
