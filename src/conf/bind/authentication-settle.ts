import type { VrrpInstance } from "../model/vrrp-instance.ts";
import type { Draft, LateTeller } from "./vrrp-settle.ts";

/** What is left of the authentication block once version, strict mode and `auth_hmac` are known. */
export function settleAuthentication(
  late: LateTeller,
  from: {
    readonly draft: Draft;
    readonly version: 2 | 3;
    readonly initialState: "master" | "backup";
    readonly priority: number;
  },
): Pick<VrrpInstance, "authentication" | "initialState"> {
  const { draft, version, initialState, priority } = from;
  const none = { authentication: { kind: "none" } as const, initialState };
  if (draft.authentication.kind === "none") return none;
  if (draft.hmac !== undefined) {
    late("authentication", {
      code: "hmac-with-authentication",
      severity: "warning",
      message: "auth_hmac and an authentication block exclude each other; auth_hmac counts",
      help: "remove the authentication block",
    });
    return none;
  }
  if (version === 3) {
    late("authentication", {
      code: "authentication-in-version-3",
      severity: "warning",
      message: "VRRP version 3 carries no password, so the authentication block has no effect",
      help: "remove the block, or use version 2",
      texts: [`(${draft.name}) VRRP version 3 does not support authentication. Ignoring.`],
    });
    return none;
  }
  if (draft.strict) {
    late("authentication", {
      code: "authentication-in-strict-mode",
      severity: "warning",
      message: "strict mode allows no authentication, so the block has no effect",
      help: "remove the block, or turn strict mode off",
      texts: [`(${draft.name}) Strict mode does not support authentication. Ignoring.`],
    });
    return none;
  }
  if (draft.authentication.kind !== "ah" || initialState !== "master" || priority === 255) {
    return { authentication: draft.authentication, initialState };
  }
  late("state", {
    code: "master-with-ah",
    severity: "warning",
    message:
      "a router with AH authentication must hear the other's sequence number first, so it starts as BACKUP",
    help: "write state BACKUP",
    texts: [`(${draft.name}) Initial state master is incompatible with AH authentication - clearing`],
  });
  return { authentication: draft.authentication, initialState: "backup" };
}

/** Strict mode takes a trailer in every advertisement or none at all. */
export function settleHmac(late: LateTeller, { hmac, strict }: Draft): Pick<VrrpInstance, "hmac"> {
  if (hmac === undefined || !strict || hmac.mode === "enforce") return {};
  late("auth_hmac", {
    code: "hmac-mode-in-strict-mode",
    severity: "warning",
    message: `auth_hmac has mode ${hmac.mode}, but strict mode wants enforce, which counts instead`,
    help: "write mode enforce, or turn strict mode off",
  });
  return { hmac: { ...hmac, mode: "enforce" } };
}
