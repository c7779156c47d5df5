import type { Diagnostic, KeepalivedStage, Report } from "../diagnostic.ts";
import type { Expanded } from "../expanded.ts";
import type { Config } from "../model/config.ts";
import type { VirtualServer } from "../model/virtual-server.ts";
import type { VrrpInstance } from "../model/vrrp-instance.ts";
import type { Environment } from "../source.ts";
import type { Directive, Document } from "../tree.ts";
import { followedByChecks } from "./bfd-check.ts";
import { type BindContext, placeOf, spanAt, tell } from "./context.ts";
import { bindDaemonDefinitions } from "./daemon-definitions.ts";
import { withoutDisabledScripts } from "./disabled-scripts.ts";
import { bindGlobalDefinitions } from "./global-definitions.ts";
import { bindGarpGroup, bindTrackGroup } from "./instance-groups.ts";
import { RulePreferences, withRulePreferences } from "./rule-preferences.ts";
import { checkScriptSecurity, type NamedCommand } from "./script-security.ts";
import { readDocument } from "./settings.ts";
import { bindStaticEntries } from "./static-entries.ts";
import { bindTlsIdentity } from "./tls-identity.ts";
import { type BoundTrackers, bindTrackers, trackersOf } from "./trackers.ts";
import { checkVirtualMacs } from "./virtual-mac.ts";
import { bindVirtualServer } from "./virtual-server.ts";
import { bindVirtualServerGroup } from "./virtual-server-group.ts";
import { bindVrrpInstance } from "./vrrp-instance.ts";
import { bindVrrpScript } from "./vrrp-script.ts";
import { bindSyncGroups } from "./vrrp-sync-group.ts";

/**
 * Turns a tree into the typed configuration, with all defaults filled in. What cannot be used is reported and left
 * out; the rest stands. Never throws.
 */
export function bind(
  tree: Document,
  surroundings: { readonly expanded: Expanded; readonly environment: Environment },
): { readonly config: Config; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const report = limitedReport(diagnostics);
  const { expanded } = surroundings;
  const commands: NamedCommand[] = [];
  const every: BindContext = {
    expanded,
    environment: surroundings.environment,
    report,
    stage: "every",
    owner: "",
    noteCommand: (command) => commands.push(command),
  };
  const { blocks, settings } = readDocument(every, tree.directives);
  const inStage = (stage: KeepalivedStage): BindContext => ({ ...every, stage });
  const global = bindGlobalDefinitions(inStage("global"), blocks.get("global_defs") ?? []);
  const { routeName, ...known } = surroundings.environment;
  const dynamic = {
    ...known,
    dynamicInterfaces: global.dynamicInterfaces,
    // Other folders than those of the system have names of their own.
    ...(routeName === undefined || hasOwnFolders(global) ? {} : { routeName }),
  };
  const contexts = {
    every,
    checker: { ...inStage("checker"), bfdNames: followedByChecks(blocks.get("bfd_instance") ?? []) },
    vrrp: {
      ...inStage("vrrp"),
      environment: dynamic,
      rulePreferences: new RulePreferences(),
      trackGroups: new Map(
        (blocks.get("track_group") ?? []).map(({ words }) => [words[1]?.text ?? "", words[1]?.start ?? 0]),
      ),
    },
    bfd: inStage("bfd"),
  };
  const firstOf = (keyword: string) =>
    tree.directives.findIndex(({ words: [word] }) => word?.text === keyword) >>> 0;
  // Rules without a preference get theirs in the order of the file.
  const staticsFirst = firstOf("static_rules") < firstOf("vrrp_instance");
  const bindStatics = () => bindStaticEntries({ settings, context: contexts.vrrp });
  const before = staticsFirst ? bindStatics() : undefined;
  const bound: Config = {
    global,
    daemon: bindDaemonDefinitions({ settings, context: every }),
    ...bindServices(contexts.checker, blocks),
    ...bindVrrp(contexts, { blocks, global }),
    ...(before ?? bindStatics()),
  };
  const config = withRulePreferences(bound, staticsFirst);
  checkScriptSecurity(every, { global, anyInstance: blocks.has("vrrp_instance"), commands });
  for (const at of tree.strayCloses) tellStrayClose(every, at);
  tellUnclosed(every, tree.directives);
  return { config, diagnostics };
}

