import type { IpAddress } from "../base/ip-address.ts";
import { failed, ok, type Result } from "../base/result.ts";
import { type Duration, seconds } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import { encodeAdvertisement } from "../vrrp/advertisement.ts";
import { encodeIpv4Packet } from "../vrrp/ipv4-packet.ts";
import { advertisedAddresses, advertisementDestinations } from "../vrrp/router-config.ts";
import { CALM, type Conditions } from "./segment.ts";
import type { Refusal } from "./simulated-kernel.ts";
import type { World } from "./world.ts";

/** What a step may use beside the world. */
export interface StepSurroundings {
  readonly world: World;
  /** A configuration of the scenario. */
  config(name: string): Config;
  /** All faults end, and what must hold afterwards is checked. */
  calm(): void;
}

type Verb = (surroundings: StepSurroundings, objects: readonly string[]) => void;

/** Each verb of an `at` line; names and values follow it. Interfaces are eth0 unless named. */
const VERBS: Readonly<Record<string, Verb>> = {
  start: ({ world, config }, [name = "", file = name]) => world.host(name).start(config(file)),
  reload: ({ world, config }, [name = "", file = name]) => world.host(name).reload(config(file)),
  stop: ({ world }, [name = ""]) => world.host(name).stop(),
  kill: ({ world }, [name = ""]) => world.host(name).kill(),
  /** Only the VRRP process dies, its parent starts another after so many seconds; `crash a 0.1 3`: in a step, see `planCrash`. */
  crash: ({ world }, [name = "", pause = "0", after]) =>
    after === undefined
      ? world.host(name).crash(seconds(Number(pause)))
      : world.host(name).planCrash({ pause: seconds(Number(pause)), after: Number(after) }),
  "power-off": ({ world }, [name = ""]) => world.host(name).powerOff(),
  hold: ({ world }, [name = ""]) => world.host(name).hold(),
  resume: ({ world }, [name = ""]) => world.host(name).resume(),
  /** An alarm that nobody has set. */
  wake: ({ world }, [name = ""]) => world.host(name).wake(),
  "link-down": ({ world }, [name = "", on = "eth0"]) => world.host(name).kernel.setLink(on, false),
  "link-up": ({ world }, [name = "", on = "eth0"]) => world.host(name).kernel.setLink(on, true),
  "interface-gone": ({ world }, [name = "", on = "eth0"]) => world.host(name).kernel.setPresence(on, false),
  "interface-back": ({ world }, [name = "", on = "eth0"]) => world.host(name).kernel.setPresence(on, true),
  "delete-address": ({ world }, [name = "", address = "", on = "eth0"]) =>
    world.host(name).kernel.removeAddress(on, address as IpAddress),
  overrun: ({ world }, [name = ""]) => world.host(name).overrun(),
  refuse: ({ world }, [name = "", what = ""]) => world.host(name).kernel.refusals.add(what as Refusal),
  allow: ({ world }, [name = "", what = ""]) => world.host(name).kernel.refusals.delete(what as Refusal),
  script: ({ world }, [name = "", script = "", fate = ""]) =>
    world.host(name).scripts.set(script, fate === "fails" || fate === "hangs" ? fate : "ok"),
  file: ({ world }, [name = "", file = "", content = ""]) =>
    world.host(name).sensed.writeFile(file, content === "gone" ? undefined : content),
  processes: ({ world }, [name = "", kind = "", count = "", how]) =>
    world.host(name).sensed.setProcesses(kind, Number(count), how === "exec"),
  bfd: ({ world }, [name = "", session = "", state = ""]) =>
    world.host(name).sensed.setSession(session, state === "up"),
  "clock-step": ({ world }, [name = "", by = ""]) => world.host(name).stepWallClock(Number(by)),
  /** How wrong it is then, in seconds, whatever it was before. */
  "clock-set": ({ world }, [name = "", error = ""]) => {
    const host = world.host(name);
    host.stepWallClock(Number(error) - host.wallClockError);
  },
  /** Somebody sends again what he has heard of a process: its farewell, or else the first. */
  replay: ({ world }, [name = "", instance = ""]) => world.replay(name, instance),
  cut: ({ world }, [from = "", to = "", on]) => world.segment(on).cut(from, to),
  mend: ({ world }, [from = "", to = "", on]) => world.segment(on).mend(from, to),
  network: ({ world }, words) => {
    const read = readConditions(words);
    if (read.ok) world.segment(read.value.on).conditions = read.value.conditions;
  },
  forge: ({ world }, [name = "", instance = "", priority = ""]) =>
    forge(world, { name, instance, priority: Number(priority) }),
  calm: ({ calm }) => calm(),
};

/** The verbs there are. */
export const VERB_NAMES: readonly string[] = Object.keys(VERBS);

/** Whether the language has the verb. */
export function isVerb(word: string): boolean {
  return VERBS[word] !== undefined;
}

/** Does what one step of a scenario says. */
export function perform(
  step: { readonly verb: string; readonly objects: readonly string[] },
  surroundings: StepSurroundings,
): void {
  VERBS[step.verb]?.(surroundings, step.objects);
}

const CONDITION_WORDS = ["loss", "duplication", "reordering", "held-back", "delay", "jitter"] as const;

/** `loss 0.3 delay 0.001 on eth1`: chances from 0 to 1, times in seconds; what is not said is as in a calm network. */
function readConditions(
  words: readonly string[],
): Result<{ readonly on: string | undefined; readonly conditions: Conditions }, string> {
  let conditions: Conditions = CALM;
  let on: string | undefined;
  for (let at = 0; at < words.length; at += 2) {
    const [word = "", value = ""] = words.slice(at);
    if (word === "on") {
      on = value;
      continue;
    }
    const known = CONDITION_WORDS.find((one) => one === word);
    if (known === undefined) return failed(`expected one of ${CONDITION_WORDS.join(", ")}, on`);
    conditions = { ...conditions, ...condition(known, Number(value)) };
  }
  return ok({ on, conditions });
}

function condition(word: (typeof CONDITION_WORDS)[number], value: number): Partial<Conditions> {
  switch (word) {
    case "held-back":
      return { heldBack: seconds(value) };
    case "delay":
      return { delay: seconds(value) };
    case "jitter":
      return { jitter: seconds(value) };
    default:
      return { [word]: value };
  }
}

/** An advertisement of an instance as somebody else might have recorded or made it. */
function forge(
  world: World,
  what: { readonly name: string; readonly instance: string; readonly priority: number },
): void {
  const entry = world.host(what.name).router(what.instance);
  const source = entry?.state.source;
  if (entry === undefined || source === undefined || entry.config.family === 6) return;
  const { config } = entry;
  const destination = advertisementDestinations(config)[0] as IpAddress;
  const message = encodeAdvertisement(
    {
      version: config.version,
      virtualRouterId: config.virtualRouterId,
      priority: what.priority,
      interval: config.advertisementInterval as Duration,
      addresses: advertisedAddresses(config),
      authentication: config.authentication,
    },
    { source, destination, checksumPseudoHeader: config.checksumPseudoHeader },
  );
  const bytes = encodeIpv4Packet(message, { source, destination, identification: 1, ttl: 255 });
  const packet = {
    interface: config.interface,
    family: 4,
    bytes,
    source,
    destination,
    hopLimit: 255,
  } as const;
  world.forge(what.name, packet);
}
