import { instance, instanceCalled } from "../rules/example.ts";
import type { LanguagePage } from "./page.ts";

const group = (members: string): string => `vrrp_sync_group site {\n    group {\n${members}    }\n}\n`;
const second = instanceCalled("mail", [
  "virtual_router_id 52",
  "virtual_ipaddress {\n        192.0.2.11/24\n    }",
]);
const third = instanceCalled("inner", [
  "virtual_router_id 53",
  "virtual_ipaddress {\n        192.0.2.12/24\n    }",
]);
const pair = group("        web\n        mail\n");

/** Findings about sync groups and track groups. */
export const groupPages: readonly LanguagePage[] = [
  {
    code: "empty-sync-group",
    severity: "warning",
    summary: "A sync group without members.",
    reason: "It is removed.",
    mend: "add group { INSTANCE INSTANCE }",
    example: {
      bad: `vrrp_sync_group site {\n}\n${instance()}${second}`,
      line: 2,
      good: pair + instance() + second,
    },
  },
  {
    code: "small-sync-group",
    severity: "warning",
    summary: "A sync group with one member.",
    reason: "There is nothing to keep in step. Often the second name is misspelt.",
    mend: "name two or more existing instances, or remove the group",
    example: { bad: group("        web\n") + instance() + second, line: 5, good: pair + instance() + second },
  },
  {
    code: "unknown-sync-member",
    severity: "error",
    summary: "A sync group names an instance that does not exist.",
    reason: "It is ignored, and the instance that was meant moves on its own.",
    mend: "correct the name",
    example: {
      bad: group("        web\n        mail\n        inner\n") + instance() + second,
      line: 5,
      good: pair + instance() + second,
    },
  },
  {
    code: "sync-member-twice",
    severity: "error",
    summary: "An instance is in two sync groups.",
    reason: "It can follow one only; the second is ignored.",
    mend: "remove it from one of the groups",
    example: {
      bad: `${pair}${group("        mail\n        web\n").replace("site", "other").replace("        web\n", "        inner\n")}${instance()}${second}${third}`,
      line: 9,
      good: pair + instance() + second,
      also: ["small-sync-group"],
    },
  },
  {
    code: "unknown-track-member",
    severity: "error",
    summary: "A track_group names an instance that does not exist.",
    reason: "It is ignored, and the instance that was meant does not own the static address or route.",
    mend: "correct the name",
    example: {
      bad: `track_group site {\n    group {\n        web\n        wev\n    }\n}\n${instance()}`,
      line: 4,
      good: `track_group site {\n    group {\n        web\n    }\n}\n${instance()}`,
    },
  },
  {
    code: "empty-track-group",
    severity: "error",
    summary: "A track_group has no instance.",
    reason: "It is left out, and nothing moves with it.",
    mend: "add group { INSTANCE }",
    example: {
      bad: `track_group site {\n}\n${instance()}`,
      line: 1,
      good: `track_group site {\n    group {\n        web\n    }\n}\n${instance()}`,
    },
  },
];
