import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../packaging/vscode/", import.meta.url));
const text = (name: string): string => readFileSync(join(folder, name), "utf8");

interface Manifest {
  readonly main: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly languages: readonly {
      readonly id: string;
      readonly filenames: readonly string[];
      readonly filenamePatterns: readonly string[];
      readonly configuration: string;
    }[];
    readonly grammars: readonly {
      readonly language: string;
      readonly scopeName: string;
      readonly path: string;
    }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly commands: readonly { readonly command: string }[];
  };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: string[] } };
}

const manifest = JSON.parse(text("package.json")) as Manifest;
const { contributes } = manifest;

/** A client that was made, as the extension asked for it. */
interface MadeClient {
  readonly server: { readonly command: string; readonly args: readonly string[] };
  readonly options: {
    readonly documentSelector: readonly { readonly language: string }[];
    readonly initializationOptions: unknown;
  };
  readonly calls: string[];
}

/** Runs the extension in an editor that only writes down what it is asked for. */
function extension(settings: Readonly<Record<string, unknown>>, failure?: Error) {
  const clients: MadeClient[] = [];
  const registered = new Map<string, () => unknown>();
  const shown: string[] = [];
  const asked: string[] = [];
  let changed: (change: { affectsConfiguration: (name: string) => boolean }) => unknown = () => undefined;
  const get = (key: string): unknown => {
    asked.push(`locum.${key}`);
    return settings[key];
  };
  const vscode = {
    commands: {
      registerCommand: (name: string, run: () => unknown) => registered.set(name, run),
      executeCommand: () => undefined,
    },
    window: {
      showErrorMessage: async (message: string) => {
        shown.push(message);
      },
    },
    workspace: {
      workspaceFolders: [{ uri: { fsPath: "/home/me/site" } }],
      getConfiguration: () => ({ get }),
      createFileSystemWatcher: (pattern: string) => pattern,
      onDidChangeConfiguration: (listener: typeof changed) => {
        changed = listener;
      },
    },
  };
  class LanguageClient {
    readonly made: MadeClient;
    constructor(_id: string, _name: string, server: MadeClient["server"], options: MadeClient["options"]) {
      this.made = { server, options, calls: [] };
      clients.push(this.made);
    }
    async start(): Promise<void> {
      this.made.calls.push("start");
      if (failure) throw failure;
    }
    isRunning(): boolean {
      return failure === undefined;
    }
    async stop(): Promise<void> {
      this.made.calls.push("stop");
    }
    async dispose(): Promise<void> {
      this.made.calls.push("dispose");
    }
  }
  const modules: Readonly<Record<string, unknown>> = {
    vscode,
    "vscode-languageclient/node": { LanguageClient },
  };
  const module = { exports: {} as Record<"activate" | "deactivate", (context?: unknown) => Promise<void>> };
  runInNewContext(text(manifest.main), { module, Error, require: (name: string) => modules[name] });
  const change = (name: string): unknown => changed({ affectsConfiguration: (each) => each === name });
  return { ...module.exports, clients, registered, shown, asked, change };
}

describe("the manifest of the VS Code extension", () => {
  it("names files that exist", () => {
    const [language] = contributes.languages;
    const files = [
      manifest.main,
      language?.configuration ?? "",
      ...contributes.grammars.map((each) => each.path),
    ];
    for (const file of [...files, "README.md"]) expect(existsSync(join(folder, file)), file).toBe(true);
  });

  it("gives keepalived.conf its language, and the language the grammar with its scope", () => {
    expect(contributes.languages).toHaveLength(1);
    expect(contributes.languages[0]).toMatchObject({
      id: "keepalived",
      filenames: ["keepalived.conf"],
      filenamePatterns: expect.arrayContaining(["*.keepalived.conf"]),
    });
    for (const { language, scopeName, path } of contributes.grammars) {
      expect(language).toBe("keepalived");
      expect((JSON.parse(text(path)) as { scopeName: string }).scopeName).toBe(scopeName);
    }
  });

  it("has a language configuration whose patterns are regular expressions", () => {
    const configuration = JSON.parse(text("language-configuration.json")) as {
      readonly comments: { readonly lineComment: string };
      readonly wordPattern: string;
      readonly indentationRules: Readonly<Record<"increaseIndentPattern" | "decreaseIndentPattern", string>>;
    };
    expect(configuration.comments.lineComment).toBe("#");
    const words = 'vrrp_instance VI-1 { # "a"'.match(new RegExp(configuration.wordPattern, "g"));
    expect(words).toEqual(["vrrp_instance", "VI-1", "a"]);
    const { increaseIndentPattern, decreaseIndentPattern } = configuration.indentationRules;
    expect("vrrp_instance V {").toMatch(new RegExp(increaseIndentPattern));
    expect("# vrrp_instance V {").not.toMatch(new RegExp(increaseIndentPattern));
    expect("track_script { s }").not.toMatch(new RegExp(increaseIndentPattern));
    expect("  }").toMatch(new RegExp(decreaseIndentPattern));
  });

  it("pins what it depends on, and does not let an untrusted folder choose the program", () => {
    expect(Object.keys(manifest.dependencies)).toEqual(["vscode-languageclient"]);
    for (const version of Object.values(manifest.dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(["locum.path"]);
  });

  it("is no part of the root's packages", () => {
    const root = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    expect((JSON.parse(root) as { workspaces: readonly string[] }).workspaces).toEqual(["src/dgram-extra"]);
  });
});

describe("the VS Code extension", () => {
  it("starts the program of the settings, with the settings, for the language", async () => {
    const settings = {
      path: "$" + "{workspaceFolder}/bin/locum",
      configId: "lb1",
      compat: "latest",
      checkHost: true,
    };
    const { activate, clients, asked } = extension(settings);
    await activate({ subscriptions: [] });
    expect(clients).toMatchObject([
      {
        server: { command: "/home/me/site/bin/locum", args: ["lsp", "--stdio"] },
        options: { initializationOptions: { configId: "lb1", compat: "latest", checkHost: true } },
        calls: ["start"],
      },
    ]);
    for (const selector of clients[0]?.options.documentSelector ?? [])
      expect(selector.language).toBe(contributes.languages[0]?.id);
    expect(Object.keys(contributes.configuration.properties)).toEqual(expect.arrayContaining(asked));
  });

  it("registers the commands of the manifest, and no others", async () => {
    const { activate, registered, clients } = extension({});
    await activate({ subscriptions: [] });
    expect([...registered.keys()]).toEqual(contributes.commands.map((each) => each.command));
    await registered.get("locum.restart")?.();
    expect(clients.map((each) => each.calls)).toEqual([["start", "stop", "dispose"], ["start"]]);
    expect(clients[1]?.server.command).toBe("locum");
  });

  it("starts anew when the path changes, and stops in the end", async () => {
    const { activate, deactivate, change, clients } = extension({});
    await activate({ subscriptions: [] });
    await change("locum.configId");
    expect(clients).toHaveLength(1);
    await change("locum.path");
    await deactivate();
    expect(clients.map((each) => each.calls)).toEqual([
      ["start", "stop", "dispose"],
      ["start", "stop", "dispose"],
    ]);
  });

  it("says what to do when the program cannot be started", async () => {
    const { activate, shown } = extension({ path: "/no/locum" }, new Error("spawn ENOENT"));
    await activate({ subscriptions: [] });
    expect(shown).toEqual([
      'Locum: cannot start "/no/locum lsp": spawn ENOENT. Install locum, or set locum.path to where it is.',
    ]);
  });
});
