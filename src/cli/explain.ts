import type { ManualPlace } from "../conf/manual/places.ts";

type Manual = typeof import("../conf/manual/facts.ts") &
  typeof import("../conf/manual/places.ts") &
  typeof import("../conf/manual/look-up.ts");

interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** Exit codes of `locum explain`. */
const EXIT = { explained: 0, unknown: 1, usage: 2 } as const;

/** Columns of running text. */
const WIDTH = 96;

/**
 * `locum explain KEYWORD`: what a keyword means, what it takes, and what locum does with it.
 * @returns 0 when it was explained, 1 when no keyword has that name or several have, 2 for a wrong option.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = await parseArguments(argv);
  if (typeof parsed === "number") return parsed;
  const manual: Manual = {
    ...(await import("../conf/manual/facts.ts")),
    ...(await import("../conf/manual/places.ts")),
    ...(await import("../conf/manual/look-up.ts")),
  };
  const { default: picocolors } = await import("picocolors");
  const paint = picocolors.createColors(process.stdout.isTTY === true && !process.env.NO_COLOR);
  const { words, json } = parsed;
  if (words.length === 0) {
    process.stdout.write(
      json ? jsonText(overview(manual).map((place) => entry(place, manual))) : list(manual, paint),
    );
    return EXIT.explained;
  }
  return explain(words.join("/"), { manual, paint, json });
}

async function parseArguments(
  argv: readonly string[],
): Promise<{ readonly words: readonly string[]; readonly json: boolean } | number> {
  const { Command, CommanderError } = await import("commander");
  const command = new Command("locum explain")
    .description(
      "Tell what a keyword of the configuration means: a path such as vrrp_instance/preempt_delay, or a single word. Without one, list the blocks.",
    )
    .argument("[keyword...]", "the keyword; the blocks before it may be left out where the rest is clear")
    .option("--json", "print data")
    .addHelpText(
      "after",
      "\nExit codes:\n  0  explained\n  1  no keyword has that name, or several have; they are listed\n  2  wrong option\n",
    )
    .exitOverride();
  try {
    command.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.explained : EXIT.usage;
  }
  return { words: command.args, json: command.opts<{ readonly json?: true }>().json === true };
}

function explain(
  question: string,
  by: { readonly manual: Manual; readonly paint: Paint; readonly json: boolean },
): number {
  const { manual, paint, json } = by;
  const answer = manual.lookUp(question);
  switch (answer.kind) {
    case "found":
      process.stdout.write(
        json ? jsonText(entry(answer.place, manual)) : text(answer.place, { manual, paint }),
      );
      return EXIT.explained;
    case "several": {
      const paths = answer.places.map((place) => place.path);
      const lines = answer.places.map((place) =>
        line(place.path, { meaning: manual.meaningOf(place), width: widest(paths) }),
      );
      process.stderr.write(
        `locum explain: ${question} has several places; name one of them:\n${lines.join("\n")}\n`,
      );
      return EXIT.unknown;
    }
    case "unknown": {
      const [only] = answer.near;
      const hint =
        only === undefined
          ? "`locum explain` lists the blocks"
          : answer.near.length === 1
            ? `did you mean ${only}?`
            : `did you mean one of these?\n${answer.near.map((path) => `  ${path}`).join("\n")}`;
      process.stderr.write(`locum explain: there is no keyword ${question}; ${hint}\n`);
      return EXIT.unknown;
    }
  }
}

/** One entry as text. */
function text(place: ManualPlace, by: { readonly manual: Manual; readonly paint: Paint }): string {
  const { manual, paint } = by;
  const facts = manual
    .factsOf(place)
    .map(({ label, text: fact }) => wrap(plain(fact), `  ${label.padEnd(8)} `, " ".repeat(11)));
  const inside = manual.placesInside(place.path);
  const names = inside.map(manual.nameOf);
  const lines = inside.map((each) =>
    line(manual.nameOf(each), { meaning: manual.meaningOf(each), width: widest(names) }),
  );
  const parts = [
    paint.bold(place.path),
    wrap(manual.formOf(place), "  ", "    "),
    wrap(`${manual.meaningOf(place)}.`, "  ", "  "),
    facts.join("\n"),
    ...(lines.length > 0 ? [`  ${paint.dim("in it:")}\n${lines.join("\n")}`] : []),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** The top level and the preprocessor. */
function overview(manual: Manual): readonly ManualPlace[] {
  return manual.everyPlace().filter((place) => place.kind === "preprocessor" || !place.path.includes("/"));
}

function list(manual: Manual, paint: Paint): string {
  const places = overview(manual);
  const part = (title: string, kind: ManualPlace["kind"]): string => {
    const own = places.filter((place) => place.kind === kind);
    const width = widest(own.map((place) => place.path));
    const lines = own.map((place) => line(place.path, { meaning: manual.meaningOf(place), width }));
    return `${paint.bold(title)}\n${lines.join("\n")}\n`;
  };
  return `${part("At the top level of a file:", "keyword")}\n${part("Before keywords are read:", "preprocessor")}`;
}

function line(name: string, by: { readonly meaning: string; readonly width: number }): string {
  const { meaning, width } = by;
  return wrap(meaning, `  ${name.padEnd(width)}  `, " ".repeat(width + 4));
}

function widest(names: readonly string[]): number {
  return Math.min(60, Math.max(0, ...names.map((name) => name.length)));
}

/** Text in lines of bounded width; the first begins with `first`, the others with `next`. */
function wrap(sentence: string, ...[first, next]: readonly [string, string]): string {
  const lines: string[] = [];
  let current = first;
  let empty = true;
  for (const word of sentence.split(" ")) {
    if (!empty && current.length + 1 + word.length > WIDTH) {
      lines.push(current);
      current = next;
      empty = true;
    }
    current += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, current].join("\n");
}

/** Without the marks around words that are written as they stand. */
function plain(fact: string): string {
  return fact.replaceAll("`", "");
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** One entry as data. */
function entry(place: ManualPlace, manual: Manual): unknown {
  const inside = manual.placesInside(place.path).map((each) => each.path);
  const effect = manual.effectOf(place);
  const common = {
    path: place.path,
    kind: place.kind,
    form: manual.formOf(place),
    meaning: manual.meaningOf(place),
    ...(effect ? { locum: effect } : {}),
    ...(inside.length > 0 ? { inside } : {}),
  };
  if (place.kind !== "keyword") {
    const { default: standard, status } = place.token;
    return { ...common, default: standard, ...(status ? { status } : {}) };
  }
  const { value, needs, default: standard, since, in227, status } = place.keyword;
  return { ...common, value, needs, default: standard, since, in227, ...(status ? { status } : {}) };
}
