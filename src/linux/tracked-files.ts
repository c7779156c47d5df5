import { closeSync, constants, lstatSync, openSync, readSync, realpathSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type DirectoryChange, DirectoryWatcher } from "dgram-extra";
import type { TrackFile } from "../conf/model/tracking.ts";
import type { FileReading } from "../director/tracker-standings.ts";

/** keepalived reads no more of a file. */
const MOST_BYTES = 127;

/** How often a directory that is not there is looked for again. */
const RETRY_MS = 1_000;

/** What TrackedFiles tells. */
export interface TrackedFilesListener {
  /** A file was written, replaced or removed; told also when its content is the same. */
  readonly changed: (reading: FileReading) => void;
  /** Something that an operator should know. */
  readonly trouble: (about: string, message: string) => void;
}

/**
 * Reads `track_file` files and tells of their changes. Their directories are watched rather than themselves, so that a
 * file which is replaced by rename is followed; for a symbolic link both the link and what it leads to.
 */
export class TrackedFiles {
  readonly #listener: TrackedFilesListener;
  #watcher: DirectoryWatcher | undefined;
  #files: readonly TrackFile[] = [];
  /** The files by the directories and names under which a change of them shows. */
  #places = new Map<string, Set<TrackFile>>();
  #watched = new Set<string>();
  #retry: NodeJS.Timeout | undefined;

  constructor(listener: TrackedFilesListener) {
    this.#listener = listener;
  }

  /**
   * Takes the files of a configuration, makes those that `init_file` asks for, and reads all. At a `reload` a file that
   * is there is not overwritten, as in keepalived.
   */
  follow(files: readonly TrackFile[], { reload }: { readonly reload: boolean }): readonly FileReading[] {
    this.#files = files;
    for (const file of files) this.#initialize(file, reload);
    this.#watch();
    return files.map(readTrackedFile);
  }

  /** Nothing is told after it. */
  close(): void {
    clearInterval(this.#retry);
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#files = [];
  }

  #initialize(file: TrackFile, reload: boolean): void {
    const { initial, path } = file;
    if (initial === undefined) return;
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there !== undefined && (reload || !initial.overwrite)) return;
    try {
      if (there !== undefined && !there.isFile()) throw new Error("it is not a regular file");
      const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
      const descriptor = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o644);
      writeSync(descriptor, `${initial.value}\n`);
      closeSync(descriptor);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#listener.trouble(
        `init_file ${file.name}`,
        `cannot write ${initial.value} to ${path}, as init_file of track_file ${file.name} asks: ${reason}`,
      );
    }
  }

  #watch(): void {
    this.#places = placesOf(this.#files);
    const wanted = new Set([...this.#places.keys()].map((place) => dirname(place)));
    if (wanted.size === 0 && this.#watcher === undefined) return;
    try {
      this.#watcher ??= new DirectoryWatcher((change) => this.#changed(change));
    } catch (error) {
      this.#listener.trouble("track_file", `tracked files are not followed: ${String(error)}`);
      return;
    }
    for (const directory of this.#watched) {
      if (wanted.has(directory)) continue;
      this.#watcher.remove(directory);
      this.#watched.delete(directory);
    }
    let missing = false;
    for (const directory of wanted) missing = !this.#add(directory) || missing;
    clearInterval(this.#retry);
    this.#retry = missing ? setInterval(() => this.#lookAgain(), RETRY_MS).unref() : undefined;
  }

  #add(directory: string): boolean {
    if (this.#watched.has(directory)) return true;
    try {
      this.#watcher?.add(directory);
      this.#watched.add(directory);
      return true;
    } catch (error) {
      this.#listener.trouble(
        `track_file ${directory}`,
        `${error instanceof Error ? error.message : String(error)}; its tracked files count as 0, and it is looked for every second`,
      );
      return false;
    }
  }

  #lookAgain(): void {
    this.#watch();
    for (const file of this.#files) this.#listener.changed(readTrackedFile(file));
  }

  #changed(change: DirectoryChange): void {
    if (change.kind === "file") {
      const concerned = this.#places.get(join(change.directory, change.name));
      if (concerned === undefined) return;
      const files = [...concerned];
      // A symbolic link may lead elsewhere now.
      this.#watch();
      for (const file of files) this.#listener.changed(readTrackedFile(file));
      return;
    }
    if (change.kind === "gone") this.#watched.delete(change.directory);
    this.#lookAgain();
  }
}

/** Reads what keepalived reads of a file. A FIFO or a device never holds us up. */
export function readTrackedFile({ name, path }: TrackFile): FileReading {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const bytes = new Uint8Array(MOST_BYTES);
      const length = readSync(descriptor, bytes);
      return { name, content: new TextDecoder().decode(bytes.subarray(0, length)) };
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return { name };
  }
}

function placesOf(files: readonly TrackFile[]): Map<string, Set<TrackFile>> {
  const places = new Map<string, Set<TrackFile>>();
  for (const file of files) {
    for (const place of new Set([inRealDirectory(file.path), realPath(file.path)])) {
      const known = places.get(place) ?? new Set();
      known.add(file);
      places.set(place, known);
    }
  }
  return places;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return inRealDirectory(path);
  }
}

function inRealDirectory(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}
