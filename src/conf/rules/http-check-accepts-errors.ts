import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";
import { httpChecks } from "./written-check.ts";

const check = (codes: string): string =>
  realServer(
    "10.0.0.11 80",
    `HTTP_GET {\n            url {\n                path /\n                status_code ${codes}\n            }\n            connect_timeout 3\n        }`,
  );

/** 4xx and 5xx are what a broken server answers. */
export const httpCheckAcceptsErrors = rule({
  code: "http-check-accepts-errors",
  severity: "hint",
  summary: "An HTTP check is content with an error page.",
  reason:
    "Status codes from 400 say that something went wrong. A web server whose application is gone answers so, and stays in service.",
  mend: "ask for a page that exists and accept 200, or 200-399",
  example: { bad: service(check("404")), line: 10, good: service(check("200-299")) },
  check: ({ services }, tell) => {
    for (const { section } of services.flatMap((each) => each.realServers)) {
      for (const url of httpChecks(section).flatMap((check) => check.sections("url"))) {
        const words = url.every("status_code").flatMap((line) => line.words.slice(1));
        const word = words.find(({ text }) => /^(\d{3}-)?[45]\d\d$/.test(text) && !text.startsWith("401"));
        if (!word) continue;
        tell(word, {
          message: `the check accepts the status ${word.text}, which is how a broken server answers`,
        });
      }
    }
  },
});
