import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** The rows of package-lock.json (version 3) that matter here. */
interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Lock = Readonly<Record<string, LockedPackage>>;

interface Manifest {
  readonly workspaces: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8"));
}

const lock = (readJson("package-lock.json") as { readonly packages: Lock }).packages;
const manifest = readJson("package.json") as Manifest;
const asked = { ...manifest.dependencies, ...manifest.devDependencies };

const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

/** Dependencies whose version is a range: what is tested and what is installed could differ. */
function inexact(dependencies: Readonly<Record<string, string>>): string[] {
  return Object.entries(dependencies)
    .filter(([name, wanted]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(wanted) && name !== "dgram-extra")
    .map(([name, wanted]) => `${name} ${wanted}`);
}

/**
 * Optional packages (one per platform, for the native tools) that a package names and the lock lacks. npm writes such a
 * lock without a word when its registry lacks one of them, and `npm ci` then refuses the lock.
 */
function missingPlatforms(packages: Lock): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !homes(path, name).some((home) => home in packages))
      .map((name) => `${nameOf(path)} wants ${name}`),
  );
}

/** Where Node would look for a dependency of the package at `path`, nearest first. */
function homes(path: string, name: string): string[] {
  const above = path.lastIndexOf("node_modules/");
  const here = `${path === "" ? "" : `${path}/`}node_modules/${name}`;
  return above < 0 ? [here] : [here, ...homes(path.slice(0, Math.max(0, above - 1)), name)];
}

/** Rows of dgram-extra that are not the workspace: the name is free on the registry, so anybody could publish there. */
function strangers(packages: Lock): string[] {
  return Object.entries(packages)
    .filter(([path]) => path.endsWith("node_modules/dgram-extra"))
    .filter(
      ([, row]) => row.link !== true || row.resolved !== "src/dgram-extra" || row.integrity !== undefined,
    )
    .map(([path, row]) => `${path} ${JSON.stringify(row)}`);
}

describe("dgram-extra", () => {
  it("is the workspace of this repository and never comes from a registry", () => {
    expect(manifest.workspaces).toContain("src/dgram-extra");
    expect(lock["node_modules/dgram-extra"]).toEqual({ resolved: "src/dgram-extra", link: true });
    expect(strangers(lock)).toEqual([]);
  });

  it("would be noticed if it did", () => {
    const resolved = "https://registry.npmjs.org/dgram-extra/-/dgram-extra-1.0.0.tgz";
    expect(strangers({ "node_modules/dgram-extra": { version: "1.0.0", resolved } })).toHaveLength(1);
    expect(strangers({ "node_modules/x/node_modules/dgram-extra": { version: "1.0.0" } })).toHaveLength(1);
  });
});

describe("the lock", () => {
  it("is of the versions that package.json names, each exact", () => {
    expect(inexact(asked)).toEqual([]);
    expect(inexact({ a: "^1.0.0", b: "~1.0.0", c: "1", d: "latest", e: "*", f: "1.0.0-rc.1" })).toHaveLength(
      5,
    );
    const locked = Object.entries(asked).filter(([name]) => name !== "dgram-extra");
    for (const [name, version] of locked) expect(lock[`node_modules/${name}`]?.version).toBe(version);
  });

  it("has every optional platform package, so that `npm ci` accepts it on every machine", () => {
    expect(missingPlatforms(lock)).toEqual([]);
    const native = Object.keys(lock).map(nameOf);
    for (const name of [
      "@biomejs/cli-linux-x64",
      "@biomejs/cli-linux-arm64",
      "@typescript/typescript-linux-arm64",
    ]) {
      expect(native).toContain(name);
    }
    expect(native.filter((name) => name.startsWith("@rolldown/binding-linux-"))).not.toEqual([]);
  });

  it("would be refused without one of them", () => {
    const parent = { version: "1.0.0", optionalDependencies: { "@p/arm64": "1.0.0", "@p/x64": "1.0.0" } };
    const row = { version: "1.0.0" };
    expect(missingPlatforms({ "node_modules/p": parent, "node_modules/@p/x64": row })).toEqual([
      "p wants @p/arm64",
    ]);
    expect(
      missingPlatforms({
        "node_modules/q/node_modules/p": parent,
        "node_modules/q/node_modules/@p/x64": row,
        "node_modules/@p/arm64": row,
      }),
    ).toEqual([]);
  });

  it("has an integrity hash for everything from the registry, and no address of one particular mirror", () => {
    const fetched = Object.entries(lock).filter(
      ([path, { link }]) => path.startsWith("node_modules/") && !link,
    );
    expect(fetched.length).toBeGreaterThan(20);
    expect(fetched.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))).toEqual([]);
    const elsewhere = fetched.filter(
      ([, { resolved }]) => resolved && !/^https:\/\/registry\.npmjs\.org\//.test(resolved),
    );
    expect(elsewhere).toEqual([]);
  });

  it("leaves no dependency's install script undecided, and lets none run", () => {
    const scripted = Object.entries(lock).filter(
      ([path, { hasInstallScript }]) => path !== "" && hasInstallScript,
    );
    const undecided = scripted
      .map(([path]) => nameOf(path))
      .filter((name) => !(name in manifest.allowScripts));
    // fsevents is for macOS alone and is never installed on Linux.
    expect(undecided.filter((name) => name !== "fsevents")).toEqual([]);
    expect(Object.values(manifest.allowScripts).filter((allowed) => allowed)).toEqual([]);
  });
});
