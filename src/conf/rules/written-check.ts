import type { Directive } from "../tree.ts";
import type { Section } from "./section.ts";

/** True for the block of a check, of whatever kind. */
export function isCheck(line: Directive): boolean {
  const keyword = line.words[0]?.text ?? "";
  return keyword.endsWith("_CHECK") || keyword.endsWith("_GET");
}

/** The HTTP_GET and SSL_GET blocks of a real server. */
export function httpChecks(server: Section): readonly Section[] {
  return [...server.sections("HTTP_GET"), ...server.sections("SSL_GET")];
}
