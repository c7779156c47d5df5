import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";
import { httpChecks } from "./written-check.ts";

const check = (lines: string): string =>
  realServer(
    "10.0.0.11 80",
    `HTTP_GET {\n            url {\n                path /\n${lines}            }\n            connect_timeout 3\n        }`,
  );

/** keepalived takes every 2xx when a url names neither status_code nor digest nor regex. */
export const httpCheckWithoutExpectation = rule({
  code: "http-check-without-expectation",
  severity: "hint",
  summary: "An HTTP check does not say which answer is right.",
  reason:
    "Without status_code, digest or regex any answer from 200 to 299 will do. That is often meant, but it is not written, and releases differ in it.",
  mend: "add status_code 200",
  example: { bad: service(check("")), line: 8, good: service(check("                status_code 200\n")) },
  check: ({ services }, tell) => {
    for (const { section } of services.flatMap((each) => each.realServers)) {
      for (const url of httpChecks(section).flatMap((check) => check.sections("url"))) {
        if (["status_code", "digest", "regex"].some((keyword) => url.has(keyword))) continue;
        tell(url.place, {
          message: `the check asks for ${url.value("path") ?? "/"} and does not say which answer is right, so any 2xx counts`,
        });
      }
    }
  },
});
