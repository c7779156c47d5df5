import { authHmacGrammar } from "./auth-hmac.ts";
import { authenticationGrammar } from "./authentication.ts";
import { bfdCheckGrammar } from "./bfd-check.ts";
import { bfdInstanceGrammar } from "./bfd-instance.ts";
import { dnsCheckGrammar } from "./dns-check.ts";
import { fileCheckGrammar } from "./file-check.ts";
import { garpGroupGrammar } from "./garp-group.ts";
import { globalDefinitionsGrammar } from "./global-definitions.ts";
import { httpGetGrammar, sslGetGrammar } from "./http-get.ts";
import { httpGetUrlGrammar, sslGetUrlGrammar } from "./http-get-url.ts";
import type { BlockGrammar, Keyword } from "./keyword.ts";
import { miscCheckGrammar } from "./misc-check.ts";
import { pingCheckGrammar } from "./ping-check.ts";
import { realServerGrammar } from "./real-server.ts";
import { rootGrammar } from "./root.ts";
import { smtpCheckGrammar } from "./smtp-check.ts";
import { smtpCheckHostGrammar } from "./smtp-check-host.ts";
import { sslGrammar } from "./ssl.ts";
import { tcpCheckGrammar } from "./tcp-check.ts";
import { trackFileGrammar } from "./track-file.ts";
import { trackGroupGrammar } from "./track-group.ts";
import { udpCheckGrammar } from "./udp-check.ts";
import { virtualServerGrammar } from "./virtual-server.ts";
import { vrrpInstanceGrammar } from "./vrrp-instance.ts";
import { vrrpScriptGrammar } from "./vrrp-script.ts";
import { vrrpSyncGroupGrammar } from "./vrrp-sync-group.ts";
import { vrrpTrackFileGrammar } from "./vrrp-track-file.ts";
import { vrrpTrackProcessGrammar } from "./vrrp-track-process.ts";

/** Every block of keywords, by path; the top level has the empty path. */
export const vocabulary: ReadonlyMap<string, BlockGrammar> = new Map(
  [
    rootGrammar,
    globalDefinitionsGrammar,
    trackGroupGrammar,
    vrrpSyncGroupGrammar,
    garpGroupGrammar,
    vrrpInstanceGrammar,
    authenticationGrammar,
    authHmacGrammar,
    vrrpScriptGrammar,
    vrrpTrackProcessGrammar,
    trackFileGrammar,
    vrrpTrackFileGrammar,
    bfdInstanceGrammar,
    sslGrammar,
    virtualServerGrammar,
    realServerGrammar,
    miscCheckGrammar,
    smtpCheckGrammar,
    tcpCheckGrammar,
    pingCheckGrammar,
    udpCheckGrammar,
    httpGetGrammar,
    sslGetGrammar,
    dnsCheckGrammar,
    fileCheckGrammar,
    bfdCheckGrammar,
    smtpCheckHostGrammar,
    httpGetUrlGrammar,
    sslGetUrlGrammar,
  ].map((block) => [block.path, block]),
);

const indexes = new Map<string, ReadonlyMap<string, Keyword>>();

/** The keywords of the block at `path`, by name; undefined when no block has that path. */
export function keywordsOf(path: string): ReadonlyMap<string, Keyword> | undefined {
  const known = indexes.get(path);
  if (known) return known;
  const block = vocabulary.get(path);
  if (!block) return undefined;
  const index = new Map(block.keywords.map((keyword) => [keyword.name, keyword]));
  indexes.set(path, index);
  return index;
}
