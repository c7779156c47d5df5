/** Codes that say something about this host, which is out of descriptors, processes or memory, and nothing about what was tried. */
const SHORTAGES = new Set(["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EAGAIN"]);

/** Whether something failed because the host ran short: it may well be done a moment later. */
export function isShortage(error: unknown): error is Error {
  return (
    error instanceof Error && "code" in error && typeof error.code === "string" && SHORTAGES.has(error.code)
  );
}
