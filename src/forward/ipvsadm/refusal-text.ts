import type { ServiceOp, ServiceRefusal } from "../service.ts";

/**
 * What ipvsadm says when the table refuses a change: its own words for the kernel's error codes, which depend on the
 * command. What is this forwarder's own limitation keeps its own message.
 */
export function refusalText(refusal: ServiceRefusal, during: ServiceOp["kind"] | "list" | "zero"): string {
  const { errno } = refusal;
  switch (errno) {
    case "EEXIST":
      return during === "add-destination" ? "Destination already exists" : "Service already exists";
    case "ESRCH":
      return during.endsWith("destination") ? "Service not defined" : "No such service";
    case "ENOENT":
      return during.endsWith("destination")
        ? "No such destination"
        : "Scheduler or persistence engine not found";
    case "EINVAL":
      return "Invalid operation.  Possibly wrong module version, address not unicast, ...";
    case "EPERM":
      return "Permission denied (you must be root)";
    case "ERANGE":
      return "Numerical result out of range";
    case "ENOSPC":
    case "EOPNOTSUPP":
    case "EIO":
      return refusal.message;
  }
}
