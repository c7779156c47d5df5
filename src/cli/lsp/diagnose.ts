import type { Diagnostic } from "../../conf/diagnostic.ts";
import { literalPattern } from "../../conf/features/project.ts";
import { loadConfiguration } from "../../conf/load-configuration.ts";
import { hostFacts } from "../../linux/host-facts.ts";
import { overlayReader } from "./overlay.ts";

/** What decides which findings count. */
export interface DiagnoseSettings {
  readonly configId: string;
  readonly compat: "2.2.7" | "latest";
  /** Check interfaces, scripts and users of this machine as well. */
  readonly host: boolean;
}

/** A configuration to look at. */
export interface DiagnoseRequest {
  readonly root: string;
  /** Path and text of every open document. */
  readonly buffers: readonly (readonly [string, string])[];
  readonly settings: DiagnoseSettings;
}

/** What was found, and in which files it was looked for. */
export interface DiagnoseReply {
  readonly root: string;
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds what is wrong with a configuration, open documents first, the disk then. */
export function diagnose(request: DiagnoseRequest): DiagnoseReply {
  const { root, buffers, settings } = request;
  const { configId, compat, host } = settings;
  const loaded = loadConfiguration({
    root: literalPattern(root),
    read: overlayReader(new Map(buffers)),
    options: { configId, compat, environment: process.env, ...(host ? { host: hostFacts() } : {}) },
  });
  return { root, files: loaded.files, diagnostics: loaded.diagnostics };
}
