import { instance } from "./example.ts";
import { rule } from "./rule.ts";

const mail = (lines: string): string =>
  `global_defs {\n    notification_email {\n        admin@example.org\n    }\n${lines}}\n${instance("smtp_alert")}`;

/** Mail is handed to one server, which has to be named. */
export const mailWithoutServer = rule({
  code: "mail-without-server",
  severity: "warning",
  summary: "notification_email is set, but no smtp_server.",
  reason:
    "Mails are handed to the host in smtp_server. Without it there is nobody to hand them to, and they are lost.",
  mend: "add smtp_server HOST [PORT] to global_defs, or remove notification_email",
  example: {
    bad: mail("    notification_email_from lb@example.org\n"),
    line: 2,
    good: mail("    notification_email_from lb@example.org\n    smtp_server 192.0.2.25\n"),
  },
  check: ({ config, root, isMisread }, tell) => {
    if (config.global.notificationEmail.length === 0 || config.global.smtpServer !== undefined) return;
    const section = root("global_defs").find((each) => each.has("notification_email"));
    if (!section || isMisread(section)) return;
    tell(section.placeOf("notification_email"), {
      message: `mails are wanted for ${config.global.notificationEmail[0]}, but no smtp_server takes them`,
    });
  },
});
