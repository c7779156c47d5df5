import type { Diagnostic as ProtocolDiagnostic } from "vscode-languageserver/node";
import type { Diagnostic } from "../../conf/diagnostic.ts";
import { diagnosticOf } from "./convert.ts";
import type { DiagnoseReply } from "./diagnose.ts";

/** What the findings are published through. */
export interface FindingsOutlet {
  readonly isOpen: (path: string) => boolean;
  /** The length of a line, from 1, of a file. */
  readonly lineLength: (path: string, line: number) => number;
  readonly publish: (path: string, diagnostics: ProtocolDiagnostic[]) => void;
}

/**
 * The findings of every configuration looked at, by file. What a client has been told already is not told again, so
 * that a list changes only when what is wrong changes.
 */
export class Findings {
  readonly #outlet: FindingsOutlet;
  readonly #byRoot = new Map<string, ReadonlyMap<string, readonly Diagnostic[]>>();
  readonly #published = new Map<string, string>();

  constructor(outlet: FindingsOutlet) {
    this.#outlet = outlet;
  }

  /** Takes the findings of one configuration in place of its earlier ones. */
  replace(reply: DiagnoseReply): void {
    const files = new Map<string, Diagnostic[]>([[reply.root, []]]);
    for (const path of reply.files) files.set(path, []);
    for (const found of reply.diagnostics) {
      const path = files.has(found.span.file) ? found.span.file : reply.root;
      files.get(path)?.push(found);
    }
    const before = this.#byRoot.get(reply.root);
    this.#byRoot.set(reply.root, files);
    this.#publishAll([...(before?.keys() ?? []), ...files.keys()]);
  }

  /** Drops the findings of configurations that no open document is part of any more. */
  keepOnly(roots: readonly string[]): void {
    const dropped: string[] = [];
    for (const [root, files] of this.#byRoot) {
      if (roots.includes(root)) continue;
      this.#byRoot.delete(root);
      dropped.push(...files.keys());
    }
    this.#publishAll(dropped);
  }

  /** The findings of a file, each once. */
  of(path: string): readonly Diagnostic[] {
    const found = new Map<string, Diagnostic>();
    for (const files of this.#byRoot.values())
      for (const each of files.get(path) ?? []) found.set(JSON.stringify(each), each);
    return [...found.values()];
  }

  #publishAll(paths: readonly string[]): void {
    for (const path of new Set(paths)) this.#publish(path);
  }

  #publish(path: string): void {
    const lineLength = (line: number): number => this.#outlet.lineLength(path, line);
    const diagnostics = this.of(path).map((found) => diagnosticOf(found, lineLength));
    const told = this.#published.get(path) ?? (this.#outlet.isOpen(path) ? undefined : "[]");
    const text = JSON.stringify(diagnostics);
    if (text === told) return;
    if (diagnostics.length === 0 && !this.#outlet.isOpen(path)) this.#published.delete(path);
    else this.#published.set(path, text);
    this.#outlet.publish(path, diagnostics);
  }
}
