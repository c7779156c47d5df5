import { ok, type Result } from "../../base/result.ts";
import { type Attribute, attributeNumber, attributeText, decodeAttributes } from "./attributes.ts";
import { type NetlinkMessage, requestFlags } from "./message.ts";
import { type NetlinkFailure, NetlinkRequestSocket } from "./request-socket.ts";

/** Which way the packets a program sees are going. */
export type Direction = "ingress" | "egress";

/** Where a program is attached: filters run in order of priority; the handle tells those of one priority apart. */
export interface BpfPlace {
  readonly interfaceIndex: number;
  readonly direction: Direction;
  readonly priority: number;
  readonly handle: number;
}

/** A filter on an interface's clsact queueing discipline. */
export interface Filter extends BpfPlace {
  /** "bpf", "flower", ... */
  readonly kind: string;
  /** bpf: the name it was attached with; otherwise "". */
  readonly name: string;
  /** bpf: the program's id; otherwise 0. */
  readonly programId: number;
}

const NETLINK_ROUTE = 0;
const messages = { newDiscipline: 36, deleteDiscipline: 37 } as const;
const filterMessages = { new: 44, delete: 45, get: 46 } as const;
const CLSACT_PARENT = 0xffff_fff1;
const CLSACT_HANDLE = 0xffff_0000;
const parents: Record<Direction, number> = { ingress: 0xffff_fff2, egress: 0xffff_fff3 };
const ALL_PROTOCOLS = 0x0300; // htons(ETH_P_ALL)
const attributes = { kind: 1, options: 2 } as const;
const bpfAttributes = { descriptor: 6, name: 7, flags: 8, programId: 11 } as const;
const DIRECT_ACTION = 1;
const headerLength = 20; // struct tcmsg
const ENOENT = 2;
const ENODEV = 19;
const EEXIST = 17;
const EINVAL = 22;

/** Attaches BPF programs to interfaces by tc, synchronously. */
export class TrafficControl {
  readonly #socket: NetlinkRequestSocket;

  /** @throws {SystemError} */
  constructor(options: { namespace?: string } = {}) {
    this.#socket = new NetlinkRequestSocket({ protocol: NETLINK_ROUTE, ...options });
  }

  /** Makes sure that an interface has the clsact discipline that filters of both directions hang on. */
  ensureClsact(interfaceIndex: number): Result<"added" | "present", NetlinkFailure> {
    const answer = this.#socket.change({
      type: messages.newDiscipline,
      flags: requestFlags.create | requestFlags.exclusive,
      header: encodeHeader({ interfaceIndex, parent: CLSACT_PARENT, handle: CLSACT_HANDLE }),
      attributes: [{ type: attributes.kind, value: "clsact" }],
    });
    if (answer.ok) return ok("added");
    return answer.error.errno === EEXIST ? ok("present") : answer;
  }

  /** Attaches a program in direct-action mode; one that is at that place already is replaced without a gap. */
  attachBpf(place: BpfPlace & { fd: number; name: string }): Result<void, NetlinkFailure> {
    const options: Attribute[] = [
      { type: bpfAttributes.descriptor, value: place.fd },
      { type: bpfAttributes.name, value: place.name },
      { type: bpfAttributes.flags, value: DIRECT_ACTION },
    ];
    return this.#socket.change({
      type: filterMessages.new,
      flags: requestFlags.create,
      header: filterHeader(place),
      attributes: [
        { type: attributes.kind, value: "bpf" },
        { type: attributes.options, value: options },
      ],
    });
  }

  /** Takes a program off; "absent" when there is none at that place, no clsact, or no interface. */
  detachBpf(place: BpfPlace): Result<"detached" | "absent", NetlinkFailure> {
    const answer = this.#socket.change({
      type: filterMessages.delete,
      header: filterHeader(place),
      attributes: [{ type: attributes.kind, value: "bpf" }],
    });
    if (answer.ok) return ok("detached");
    return isAbsence(answer.error.errno) ? ok("absent") : answer;
  }

  /** The filters of an interface in one direction, in order of priority; none when it has no clsact. */
  filters(interfaceIndex: number, direction: Direction): Result<readonly Filter[], NetlinkFailure> {
    const answer = this.#socket.dump({
      type: filterMessages.get,
      header: encodeHeader({ interfaceIndex, parent: parents[direction] }),
    });
    if (!answer.ok) return isAbsence(answer.error.errno) ? ok([]) : answer;
    const filters = answer.value.flatMap((message) => decodeFilter(message, direction) ?? []);
    return ok(filters.filter((filter) => filter.interfaceIndex === interfaceIndex));
  }

  /** Those of them that are BPF programs. */
  listBpf(interfaceIndex: number, direction: Direction): Result<readonly Filter[], NetlinkFailure> {
    const answer = this.filters(interfaceIndex, direction);
    return answer.ok ? ok(answer.value.filter(({ kind }) => kind === "bpf")) : answer;
  }

  /** Removes an interface's clsact when nothing hangs on it any more; "in use" when something does. */
  removeEmptyClsact(interfaceIndex: number): Result<"removed" | "in use" | "absent", NetlinkFailure> {
    for (const direction of ["ingress", "egress"] as const) {
      const filters = this.filters(interfaceIndex, direction);
      if (!filters.ok) return filters;
      if (filters.value.length > 0) return ok("in use");
    }
    const answer = this.#socket.change({
      type: messages.deleteDiscipline,
      header: encodeHeader({ interfaceIndex, parent: CLSACT_PARENT, handle: CLSACT_HANDLE }),
      attributes: [{ type: attributes.kind, value: "clsact" }],
    });
    if (answer.ok) return ok("removed");
    return isAbsence(answer.error.errno) ? ok("absent") : answer;
  }

  close(): void {
    this.#socket.close();
  }
}

/** net/sched answers EINVAL when the discipline that the parent names does not exist. */
function isAbsence(errno: number): boolean {
  return errno === ENOENT || errno === EINVAL || errno === ENODEV;
}

function filterHeader({ interfaceIndex, direction, priority, handle }: BpfPlace): Uint8Array {
  const info = ((priority << 16) | ALL_PROTOCOLS) >>> 0;
  return encodeHeader({ interfaceIndex, parent: parents[direction], handle, info });
}

function encodeHeader(tc: {
  interfaceIndex: number;
  parent: number;
  handle?: number;
  info?: number;
}): Uint8Array {
  const header = new Uint8Array(headerLength);
  const view = new DataView(header.buffer);
  view.setInt32(4, tc.interfaceIndex, true);
  view.setUint32(8, tc.handle ?? 0, true);
  view.setUint32(12, tc.parent, true);
  view.setUint32(16, tc.info ?? 0, true);
  return header;
}

/** Undefined for the message that opens each priority and names no filter. */
function decodeFilter({ payload }: NetlinkMessage, direction: Direction): Filter | undefined {
  if (payload.length < headerLength) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, headerLength);
  const found = decodeAttributes(payload.subarray(headerLength));
  const options = found.get(attributes.options);
  const handle = view.getUint32(8, true);
  if (options === undefined || handle === 0) return undefined;
  const kind = attributeText(found.get(attributes.kind));
  const own = kind === "bpf" ? decodeAttributes(options) : new Map<number, Uint8Array>();
  return {
    interfaceIndex: view.getInt32(4, true),
    direction,
    priority: view.getUint32(16, true) >>> 16,
    handle,
    kind,
    name: attributeText(own.get(bpfAttributes.name)),
    programId: attributeNumber(own.get(bpfAttributes.programId)),
  };
}
