/** dgram-extra: raw IP, AF_PACKET, netlink and unix datagram sockets for Node, and the system calls around them. */
export { addressOf, bpf } from "./bpf.ts";
export type { SocketEvents, SocketOptions } from "./configurable-socket.ts";
export type { DigestPlace, DigestRange, DigestRule, SequenceMark } from "./digest-screen.ts";
export { type DirectoryChange, DirectoryWatcher } from "./directory-watcher.ts";
export { makeFifo } from "./fifo.ts";
export { isLockedByAnother, lockFile } from "./file-lock.ts";
export { interfaceIndex, interfaceName } from "./interface-index.ts";
export { ipBytes, ipText } from "./ip-text.ts";
export { LastWords, type WaitingDatagram } from "./last-words.ts";
export { LinkBeat, type LinkBeatMethod } from "./link-beat.ts";
export { type MemoryMap, mapMemory } from "./memory-map.ts";
export { MonotonicTimer } from "./monotonic-timer.ts";
export { fileSystemType, type Mount, mount, unmount } from "./mount.ts";
export type { SystemCallName, Word } from "./native.ts";
export {
  enterNetworkNamespace,
  inNetworkNamespace,
  networkNamespaceCookie,
  networkNamespacePath,
} from "./network-namespace.ts";
export {
  lockProgramMemory,
  resourceLimits,
  type Scheduling,
  schedulingPolicies,
  setAffinity,
  setNice,
  setParentDeathSignal,
  setResourceLimit,
  setScheduling,
  setThreadName,
  unlockMemory,
} from "./process-control.ts";
export { type MessageInfo, ReceivedBatch } from "./received-batch.ts";
export { peekBytes, peekString, printSink, SharedLibrary, takePrinted } from "./shared-library.ts";
export { SignalCatcher, signalNumbers } from "./signal-catcher.ts";
export { SignalRelay } from "./signal-relay.ts";
export { createSocket, type SendResult, type Socket } from "./socket.ts";
export {
  type EncodedEndpoint,
  type Endpoint,
  encodeEndpoint,
  families,
  type IpEndpoint,
  type LinkEndpoint,
  type NetlinkEndpoint,
  type SocketType,
  type UnixEndpoint,
} from "./socket-address.ts";
export { encodeFilter, type FilterInstruction, levels, socketOptions } from "./socket-options.ts";
export type { IpSource } from "./sourced-message.ts";
export {
  checked,
  errorCode,
  errorText,
  monotonicMicroseconds,
  SystemError,
  systemCall,
} from "./system-call.ts";
export { readable, Watcher, writable } from "./watcher.ts";
