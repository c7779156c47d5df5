import type { Directive, Word } from "../tree.ts";
import { type BindContext, closeOf, tell } from "./context.ts";

/** The longest interface name of the kernel, without its final NUL. */
const NAME_LIMIT = 15;

/**
 * Checks the interface names that `use_vmac` and `use_ipvlan` lines give: one per instance, none twice in a file, none
 * that exists already, none the kernel would refuse; and that unicast leaves by the base interface.
 */
export function checkVirtualMacs(context: BindContext, instances: readonly Directive[]): void {
  const taken = new Map<string, string>();
  for (const instance of instances) {
    const owner = instance.words[1]?.text ?? "";
    const own = { ...context, owner };
    const lines = instance.block?.directives ?? [];
    const wanted = lines.filter((line) => line.words[0]?.text === "use_vmac" && !line.block);
    let given: Word | undefined;
    for (const word of wanted.flatMap((line) => line.words.slice(1))) {
      if (/^netlink/.test(word.text)) continue;
      const problem = nameProblem(own, { word, given, taken });
      if (problem) tell(own, word, { ...problem, severity: "error" });
      else {
        given = word;
        taken.set(word.text, owner);
      }
    }
    if (wanted.length > 0) checkUnicast(own, { instance, lines });
  }
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly help: string;
  readonly texts: readonly string[];
}

function nameProblem(
  context: BindContext,
  name: {
    readonly word: Word;
    readonly given: Word | undefined;
    readonly taken: ReadonlyMap<string, string>;
  },
): Problem | undefined {
  const { word, given, taken } = name;
  const { text } = word;
  const help = "write another name, or none: then one is made up";
  if (given) {
    return {
      code: "vmac-name-twice",
      message: `the interface of the virtual MAC is already called ${given.text}, so ${text} has no effect`,
      help: "keep one name",
      texts: ["VMAC interface name already specified"],
    };
  }
  if (text.length > NAME_LIMIT || /[/\s:]/.test(text)) {
    return {
      code: "bad-interface-name",
      message: `'${text}' cannot be the name of an interface: at most ${NAME_LIMIT} characters, without / and :`,
      help,
      texts: [`VMAC interface name '${text}' too long or invalid characters - ignoring`],
    };
  }
  const other = taken.get(text);
  if (other !== undefined) {
    return {
      code: "vmac-name-taken",
      message: `the instance ${other} already uses the interface name ${text}, so this one gets a name of its own`,
      help,
      texts: [`(${context.owner}) VRRP instance ${other} is already using ${text} - ignoring name`],
    };
  }
  if (!context.environment.interfaces?.includes(text)) return undefined;
  return {
    code: "vmac-name-exists",
    message: `there is an interface ${text} already, so the virtual MAC cannot have it`,
    help,
    texts: [
      `(${context.owner}) interface ${text} already exists and is not a private macvlan; ignoring vmac if_name`,
    ],
  };
}

/** A peer expects unicast adverts from the address of the real interface, so they must leave there. */
function checkUnicast(
  context: BindContext,
  from: { readonly instance: Directive; readonly lines: readonly Directive[] },
): void {
  const has = (keyword: string): boolean => from.lines.some((line) => line.words[0]?.text === keyword);
  if (has("vmac_xmit_base")) return;
  const peers = from.lines.find((line) => line.words[0]?.text === "unicast_peer");
  const unicast = has("unicast_src_ip") || peers?.block?.directives.some((line) => line.words.length > 0);
  if (!unicast) return;
  tell(context, closeOf(from.instance), {
    code: "unicast-without-vmac-xmit-base",
    severity: "warning",
    message: "unicast adverts cannot leave by the virtual MAC, so they leave by the interface itself",
    help: "add vmac_xmit_base",
    texts: [`(${context.owner}) unicast with use_vmac requires vmac_xmit_base - setting`],
  });
}
