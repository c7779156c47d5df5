import { describe, expect, it } from "vitest";
import { type ServiceNews, serviceNotification } from "../../src/director/service-notification.ts";
import { load } from "../conf/configuration.ts";

const names = { virtualServer: "[192.0.2.1]:tcp:80", realServer: "[192.0.2.10]:tcp:80" };
const turned: ServiceNews = {
  kind: "checker-changed",
  ...names,
  alive: false,
  turned: true,
  reason: "Connection refused",
};

function told(news: ServiceNews, text: { global?: string; server?: string; real?: string } = {}) {
  const { config } = load(`global_defs {
    ${text.global ?? ""}
  }
  virtual_server 192.0.2.1 80 {
    protocol TCP
    ${text.server ?? ""}
    real_server 192.0.2.10 80 {
      ${text.real ?? ""}
      TCP_CHECK {
      }
    }
  }`);
  return serviceNotification(news, config);
}

describe("what is told of services", () => {
  it("writes keepalived's lines", () => {
    expect(told({ kind: "real-server-changed", ...names, up: true, reason: "" })?.line).toEqual({
      pipe: "lvs",
      text: "RS [192.0.2.10]:tcp:80 [192.0.2.1]:tcp:80 UP\n",
    });
    expect(told({ kind: "quorum-changed", virtualServer: names.virtualServer, up: false })?.line).toEqual({
      pipe: "lvs",
      text: "VS [192.0.2.1]:tcp:80 DOWN\n",
    });
  });

  it.each([
    { what: "nothing", text: {}, real: true, quorum: false },
    { what: "smtp_alert_checker", text: { global: "smtp_alert_checker" }, real: true, quorum: true },
    { what: "smtp_alert off", text: { global: "smtp_alert off" }, real: false, quorum: false },
    { what: "smtp_alert of the service", text: { server: "smtp_alert" }, real: true, quorum: true },
    { what: "smtp_alert off of the server", text: { real: "smtp_alert off" }, real: false, quorum: false },
  ])("mails as $what says", ({ text, real, quorum }) => {
    expect(told(turned, text)?.mail !== undefined).toBe(real);
    const lost: ServiceNews = { kind: "quorum-changed", virtualServer: names.virtualServer, up: false };
    expect(told(lost, text)?.mail !== undefined).toBe(quorum);
  });

  it("mails with keepalived's subjects", () => {
    expect(told(turned)?.mail?.subject).toBe(
      "Realserver [192.0.2.10]:tcp:80 of virtual server [192.0.2.1]:tcp:80 - DOWN",
    );
    const gained: ServiceNews = { kind: "quorum-changed", virtualServer: names.virtualServer, up: true };
    expect(told(gained, { server: "smtp_alert" })?.mail?.subject).toBe(
      "Virtualserver [192.0.2.1]:tcp:80 - UP",
    );
  });

  it("mails of checks alone unless no_checker_emails", () => {
    const alone: ServiceNews = { ...turned, turned: false } as ServiceNews;
    expect(told(alone)?.mail).toBeDefined();
    expect(told(alone, { global: "no_checker_emails" })).toBeUndefined();
    expect(told(turned, { global: "no_checker_emails" })?.mail).toBeDefined();
  });

  it("runs commands side by side when asked to", () => {
    const notify: ServiceNews = { kind: "notify", queue: "VS x", command: { argv: ["/n"] }, arguments: [] };
    expect(told(notify)?.concurrent).toBe(false);
    expect(told(notify, { global: "notify_concurrent" })).toMatchObject({ about: "VS x", concurrent: true });
  });
});
