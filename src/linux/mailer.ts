import { connect, type Socket } from "node:net";
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
  #connection: Socket | undefined;
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

  /** Mails that could not be sent. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether a mail is on its way. */
  get busy(): boolean {
    return this.#sending;
  }

  /** Gives up on what could not be sent yet, and offers nothing a second time. */
  hurry(): void {
    this.#closed = true;
    this.#waiting.length = 0;
    this.#connection?.destroy();
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
    const first = await this.#offer(mail);
    if (first === undefined || this.#closed) return first;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return this.#closed ? first : this.#offer(mail);
  }

  /** One attempt; the reason when it fails. Never throws, and ends within four times `smtp_connect_timeout`. */
  async #offer(mail: AlertMail): Promise<string | undefined> {
    const rules = this.#rules;
    const limits = limitsOf(rules);
    const connection = connectMailHost(rules);
    this.#connection = connection;
    const timer = setTimeout(() => {
      connection.destroy(new Error(`it had not taken the mail after ${limits.all / 1_000} s`));
    }, limits.all);
    try {
      await connected(connection, limits.step);
      // Loaded with the first mail: most directors never send one, and all would carry it in memory.
      const { createTransport } = await import("nodemailer");
      await createTransport(transportOptions(rules, connection)).sendMail(mailOptions(mail, rules));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
      connection.destroy();
      this.#connection = undefined;
    }
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

/** How long each step of talking to the mail host may take, and all steps together. */
function limitsOf({ smtpConnectTimeout }: MailRules): { readonly step: number; readonly all: number } {
  const step = inMilliseconds(smtpConnectTimeout);
  return { step, all: 4 * step };
}

/** Waits for a connection, at most for `limit` milliseconds. @throws {Error} */
function connected(socket: Socket, limit: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no connection within ${limit / 1_000} s`));
    }, limit);
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.once("close", () => {
      clearTimeout(timer);
      reject(new Error("the connection was closed"));
    });
    // For good: an error nobody listens for would end the process.
    socket.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

/** Begins to connect; whoever has the socket can end everything by destroying it. */
function connectMailHost(rules: MailRules): Socket {
  const [host = "", port] = (rules.smtpServer ?? "").split(" ");
  return connect({ host, port: port === undefined ? 25 : Number(port) });
}

function transportOptions(rules: MailRules, connection: Socket) {
  const { step } = limitsOf(rules);
  return {
    secure: false,
    ignoreTLS: true,
    name: rules.smtpHeloName ?? hostname(),
    getSocket: (_: unknown, ready: (error: Error | null, socket: { connection: Socket }) => void) =>
      ready(null, { connection }),
    greetingTimeout: step,
    socketTimeout: step,
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