/** Whether the file says where the names of tables and the like are. */
function hasOwnFolders({ management }: Config["global"]): boolean {
  return management.iprouteEtc !== "/etc/iproute2" || management.iprouteUsr !== "/usr/share/iproute2";
}

type Blocks = ReadonlyMap<string, readonly Directive[]>;

/** What the checker process reads. */
function bindServices(
  context: BindContext,
  blocks: Blocks,
): Pick<Config, "virtualServers" | "groupVirtualServers" | "virtualServerGroups" | "tlsIdentity"> {
  const bound = (blocks.get("virtual_server") ?? [])
    .map((directive) => bindVirtualServer(serviceContext(context, { directive, blocks }), directive))
    .filter((server) => server !== undefined);
  const tlsIdentity = bindTlsIdentity(context, blocks.get("SSL") ?? []);
  return {
    virtualServers: bound.filter((server): server is VirtualServer => !("group" in server)),
    groupVirtualServers: bound.filter((server) => "group" in server),
    virtualServerGroups: (blocks.get("virtual_server_group") ?? [])
      .map((directive) => bindVirtualServerGroup(context, directive))
      .filter((group) => group !== undefined),
    ...(tlsIdentity ? { tlsIdentity } : {}),
  };
}

/** What the VRRP process reads, and the BFD process for it. */
function bindVrrp(
  contexts: { readonly vrrp: BindContext; readonly bfd: BindContext },
  from: { readonly blocks: Blocks; readonly global: Config["global"] },
): Pick<
  Config,
  "vrrpInstances" | "vrrpScripts" | "syncGroups" | "trackGroups" | "garpGroups" | keyof BoundTrackers
> {
  const { vrrp } = contexts;
  const { blocks, global } = from;
  const vrrpScripts = withoutDuplicates(vrrp, blocks.get("vrrp_script") ?? [], "vrrp_script")
    .map((directive) => bindVrrpScript(vrrp, { directive, global }))
    .filter((script) => script !== undefined);
  const bound = bindTrackers(blocks, contexts);
  const trackers = trackersOf(bound, vrrpScripts);
  checkVirtualMacs(vrrp, blocks.get("vrrp_instance") ?? []);
  const vrrpInstances = withoutDuplicates(vrrp, blocks.get("vrrp_instance") ?? [], "vrrp_instance")
    .map((directive) => ({
      directive,
      instance: bindVrrpInstance(vrrp, { directive, surroundings: { global, trackers } }),
    }))
    .filter((each): each is BoundInstance => each.instance !== undefined);
  refuseSameRouterId(vrrp, vrrpInstances);
  const instances = vrrpInstances.map((each) => each.instance);
  const names = instances.map(({ name }) => name);
  const syncGroups = bindSyncGroups(vrrp, {
    directives: blocks.get("vrrp_sync_group") ?? [],
    instances,
    trackers,
    global,
  });
  const tracking = { vrrpInstances: instances, vrrpScripts, syncGroups };
  return {
    ...withoutDisabledScripts(vrrp, { bound: tracking, global }),
    ...bound,
    trackGroups: (blocks.get("track_group") ?? [])
      .map((directive) => bindTrackGroup(vrrp, { directive, instances: names }))
      .filter((group) => group !== undefined),
    garpGroups: (blocks.get("garp_group") ?? []).map((directive) => bindGarpGroup(vrrp, directive)),
  };
}

interface BoundInstance {
  readonly directive: Directive;
  readonly instance: VrrpInstance;
}

/** More findings of one kind than anybody reads; a file with so many is none of ours. */
const MOST_OF_A_KIND = 20_000;

/** Keeps findings, and of one kind not without end; the last one says so. */
function limitedReport(kept: Diagnostic[]): Report {
  const counts = new Map<string, number>();
  return (found) => {
    const count = (counts.get(found.code) ?? 0) + 1;
    counts.set(found.code, count);
    if (count < MOST_OF_A_KIND) kept.push(found);
    if (count !== MOST_OF_A_KIND) return;
    kept.push({ ...found, message: `${found.message}; there are more of this kind, which are not told` });
  };
}

