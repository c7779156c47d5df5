import type { IpAddress } from "../../base/ip-address.ts";
import type { ServiceKey } from "../service.ts";
import type { Endpoint } from "./values.ts";
import type { CommandName, OptionName, TunnelType } from "./vocabulary.ts";

/** Everything the options said, before it is known whether it fits together. */
export interface Gathered {
  readonly command: CommandName;
  readonly options: ReadonlySet<OptionName>;
  readonly rest: readonly string[];
  readonly service?: ServiceKey | undefined;
  readonly scheduler?: string | undefined;
  readonly persistence?: number | undefined;
  /** A dotted mask or an IPv6 prefix length. */
  readonly mask?: IpAddress | number | undefined;
  readonly engine?: string | undefined;
  readonly flags?: string | undefined;
  readonly real?: Endpoint | undefined;
  /** The service's port at the place of `-r`: a real server without a port takes it. */
  readonly portAtReal?: number | undefined;
  readonly method?: "masquerade" | "route" | "tunnel" | undefined;
  readonly weight?: number | undefined;
  readonly upper?: number | undefined;
  readonly lower?: number | undefined;
  readonly tunnelType?: TunnelType | undefined;
  readonly tunnelPort?: number | undefined;
  readonly role?: "master" | "backup" | undefined;
}
