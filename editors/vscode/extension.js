// Starts `weir lsp` and lets VS Code talk to it: everything else is in there.
const { workspace, window } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function activate(context) {
  const settings = workspace.getConfiguration("weir");
  const command = settings.get("path");
  client = new LanguageClient(
    "weir",
    "Weir",
    { command, args: ["lsp", ...settings.get("arguments")] },
    {
      documentSelector: [{ language: "weir" }],
      synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.weir.hcl") },
    },
  );
  try {
    await client.start();
  } catch (problem) {
    window.showErrorMessage(`Weir: cannot start "${command} lsp": ${problem.message} Is weir installed, and does the setting weir.path name it?`);
  }
  context.subscriptions.push({ dispose: () => client.stop() });
}

function deactivate() {
  return client && client.needsStop() ? client.stop() : undefined;
}

module.exports = { activate, deactivate };
