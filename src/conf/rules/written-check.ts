import type { Directive } from "../tree.ts";
import type { Section } from "./section.ts";

/** True for the block of a check, of whatever kind. */
export function isCheck(line: Directive): boolean {
  return /^[A-Z]+_(?:CHECK|GET)$/.test(line.words[0]?.text ?? "");
}

/** The HTTP_GET and SSL_GET blocks of a real server. */
export function httpChecks(server: Section): readonly Section[] {
  return [...server.sections("HTTP_GET"), ...server.sections("SSL_GET")];
}
