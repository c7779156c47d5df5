import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (how: object) => void;

let collect: Collect | undefined;

/**
 * For a process that will run for months: what is allocated young keeps the room that it begins with, a megabyte or two. While
 * a large configuration is read it would grow to sixteen times that, which V8 gives back only in a pause much later.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

/** In Node 24 also what V8 keeps in reserve; before, it is a collection like any other. */
const EVERYTHING = { type: "major", execution: "sync", flavor: "last-resort" };

/**
 * Gives back the memory that reading a configuration took: V8 would keep it for as long as this process idles, which may
 * be months. It takes some ten milliseconds, so it has its place where nobody waits: after a start or a reload of the
 * parent, and before a child begins its work.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as Collect;
  }
  // The second time finds what the first has set free to be moved.
  collect(EVERYTHING);
  collect(EVERYTHING);
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
