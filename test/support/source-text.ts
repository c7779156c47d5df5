/** A file as the house rules see it. */
export interface SourceText {
  /** Path from the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /**
   * `text`, position by position, with comments made blank and the insides of strings, templates and regular
   * expressions made underscores.
   */
  readonly code: string;
}

/** One `import` or `export ... from`. */
export interface Import {
  readonly specifier: string;
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean;
  /** True for `export ... from`. */
  readonly passedOn: boolean;
  readonly line: number;
}

/** Makes a SourceText of a file's contents. */
export function sourceText(path: string, text: string): SourceText {
  return { path, text, code: blank(text) };
}

/** The line number, counted from 1, of a position. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

/** Every import of a file, static and dynamic. */
export function importsOf({ text, code }: SourceText): readonly Import[] {
  const found: Import[] = [];
  const statement = /(?<![.\w])(import|export)\b([^;"'=]*?\bfrom\b)?\s*\(?\s*(["'])/g;
  for (const match of code.matchAll(statement)) {
    const [whole, keyword, clause = "", quote = ""] = match;
    if (keyword === "export" && clause === "") continue;
    const from = match.index + whole.length;
    found.push({
      specifier: text.slice(from, code.indexOf(quote, from)),
      typeOnly: isTypeClause(clause),
      passedOn: keyword === "export",
      line: lineAt(text, match.index),
    });
  }
  return found;
}

function isTypeClause(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*from$/.exec(clause)?.[1]?.split(",") ?? [];
  const written = names.map((name) => name.trim()).filter((name) => name !== "");
  return written.length > 0 && written.every((name) => name.startsWith("type "));
}

const mark = /\/\/|\/\*|["'`/{}]/g;
const beforeRegExp = /(?:^|[(,=:[!&|?{};+\-*%<>~]|\b(?:return|typeof|case|of|in|void|delete))\s*$/;

function blank(text: string): string {
  const masker = new Masker(text);
  masker.program();
  return masker.masked;
}

/** Copies a program and blanks what is not code. Recursive only because templates hold code that may hold templates. */
class Masker {
  masked = "";
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get #at(): number {
    return this.masked.length;
  }

  /** The whole file; a stray `}` (the file does not parse) is stepped over. */
  program(): void {
    while (this.#at < this.#text.length) {
      this.#code();
      this.#keep(this.#at + 1);
    }
  }

  /** Up to a `}` that was not opened here, or to the end. */
  #code(): void {
    let depth = 0;
    for (;;) {
      mark.lastIndex = this.#at;
      const match = mark.exec(this.#text);
      this.#keep(match?.index ?? this.#text.length);
      const token = match?.[0];
      if (token === undefined || (token === "}" && depth === 0)) return;
      if (token === "{") depth += 1;
      if (token === "}") depth -= 1;
      this.#token(token);
    }
  }

  #token(token: string): void {
    const { masked } = this;
    if (token === "//") this.#hide(this.#find("\n", 0), " ");
    else if (token === "/*") this.#hide(this.#find("*/", 2), " ");
    else if (token === "`") this.#template();
    else if (token === '"' || token === "'") this.#quoted(token);
    else if (token === "/" && beforeRegExp.test(masked.slice(-40))) this.#quoted(token);
    else this.#keep(this.#at + 1);
  }

  #quoted(quote: string): void {
    this.#keep(this.#at + 1);
    this.#hide(closing(this.#text, this.#at, quote), "_");
    this.#keep(this.#at + 1);
  }

  #template(): void {
    this.#keep(this.#at + 1);
    while (this.#at < this.#text.length) {
      this.#hide(templateEnd(this.#text, this.#at), "_");
      if (this.#text[this.#at] !== "$") break;
      this.#keep(this.#at + 2);
      this.#code();
      this.#keep(this.#at + 1);
    }
    this.#keep(this.#at + 1);
  }

  #find(what: string, width: number): number {
    const found = this.#text.indexOf(what, this.#at + width);
    return found < 0 ? this.#text.length : found + width;
  }

  #keep(to: number): void {
    this.masked += this.#text.slice(this.#at, to);
  }

  #hide(to: number, filler: string): void {
    this.masked += this.#text.slice(this.#at, to).replaceAll(/[^\n]/g, filler);
  }
}

/** Where a string or regular expression that began before `from` ends: at its closing mark, or at the line's end. */
function closing(text: string, from: number, quote: string): number {
  let inClass = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === "\\") at += 1;
    else if (char === "\n") return at;
    else if (quote === "/" && char === "[") inClass = true;
    else if (quote === "/" && char === "]") inClass = false;
    else if (char === quote && !inClass) return at;
  }
  return text.length;
}

/** Where the text of a template that begins at `from` ends: at its back quote or at the next `${`. */
function templateEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "`" || (text[at] === "$" && text[at + 1] === "{")) return at;
  }
  return text.length;
}
