// Starts `locum lsp` and hands it every keepalived.conf. All that is known of the language is in that program.
const { commands, window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const LANGUAGE = "keepalived";

/** @type {LanguageClient | undefined} */
let client;

/** The program to start, as the settings name it. */
function programPath() {
  const path = workspace.getConfiguration("locum").get("path") || "locum";
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how VS Code writes a variable in a setting
  return path.replace("${workspaceFolder}", workspace.workspaceFolders?.[0]?.uri.fsPath ?? "");
}

async function start() {
  const settings = workspace.getConfiguration("locum");
  const server = { command: programPath(), args: ["lsp", "--stdio"] };
  client = new LanguageClient("locum", "Locum", server, {
    documentSelector: [
      { scheme: "file", language: LANGUAGE },
      { scheme: "untitled", language: LANGUAGE },
    ],
    initializationOptions: {
      configId: settings.get("configId"),
      compat: settings.get("compat"),
      checkHost: settings.get("checkHost"),
    },
    synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.conf") },
  });
  try {
    await client.start();
  } catch (error) {
    const choice = await window.showErrorMessage(
      `Locum: cannot start "${server.command} lsp": ${error instanceof Error ? error.message : error}. Install locum, or set locum.path to where it is.`,
      "Open settings",
    );
    if (choice !== undefined) await commands.executeCommand("workbench.action.openSettings", "locum.path");
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running?.isRunning()) await running.stop();
  await running?.dispose();
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  context.subscriptions.push(
    commands.registerCommand("locum.restart", restart),
    commands.registerCommand("locum.showOutput", () => client?.outputChannel.show()),
    workspace.onDidChangeConfiguration((change) =>
      change.affectsConfiguration("locum.path") ? restart() : undefined,
    ),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
