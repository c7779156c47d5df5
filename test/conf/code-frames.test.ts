import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { codeFrame, type FrameColors } from "../../src/cli/code-frame.ts";
import { load } from "./configuration.ts";

const plain = (text: string): string => text;
const colors: FrameColors = { bold: plain, dim: plain, red: plain, yellow: plain, cyan: plain, green: plain };

/** With `vitest -u` the golden text is written anew; read it before committing it. */
it("tells many mistakes as the golden text does", async () => {
  const path = fileURLToPath(new URL("golden/many-mistakes.conf", import.meta.url));
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n");
  const frames = load(text).diagnostics.map((found) => codeFrame(found, { colors, linesOf: () => lines }));
  await expect(`${frames.join("\n\n")}\n`).toMatchFileSnapshot("golden/many-mistakes.txt");
});