/** keepalived reads the services of a group that does not exist, and then drops them without a word. */
function serviceContext(
  context: BindContext,
  from: { readonly directive: Directive; readonly blocks: ReadonlyMap<string, readonly Directive[]> },
): BindContext {
  const [, kind, name] = from.directive.words;
  const groups = from.blocks.get("virtual_server_group") ?? [];
  if (kind?.text !== "group" || groups.some((group) => group.words[1]?.text === name?.text)) return context;
  const { report } = context;
  return {
    ...context,
    report: (found) => {
      if (found.keepalived?.stage !== "checker-end") report(found);
    },
  };
}

/** A second block with the same name is skipped whole, as keepalived does. */
function withoutDuplicates(
  context: BindContext,
  directives: readonly Directive[],
  kind: "vrrp_script" | "vrrp_instance",
): readonly Directive[] {
  const seen = new Map<string, Directive>();
  for (const directive of directives) {
    const word = directive.words[1];
    const name = word?.text ?? "";
    const first = seen.get(name);
    if (!first) {
      seen.set(name, directive);
      continue;
    }
    tell(context, word ?? placeOf(directive), {
      code: "duplicate-name",
      severity: "error",
      message: `there are two ${kind} blocks called ${name}; this one is skipped as a whole`,
      help: "give it another name, or remove it",
      related: [{ message: "the first one", span: spanAt(context, placeOf(first)) }],
      ...(kind === "vrrp_instance" ? { texts: [`vrrp instance ${name} already defined`] } : {}),
    });
  }
  return [...seen.values()];
}

/** Two routers with one VRID on one interface and in one family cannot both exist; unicast ones with other peers can. */
function refuseSameRouterId(context: BindContext, bound: readonly BoundInstance[]): void {
  for (const [at, second] of bound.entries()) {
    const b = second.instance;
    const first = bound.slice(0, at).find(({ instance: a }) => {
      const same =
        a.interface === b.interface && a.virtualRouterId === b.virtualRouterId && a.family === b.family;
      const unicast = a.unicastPeers.length > 0 && b.unicastPeers.length > 0;
      const shared = a.unicastPeers.some((peer) =>
        b.unicastPeers.some((other) => other.address === peer.address),
      );
      return same && (!unicast || shared);
    });
    if (!first) continue;
    const a = first.instance;
    tell(context, placeOf(second.directive), {
      code: "duplicate-virtual-router-id",
      severity: "error",
      message: `${a.name} and ${b.name} both use virtual_router_id ${b.virtualRouterId} for IPv${b.family} on ${b.interface}`,
      help: "give one of them another virtual_router_id, the same on its peers",
      fatal: 2,
      related: [{ message: `${a.name} is here`, span: spanAt(context, placeOf(first.directive)) }],
      texts: [
        `${a.name} and ${b.name} both use VRID ${b.virtualRouterId} with IPv${b.family} on interface ${b.interface}`,
      ],
      stage: "vrrp-end",
    });
  }
}

function tellStrayClose(context: BindContext, at: number): void {
  tell(
    context,
    { start: at, end: at + 1 },
    {
      code: "extra-close",
      severity: "error",
      message: "this } closes nothing",
      help: "remove it, or add the { that is missing before",
      texts: ["Extra '}' found", "Unknown keyword '}'"],
    },
  );
}

function tellUnclosed(context: BindContext, directives: readonly Directive[]): void {
  for (const directive of directives) {
    const { block } = directive;
    if (!block) continue;
    if (
      block.close === undefined &&
      !block.directives.some((inner) => inner.block && inner.block.close === undefined)
    ) {
      tell(context, placeOf(directive), {
        code: "missing-close",
        severity: "error",
        message: `the block of ${directive.words[0]?.text ?? "{"} is never closed`,
        help: "add the missing } at its end",
        texts: ["There are 1 missing '}'s or extra '{'s"],
      });
    }
    tellUnclosed(context, block.directives);
  }
}
