import type { Config } from "../conf/model/config.ts";
import type { RealServer, VirtualServer } from "../conf/model/virtual-server.ts";
import { type HealthEffect, realServerName, virtualServerName } from "./health-state.ts";
import type { Notification } from "./notification.ts";

/** The effects of the checker process that somebody is told of. */
export type ServiceNews = Extract<
  HealthEffect,
  { readonly kind: "notify" | "real-server-changed" | "checker-changed" | "quorum-changed" }
>;

/** The part of a configuration that says who is told of services. */
export type ServiceAudience = Pick<Config, "global" | "virtualServers">;

/**
 * What is told of services: commands, keepalived's lines for the pipes (`RS server service UP`, `VS service DOWN`),
 * and mails. A mail about a check is sent for each change of the check, under `no_checker_emails` only when its real
 * server changes with it; mails about real servers are on unless switched off, those about quorums off unless on.
 */
export function serviceNotification(
  news: ServiceNews,
  { global, virtualServers }: ServiceAudience,
): Notification | undefined {
  const concurrent = global.scripts.notifyConcurrent;
  if (news.kind === "notify") {
    const { queue: about, command, arguments: words } = news;
    return { about, commands: [{ command, arguments: words }], concurrent };
  }
  const server = virtualServers.find((each) => virtualServerName(each) === news.virtualServer);
  const base = { about: `VS ${news.virtualServer}`, commands: [], concurrent };
  const word = (up: boolean) => (up ? "UP" : "DOWN");
  switch (news.kind) {
    case "real-server-changed": {
      const text = `RS ${news.realServer} ${news.virtualServer} ${word(news.up)}\n`;
      return { ...base, line: { pipe: "lvs", text } };
    }
    case "quorum-changed": {
      const text = `VS ${news.virtualServer} ${word(news.up)}\n`;
      const mail = {
        subject: `Virtualserver ${news.virtualServer} - ${word(news.up)}`,
        text: `The quorum of virtual server ${news.virtualServer} is ${news.up ? "there" : "lost"}.`,
      };
      const wanted = server?.smtpAlert ?? global.smtpAlertChecker ?? false;
      return { ...base, line: { pipe: "lvs", text }, ...(wanted ? { mail } : {}) };
    }
    case "checker-changed": {
      if (!news.turned && global.noCheckerEmails) return undefined;
      const real = realServerOf(server, news.realServer);
      if (!(real?.smtpAlert ?? global.smtpAlertChecker ?? true)) return undefined;
      const subject = `Realserver ${news.realServer} of virtual server ${news.virtualServer} - ${word(news.alive)}`;
      return { ...base, mail: { subject, text: news.reason } };
    }
  }
}

function realServerOf(server: VirtualServer | undefined, name: string): RealServer | undefined {
  return server?.realServers.find((real) => realServerName(server, real) === name);
}
