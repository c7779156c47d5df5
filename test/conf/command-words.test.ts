import { describe, expect, it } from "vitest";
import { commandWords } from "../../src/conf/command-words.ts";

describe("commandWords", () => {
  it.each([
    ["/bin/check", ["/bin/check"]],
    ["/bin/check -p 80", ["/bin/check", "-p", "80"]],
    ['"/bin/check -p 80"', ["/bin/check", "-p", "80"]],
    [`"/bin/sh -c 'a b'"`, ["/bin/sh", "-c", "a b"]],
    ["'/bin/sh' \"a b\"", ["/bin/sh", "a b"]],
    ["a\\ b c", ["a b", "c"]],
    ["a '' b", ["a", "", "b"]],
    ["\\x41\\102\\t", ["AB\t"]],
    ["\\q", ["q"]],
    ["", []],
  ])("%s", (text, words) => {
    expect(commandWords(text)).toEqual({ kind: "words", words });
  });

  it("tells which quote is open", () => {
    expect(commandWords("a 'b")).toEqual({ kind: "open-quote", quote: "'" });
  });
});
