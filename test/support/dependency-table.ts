import { dirname, posix } from "node:path";
import { type Import, importsOf, type SourceText } from "./source-text.ts";

const cores = ["conf", "vrrp", "bfd", "check", "forward"];
const host = ["base", ...cores, "director"];

/**
 * Which part of src/ may import which others; a part may always import itself. Read it as
 * `base <- conf vrrp bfd check forward <- director <- linux sim lab <- drill <- cli`: what stands further right may
 * import what stands further left, and neighbours in one step do not know each other.
 */
export const dependencyTable: Readonly<Record<string, readonly string[]>> = {
  base: [],
  grammar: [],
  conf: ["base", "grammar"],
  vrrp: ["base"],
  bfd: ["base"],
  check: ["base"],
  forward: ["base"],
  director: ["base", ...cores],
  bpf: ["base", "forward"],
  linux: [...host, "bpf"],
  sim: host,
  lab: host,
  drill: [...host, "sim", "lab"],
  cli: [...host, "bpf", "linux", "sim", "lab", "drill"],
  "dgram-extra": [],
};

/** The parts that decide: nothing of Node, no clock, no randomness, no promise. */
export const pureParts: readonly string[] = ["base", "grammar", ...cores, "director", "bpf", "sim"];

/** These parts may use the types of src/conf/model, and nothing else of conf. */
const modelReaders = ["vrrp", "bfd", "check", "forward", "bpf"];

/** Where a package from npm may be imported: a file, or a folder that ends in a slash. */
const packageHomes: Readonly<Record<string, readonly string[]>> = {
  chevrotain: ["src/conf/tokens.ts", "src/conf/parser.ts"],
  undici: ["src/linux/probe/"],
  nodemailer: ["src/linux/"],
  pino: ["src/linux/", "src/cli/"],
  commander: ["src/cli/"],
  "vscode-languageserver": ["src/cli/lsp.ts", "src/cli/lsp/"],
  "vscode-languageserver-textdocument": ["src/cli/lsp/"],
  picocolors: ["src/cli/", "src/drill/", "src/lab/"],
  "dgram-extra": ["src/linux/", "src/lab/", "src/cli/"],
};

/** The part of src/ that a path belongs to: `src/conf/bind/x.ts` is in `conf`. The tests of dgram-extra are in none. */
export function partOf(path: string): string | undefined {
  if (path.startsWith("src/dgram-extra/test/")) return undefined;
  if (path.startsWith("grammar/")) return "grammar";
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** What the imports of one file do against the table. */
export function importFaults(file: SourceText): readonly string[] {
  const part = partOf(file.path);
  if (part === undefined) return [];
  return importsOf(file).flatMap((found) => {
    const fault = importFault(file.path, found, part);
    return fault === undefined ? [] : [`${file.path}:${found.line}: ${fault}`];
  });
}

function importFault(path: string, found: Import, part: string): string | undefined {
  const { specifier } = found;
  if (specifier.startsWith("node:")) {
    return pureParts.includes(part) ? `${part} is pure and may not import ${specifier}` : undefined;
  }
  if (!specifier.startsWith(".")) return packageFault(path, specifier);
  if (!/\.(ts|mjs|json)$/.test(specifier)) return `write the extension of ${specifier}`;
  const target = posix.join(dirname(path), specifier);
  const other = partOf(target);
  if (other === undefined) return `src/ may not import ${target}`;
  if (other === part || dependencyTable[part]?.includes(other)) return undefined;
  if (target.startsWith("src/conf/model/") && modelReaders.includes(part)) {
    return found.typeOnly ? undefined : `${part} may use types of conf/model only: write \`import type\``;
  }
  if (dependencyTable[part] === undefined) return `src/${part} is not in the dependency table`;
  return `${part} may not import ${other}; it may import ${dependencyTable[part]?.join(", ") || "nothing"}`;
}

function packageFault(path: string, specifier: string): string | undefined {
  const name = /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier;
  const homes = packageHomes[name];
  if (homes === undefined) return `${name} is in no row of packageHomes (test/support/dependency-table.ts)`;
  const home = homes.some((place) => path === place || (place.endsWith("/") && path.startsWith(place)));
  return home ? undefined : `${name} may be imported by ${homes.join(" and ")} only`;
}

/** Circles among the nodes of a graph, each as the path that closes it. One circle per starting edge is enough. */
export function circles(graph: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, trail: readonly string[]): void => {
    const back = trail.indexOf(node);
    if (back >= 0) found.push([...trail.slice(back), node].join(" -> "));
    if (back >= 0 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...trail, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}

/**
 * Who imports whom, as a graph. `by: "folder"` counts type imports too, and leaves out edges between a folder and one
 * inside it, for they are one part; `by: "file"` counts what exists at run time, where a circle can break loading.
 */
export function importGraph(
  files: readonly SourceText[],
  { by }: { readonly by: "folder" | "file" },
): ReadonlyMap<string, ReadonlySet<string>> {
  const graph = new Map<string, Set<string>>();
  for (const file of files) {
    const from = by === "file" ? file.path : dirname(file.path);
    for (const { specifier, typeOnly } of importsOf(file)) {
      if (!specifier.startsWith(".") || (by === "file" && typeOnly)) continue;
      const target = posix.join(dirname(file.path), specifier);
      const to = by === "file" ? target : dirname(target);
      if (by === "folder" && (`${from}/`.startsWith(`${to}/`) || `${to}/`.startsWith(`${from}/`))) continue;
      graph.set(from, (graph.get(from) ?? new Set()).add(to));
    }
  }
  return graph;
}
