import { checked, systemCall } from "./system-call.ts";
import { readable, Watcher } from "./watcher.ts";

/** What happened in a watched directory. */
export type DirectoryChange =
  /** A file of this name was written and closed, moved in, moved out or deleted. */
  | { readonly kind: "file"; readonly directory: string; readonly name: string }
  /** The directory itself went away and is watched no more. */
  | { readonly kind: "gone"; readonly directory: string }
  /** Changes came too fast and some were lost. */
  | { readonly kind: "overrun" };

const NONBLOCK_CLOEXEC = 0x800 | 0x80000;
const events = { closeWrite: 0x8, movedFrom: 0x40, movedTo: 0x80, delete: 0x200, moveSelf: 0x800 } as const;
const IN_ONLYDIR = 0x1000000;
const IN_IGNORED = 0x8000;
const IN_Q_OVERFLOW = 0x4000;
const headerLength = 16; // struct inotify_event
const bufferLength = 16 * 1024;

/**
 * Watches directories with inotify(7) for files that are complete: written and closed, or put in their place by rename.
 * Node's fs.watch also tells of each write, and then a reader finds half a file.
 */
export class DirectoryWatcher {
  readonly #descriptor: number;
  readonly #watcher: Watcher;
  readonly #onChange: (change: DirectoryChange) => void;
  readonly #directories = new Map<number, string>();
  readonly #buffer = new Uint8Array(bufferLength);

  /** @throws {SystemError} EMFILE when the user has too many of them. */
  constructor(onChange: (change: DirectoryChange) => void) {
    this.#onChange = onChange;
    this.#descriptor = checked(systemCall("inotify_init1", NONBLOCK_CLOEXEC), "Cannot watch directories");
    this.#watcher = new Watcher(this.#descriptor, { events: readable, onEvent: () => this.#read() });
  }

  /** Watches one more. @throws {SystemError} when it is not there or cannot be read. */
  add(directory: string): void {
    const mask = Object.values(events).reduce((all: number, event) => all | event, IN_ONLYDIR);
    const path = Buffer.from(`${directory}\0`);
    const watch = systemCall("inotify_add_watch", this.#descriptor, path, mask);
    this.#directories.set(checked(watch, `Cannot watch the directory ${directory}`), directory);
  }

  /** Watches it no more; one that is not watched is no error. */
  remove(directory: string): void {
    for (const [watch, known] of this.#directories) {
      if (known !== directory) continue;
      this.#directories.delete(watch);
      systemCall("inotify_rm_watch", this.#descriptor, watch);
    }
  }

  /** Nothing is told after it. */
  close(): void {
    this.#watcher.close();
    systemCall("close", this.#descriptor);
  }

  #read(): void {
    const length = systemCall("read", this.#descriptor, this.#buffer, bufferLength);
    const view = new DataView(this.#buffer.buffer);
    for (let at = 0; at + headerLength <= length; ) {
      const nameLength = view.getUint32(at + 12, true);
      const name = this.#buffer.subarray(at + headerLength, at + headerLength + nameLength);
      this.#tell({ watch: view.getInt32(at, true), mask: view.getUint32(at + 4, true), name });
      at += headerLength + nameLength;
    }
  }

  #tell({ watch, mask, name }: { watch: number; mask: number; name: Uint8Array }): void {
    if (mask & IN_Q_OVERFLOW) {
      this.#onChange({ kind: "overrun" });
      return;
    }
    const directory = this.#directories.get(watch);
    if (directory === undefined) return;
    if (mask & (IN_IGNORED | events.moveSelf)) {
      this.#directories.delete(watch);
      if (mask & events.moveSelf) systemCall("inotify_rm_watch", this.#descriptor, watch);
      this.#onChange({ kind: "gone", directory });
      return;
    }
    const end = name.indexOf(0);
    const text = new TextDecoder().decode(end < 0 ? name : name.subarray(0, end));
    this.#onChange({ kind: "file", directory, name: text });
  }
}
