import type { Random } from "../../../src/base/random.ts";

/**
 * The same configuration with its lines laid out anew: braces on lines of their own, behind comments, several on a
 * line, blanks of every sort, comments added. Lines that the preprocessor looks at, and lines with quotes, keep theirs.
 */
export function disorder(text: string, random: Random): string {
  const choose = (...choices: readonly string[]): string =>
    choices[Math.floor(random() * choices.length)] ?? "";
  const lines = text.split("\n").map((line) => {
    if (/^\s*(?:[@$~]|include)|[\\"'#!]/.test(line)) return line;
    if (/\{\s*$/.test(line) && random() < 0.5)
      return line.replace(
        /\s*\{\s*$/,
        choose("\n{", "{", "\n\n  {", "  {  ", "\n# between\n{", " { # c", " # c\n{", "#c\n{ # d"),
      );
    if (random() < 0.2) return line + choose(" # behind", "\t! behind", "#glued", ' #  a "b"');
    if (random() < 0.3) return line.replace(/(?<=\S) +/g, () => choose("  ", "\t", " "));
    return line;
  });
  return lines
    .join("\n")
    .replace(/\n\s*\}\s*\n(?=\s*\})/g, () => choose("\n}", "\n  }\n\n", "\n}\n"))
    .replace(/\{\s*\n(\s*)(?=\w)/g, (all) => choose(all, all, "{ ", "{\n\n"));
}
