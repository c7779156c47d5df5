import { dirname, join } from "node:path";
import { type Outline, readOutline } from "../../conf/features/outline.ts";
import { type Project, type ProjectFile, readProject } from "../../conf/features/project.ts";
import type { FoundFile, ReadConfig } from "../../conf/source.ts";
import { readConfig } from "../../linux/read-config.ts";
import { type Buffers, overlayReader } from "./overlay.ts";

/** How long what was read from the disk is believed, in milliseconds. */
const DISK_TRUST = 2_000;

/** The name a main file has by default; a file is looked for in it, here and up to so many folders above. */
const MAIN_FILE = "keepalived.conf";
const FOLDERS_ABOVE = 3;

/** The open documents, and the configurations that they are part of. */
export class Workspace {
  readonly #buffers = new Map<string, string>();
  readonly #outlines = new Map<string, { readonly text: string; readonly outline: Outline }>();
  readonly #disk = new Map<string, { readonly at: number; readonly found: readonly FoundFile[] }>();
  #projects = new Map<string, Project>();
  #roots = new Map<string, string>();
  #projectsAt = 0;

  /** Texts of the open documents by path. */
  get buffers(): Buffers {
    return this.#buffers;
  }

  /** A document was opened or changed. */
  set(path: string, text: string): void {
    this.#buffers.set(path, text);
    this.#forgetProjects();
  }

  /** A document was closed: its file on the disk counts again. */
  delete(path: string): void {
    this.#buffers.delete(path);
    this.#outlines.delete(path);
    this.forgetDisk();
  }

  /** Files changed on the disk. */
  forgetDisk(): void {
    this.#disk.clear();
    this.#forgetProjects();
  }

  /** The configuration that a document is part of, and the document in it. */
  fileAt(path: string): { readonly project: Project; readonly file: ProjectFile } | undefined {
    const project = this.projectOf(this.rootOf(path));
    const file = project.files.get(path);
    return file && { project, file };
  }

  /**
   * The main file of the configuration that a document is part of: an open document or a keepalived.conf near by that
   * includes it, the outermost one, or the document itself.
   */
  rootOf(path: string): string {
    this.#refresh();
    const known = this.#roots.get(path);
    if (known !== undefined) return known;
    const candidates = [...new Set([...this.#buffers.keys(), ...mainFilesNear(path)])];
    let root = path;
    const seen = new Set([path]);
    for (;;) {
      const outer = candidates.find((each) => !seen.has(each) && this.projectOf(each).files.has(root));
      if (outer === undefined) break;
      seen.add(outer);
      root = outer;
    }
    this.#roots.set(path, root);
    return root;
  }

  /** Every configuration that open documents are part of. */
  roots(): readonly string[] {
    return [...new Set([...this.#buffers.keys()].map((path) => this.rootOf(path)))];
  }

  /** The configuration with this main file. */
  projectOf(root: string): Project {
    this.#refresh();
    const known = this.#projects.get(root);
    if (known) return known;
    const read = overlayReader(this.#buffers, this.#readDisk);
    const project = readProject(root, { read, outline: (path, text) => this.#outline(path, text) });
    this.#projects.set(root, project);
    return project;
  }

  #forgetProjects(): void {
    this.#projects = new Map();
    this.#roots = new Map();
  }

  /** Without word of a change, files of others are looked at again after a while. */
  #refresh(): void {
    const now = performance.now();
    if (now - this.#projectsAt <= DISK_TRUST) return;
    this.#projectsAt = now;
    this.#forgetProjects();
  }

  #outline(path: string, text: string): Outline {
    const known = this.#outlines.get(path);
    if (known?.text === text) return known.outline;
    const outline = readOutline(text, known?.outline);
    this.#outlines.set(path, { text, outline });
    return outline;
  }

  readonly #readDisk: ReadConfig = (pattern, directory) => {
    const key = `${directory}\n${pattern}`;
    const now = performance.now();
    const known = this.#disk.get(key);
    if (known && now - known.at <= DISK_TRUST) return known.found;
    const found = readConfig(pattern, directory);
    this.#disk.set(key, { at: now, found });
    return found;
  };
}

function mainFilesNear(path: string): readonly string[] {
  if (!path.startsWith("/")) return [];
  const files: string[] = [];
  let folder = dirname(path);
  for (let above = 0; above <= FOLDERS_ABOVE; above++) {
    files.push(join(folder, MAIN_FILE));
    if (folder === "/") break;
    folder = dirname(folder);
  }
  return files;
}
