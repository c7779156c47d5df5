import { instance } from "./example.ts";
import { rule } from "./rule.ts";

const KEYWORDS = new Set(["smtp_alert", "smtp_alert_vrrp", "smtp_alert_checker"]);

/** smtp_alert sends to notification_email; an empty list sends nothing. */
export const alertWithoutRecipient = rule({
  code: "alert-without-recipient",
  severity: "warning",
  summary: "smtp_alert is on, but notification_email lists nobody.",
  reason:
    "The mails go to the addresses in notification_email. Without that block no mail is sent, and nobody is told why.",
  mend: "add notification_email { ADDRESS } and smtp_server HOST to global_defs, or remove smtp_alert",
  example: {
    bad: instance("smtp_alert"),
    line: 8,
    good: `global_defs {\n    notification_email {\n        admin@example.org\n    }\n    notification_email_from lb@example.org\n    smtp_server 192.0.2.25\n}\n${instance("smtp_alert")}`,
  },
  check: ({ config, root, isMisread }, tell) => {
    if (config.global.notificationEmail.length > 0 || root("global_defs").some(isMisread)) return;
    const blocks = ["global_defs", "vrrp_instance", "vrrp_sync_group", "virtual_server"];
    for (const section of blocks.flatMap((name) => root(name))) {
      const line = section.lines.findLast((each) => KEYWORDS.has(each.words[0]?.text ?? ""));
      const [word, value] = line?.words ?? [];
      if (!word || /^(off|no|false)$/i.test(value?.text ?? "")) continue;
      tell(word, {
        message: `${word.text} asks for mails, but notification_email lists nobody to send them to`,
      });
      return;
    }
  },
});
