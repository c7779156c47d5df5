import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { seededRandom } from "../../../src/base/random.ts";
import type { HostFacts } from "../../../src/conf/source.ts";
import { hostFacts } from "../../../src/linux/host-facts.ts";
import { Namespaces } from "../../support/namespaces.ts";
import { describeWith } from "../../support/require.ts";
import { type Answers, explain, explanations } from "./explanations.ts";
import { askKeepalived } from "./keepalived-oracle.ts";
import { minimise } from "./minimise.ts";
import { mutate, pick } from "./mutate.ts";
import { ourAnswer } from "./our-answer.ts";
import { companions, interfacesIn, type Seed, seeds } from "./seeds.ts";

/** How many texts, and which: the same seed gives the same texts on machines with the same seed files. */
const CASES = Number(process.env.LOCUM_FUZZ_CASES ?? 2_000);
const SHOWN = Number(process.env.LOCUM_FUZZ_SHOWN ?? 5);
const SEED = Number(process.env.LOCUM_FUZZ_SEED ?? 20_260_101);

interface Case {
  readonly from: string;
  readonly file: string;
  readonly text: string;
}

describeWith(
  { title: "keepalived -t and ours on mutated files", needs: ["root", "netns", "ip", "keepalived"] },
  () => {
    const namespaces = new Namespaces("lz-fuzz");
    const folder = mkdtempSync(join(tmpdir(), "lz-fuzz-"));
    const all = seeds();
    let host: HostFacts;

    beforeAll(() => {
      namespaces.add("a");
      const names = [...new Set(["eth0", "eth1", "eth2", ...all.flatMap(({ text }) => interfacesIn(text))])];
      for (const [at, name] of names.entries()) {
        namespaces.cable({ namespace: "a", interface: name }, { namespace: "a", interface: `peer${at}` });
      }
      host = { ...hostFacts(), interfaces: ["lo", ...names, ...names.map((_, at) => `peer${at}`)] };
      for (const [name, text] of Object.entries(companions)) writeFileSync(join(folder, name), text);
    });

    afterAll(() => {
      namespaces.remove();
      rmSync(folder, { recursive: true });
    });

    it("the seeds themselves, unchanged", { timeout: 120_000 }, async () => {
      await compare(all.map((seed, at) => written(seed, { text: seed.text, name: `seed${at}.conf` })));
    });

    it(`${CASES} mutations, seed ${SEED}`, { timeout: 600_000 }, async () => {
      const random = seededRandom(SEED);
      const donors = all.map((seed) => seed.text);
      await compare(
        Array.from({ length: CASES }, (_, at) => {
          const seed = pick(all, random);
          return written(seed, { text: mutate(seed.text, { random, donors }), name: `${at}.conf` });
        }),
      );
    });

    function written(seed: Seed, to: { readonly text: string; readonly name: string }): Case {
      const file = join(folder, to.name);
      writeFileSync(file, to.text, "latin1");
      return { from: seed.name, file, text: to.text };
    }

    /** Asks both about every case; fails with the first differences that nothing explains, made as short as they go. */
    async function compare(cases: readonly Case[]): Promise<void> {
      const theirs = await ask(cases.map((each) => each.file));
      const counts = new Map<string, number>();
      const unexplained: Case[] = [];
      for (const [at, each] of cases.entries()) {
        const answers: Answers = {
          text: each.text,
          theirs: theirs[at] ?? { exit: -1, lines: [] },
          ours: ourAnswer(each.file, host),
        };
        if (answers.theirs.exit === answers.ours.exit) continue;
        const reason = explain(answers)?.name;
        if (reason === undefined) unexplained.push(each);
        else counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
      const known = explanations.map(({ name }) => `${counts.get(name) ?? 0} ${name}`).join(", ");
      console.info(
        `fuzz: ${cases.length} texts, ${unexplained.length} unexplained differences; explained: ${known}`,
      );
      const shown: string[] = [];
      for (const each of unexplained.slice(0, SHOWN)) shown.push(await describeDifference(each));
      expect(shown.join("\n\n"), `seed ${SEED}: ${unexplained.length} differences`).toBe("");
    }

    function ask(files: readonly string[]) {
      return askKeepalived(files, namespaces.command("a", ["keepalived"]));
    }

    async function describeDifference(each: Case): Promise<string> {
      const file = join(folder, "minimised.conf");
      const both = async (text: string): Promise<Answers> => {
        writeFileSync(file, text, "latin1");
        const [theirs = { exit: -1, lines: [] }] = await ask([file]);
        return { text, theirs, ours: ourAnswer(file, host) };
      };
      const fails = async (text: string): Promise<boolean> => {
        const answers = await both(text);
        return answers.theirs.exit !== answers.ours.exit && explain(answers) === undefined;
      };
      const text = await minimise(each.text, { fails, attempts: 300 });
      const { theirs, ours } = await both(text);
      return [
        `from ${each.from}:`,
        text,
        `keepalived ${theirs.exit}: ${theirs.lines.slice(0, 6).join(" | ")}`,
        `locum ${ours.exit}: ${ours.lines.slice(0, 6).join(" | ")}`,
      ].join("\n");
    }
  },
);
