import { hostname, userInfo } from "node:os";
import { inMilliseconds } from "../base/time.ts";
import type { GlobalDefinitions } from "../conf/model/global-definitions.ts";
import type { AlertMail } from "../director/notification.ts";

/** So many mails may wait for a mail host; more come only while it does not take any. */
const LONGEST_QUEUE = 100;

/** A mail that was not taken is offered once more, after this. */
const RETRY_MS = 10_000;

/** What `global_defs` says about mails. */
export type MailRules = Pick<
  GlobalDefinitions,
  | "routerId"
  | "notificationEmail"
  | "notificationEmailFrom"
  | "smtpServer"
  | "smtpHeloName"
  | "smtpConnectTimeout"
>;

/** What the mailer reports for the log. */
export type MailReport = (level: "warning" | "info", message: string) => void;

/**
 * Sends alerts one after another, in the background: name lookup, connection and conversation have limits, what waits
 * is bounded, and an outage of the mail host is logged once. As keepalived's, mails go in clear text without a login.
 */
export class Mailer {
  #rules: MailRules;
  readonly #report: MailReport;
  readonly #waiting: AlertMail[] = [];
  #sending = false;
  #closed = false;
  #wake: () => void = () => undefined;
  #lost = 0;
  #failing = false;

  constructor(rules: MailRules, report: MailReport) {
    this.#rules = rules;
    this.#report = report;
  }

  /** Takes another configuration; it counts from the next mail on. */
  configure(rules: MailRules): void {
    this.#rules = rules;
  }

  /** Queues a mail; nothing happens without `notification_email` and `smtp_server`. */
  send(mail: AlertMail): void {
    const { notificationEmail, smtpServer } = this.#rules;
    if (this.#closed || notificationEmail.length === 0 || smtpServer === undefined) return;
    this.#waiting.push(mail);
    if (this.#waiting.length > LONGEST_QUEUE) {
      this.#waiting.shift();
      this.#fail(`more than ${LONGEST_QUEUE} mails wait`);
    }
    if (!this.#sending) void this.#sendAll();
  }

  /** Whether a mail is on its way. */
  get busy(): boolean {
    return this.#sending;
  }

  /** Gives up on what could not be sent yet, and offers nothing a second time. */
  hurry(): void {
    this.#closed = true;
    this.#waiting.length = 0;
    this.#wake();
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    for (let mail = this.#waiting.shift(); mail !== undefined; mail = this.#waiting.shift()) {
      const failure = await this.#offerTwice(mail);
      if (failure !== undefined) this.#fail(failure);
      else if (this.#failing) {
        this.#failing = false;
        this.#report("info", `the mail host takes mails again; ${this.#lost} could not be sent so far`);
      }
    }
    this.#sending = false;
  }

  async #offerTwice(mail: AlertMail): Promise<string | undefined> {
    const first = await offer(mail, this.#rules);
    if (first === undefined || this.#closed) return first;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return this.#closed ? first : offer(mail, this.#rules);
  }

  #fail(reason: string): void {
    this.#lost++;
    if (this.#failing) return;
    this.#failing = true;
    this.#report(
      "warning",
      `a mail could not be sent by ${this.#rules.smtpServer}: ${reason}. Later ones are tried without another line`,
    );
  }
}

/** One attempt; the reason when it fails. Never throws, and ends within four times `smtp_connect_timeout`. */
async function offer(mail: AlertMail, rules: MailRules): Promise<string | undefined> {
  const limit = inMilliseconds(rules.smtpConnectTimeout);
  let close: () => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    // Loaded with the first mail: most directors never send one, and all would carry it in memory.
    const { createTransport } = await import("nodemailer");
    const transport = createTransport(transportOptions(rules, limit));
    close = () => transport.close();
    const overall = new Promise<never>((_, refuse) => {
      timer = setTimeout(() => refuse(new Error(`no end after ${(4 * limit) / 1_000} s`)), 4 * limit);
    });
    await Promise.race([transport.sendMail(mailOptions(mail, rules)), overall]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
    close();
  }
}

function transportOptions({ smtpServer = "", smtpHeloName }: MailRules, limit: number) {
  const [host = "", port] = smtpServer.split(" ");
  return {
    host,
    port: port === undefined ? 25 : Number(port),
    secure: false,
    ignoreTLS: true,
    name: smtpHeloName ?? hostname(),
    allowInternalNetworkInterfaces: true,
    dnsTimeout: limit,
    connectionTimeout: limit,
    greetingTimeout: limit,
    socketTimeout: limit,
  };
}

function mailOptions({ subject, text }: AlertMail, rules: MailRules) {
  const { routerId = hostname(), notificationEmail, notificationEmailFrom } = rules;
  return {
    from: notificationEmailFrom ?? `${userInfo().username}@${hostname()}`,
    to: [...notificationEmail],
    subject: `[${routerId}] ${subject}`,
    xMailer: "Keepalived",
    text: `${text}\n`,
  };
}
