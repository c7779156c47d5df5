import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";
import { isCheck } from "./written-check.ts";

const check = (kind: string): string =>
  realServer(
    "10.0.0.11 443",
    `${kind} {\n            url {\n                path /\n                status_code 200\n            }\n            connect_timeout 3\n        }`,
  );
const https = (kind: string): string => service(check(kind)).replace("10 80", "10 443");

/** Ports 443 and 8443 speak TLS, 80 and 8080 do not; a check in the wrong language always fails. */
export const httpCheckOnTlsPort = rule({
  code: "http-check-on-tls-port",
  severity: "warning",
  summary: "HTTP_GET asks a TLS port, or SSL_GET a plain one.",
  reason:
    "A web server on port 443 answers a plain request with 400 at best, and one on port 80 cannot do the handshake. The check fails for ever and the real server never serves.",
  mend: "write SSL_GET for a TLS port, HTTP_GET for a plain one",
  example: { bad: https("HTTP_GET"), line: 7, good: https("SSL_GET") },
  check: ({ services }, tell) => {
    for (const { server, section } of services.flatMap((each) => each.realServers)) {
      for (const each of server.checkers) {
        if (each.kind !== "http") continue;
        const { port } = each.target;
        const wrong = each.tls ? port === 80 || port === 8080 : port === 443 || port === 8443;
        if (!wrong) continue;
        const written = each.tls ? "SSL_GET" : "HTTP_GET";
        const line = section.lines.find((inner) => isCheck(inner) && inner.words[0]?.text === written);
        tell(line?.words[0] ?? section.place, {
          message: `${written} asks port ${port} of ${server.address}, where ${each.tls ? "plain HTTP" : "TLS"} is usual`,
        });
      }
    }
  },
});
