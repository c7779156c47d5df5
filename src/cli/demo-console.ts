import type { WriteStream } from "node:tty";
import pc from "picocolors";
import type { DrillListener } from "../drill/drill.ts";
import type { DirectorName } from "../drill/situation.ts";
import {
  type Paint,
  plainPaint,
  renderTimeline,
  type Timeline,
  type TimelineStyle,
  timelineLegend,
} from "../drill/timeline.ts";
import { passed, type StepOutcome, type Verdict, verdictSentence } from "../drill/verdict.ts";
import type { LogLine } from "../lab/director-process.ts";

/** Where to write, and whether to write at all. */
export interface ConsoleOptions {
  readonly out: WriteStream;
  readonly quiet: boolean;
}

const SPINNER_MS = 120;
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const ASCII_SPINNER = ["-", "\\", "|", "/"];
const WIDEST = 120;

/** Shows a drill as it goes: a moving line on a terminal, plain lines elsewhere. */
export class DemoConsole implements DrillListener {
  readonly #out: WriteStream;
  readonly #quiet: boolean;
  readonly #colours: ReturnType<typeof pc.createColors>;
  readonly #unicode: boolean;
  readonly #live: boolean;
  #ticking: NodeJS.Timeout | undefined;
  #begun = 0;
  #frame = 0;

  constructor(options: ConsoleOptions) {
    this.#out = options.out;
    this.#quiet = options.quiet;
    this.#live = options.out.isTTY === true && !options.quiet && process.env.TERM !== "dumb";
    this.#colours = pc.createColors(this.#live && process.env.NO_COLOR === undefined);
    this.#unicode = showsUnicode(this.#live);
  }

  /** The headline. */
  title(name: string, summary: string): void {
    this.#write(`${this.#colours.bold(`locum demo: ${name}`)}  ${this.#colours.dim(summary)}`);
  }

  /** A remark. */
  note(text: string): void {
    this.#write(this.#colours.dim(text));
  }

  /** A line of a director's log. */
  logLine(director: DirectorName, text: string): void {
    this.#write(this.#colours.dim(`    ${director} | ${text}`));
  }

  readonly onStep = (name: string): void => {
    this.#begun = performance.now();
    this.#write("");
    this.#write(`${this.#colours.cyan(this.#unicode ? "▶" : ">")} ${this.#colours.bold(name)}`);
    if (!this.#live) return;
    this.#ticking = setInterval(() => this.#tick(), SPINNER_MS);
    this.#ticking.unref();
  };

  readonly onLine = (line: string): void => this.#write(`    ${line}`);

  readonly onOutcome = (outcome: StepOutcome): void => {
    this.#rest();
    const [good, bad] = this.#unicode ? ["✔", "✖"] : ["ok", "FAILED"];
    const sign = outcome.ok ? this.#colours.green(good) : this.#colours.red(bad);
    this.#write(`  ${sign} ${outcome.ok ? outcome.detail : this.#colours.red(outcome.detail)}`);
  };

  readonly onLog = (director: DirectorName, lines: readonly LogLine[]): void => {
    const what = lines.length === 0 ? "wrote nothing to its log" : "wrote last";
    this.#write(`    the daemon of ${director.toUpperCase()} ${what}${lines.length === 0 ? "" : ":"}`);
    for (const { text } of lines) this.logLine(director, text);
  };

  /** The drawing of all that happened. */
  timeline(timeline: Timeline): void {
    const style: TimelineStyle = {
      width: Math.max(60, Math.min(WIDEST, this.#out.columns ?? 100)),
      unicode: this.#unicode,
      paint: this.#colours.isColorSupported ? this.#paint : plainPaint,
    };
    this.#write("");
    for (const line of renderTimeline(timeline, style)) this.#write(line);
    this.#write("");
    this.#write(timelineLegend(style));
  }

  /** The last word. */
  verdict(verdict: Verdict): void {
    const colour = passed(verdict) ? this.#colours.green : this.#colours.red;
    this.#write("");
    this.#write(colour(verdictSentence(verdict)));
  }

  /** Leaves the terminal in order. */
  close(): void {
    this.#rest();
  }

  readonly #paint: Paint = (look, text) => {
    const { green, yellow, red, cyan, dim, bold } = this.#colours;
    const paints = {
      master: green,
      backup: dim,
      off: red,
      up: cyan,
      down: red,
      served: green,
      refused: yellow,
      dim,
      bold,
    };
    return paints[look](text);
  };

  #write(line: string): void {
    if (this.#quiet) return;
    if (this.#live) this.#out.write("\r\u001b[K");
    this.#out.write(`${line}\n`);
  }

  #tick(): void {
    const frames = this.#unicode ? SPINNER : ASCII_SPINNER;
    this.#frame = (this.#frame + 1) % frames.length;
    const seconds = ((performance.now() - this.#begun) / 1_000).toFixed(1);
    this.#out.write(`\r\u001b[K  ${frames[this.#frame]} ${this.#colours.dim(`${seconds} s`)}`);
  }

  #rest(): void {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    if (this.#live) this.#out.write("\r\u001b[K");
  }
}

/** Whether more than ASCII arrives at the other end: by the locale on a terminal, always in a file. */
function showsUnicode(terminal: boolean): boolean {
  if (!terminal) return true;
  const locale = process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || "";
  return /utf-?8/i.test(locale);
}
