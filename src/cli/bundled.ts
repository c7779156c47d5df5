import { statSync } from "node:fs";

/**
 * Imports a command in its bundled form, which starts faster (tools/bundle.mjs), when there is one and it is not older
 * than the compiled modules; otherwise the modules themselves. The two are the same code.
 */
export async function importBundled<Module>(name: string, modules: () => Promise<Module>): Promise<Module> {
  const bundle = new URL(`../bundle/${name}.js`, import.meta.url);
  const compiled = new URL("../.tsbuildinfo", import.meta.url);
  const made = changedAt(bundle);
  if (made === undefined || made < (changedAt(compiled) ?? 0)) return modules();
  return (await import(bundle.href)) as Module;
}

function changedAt(file: URL): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
