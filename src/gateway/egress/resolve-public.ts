// Resolves a name once and insists that every address is public, so that neither a name that points inside nor one that
// changes between the check and the connection gets through: the connection is made to the address that was checked.
import { lookup } from "node:dns/promises";
import { Refusal } from "../refusal.ts";
import { isPublicAddress } from "./public-address.ts";

/** All addresses of a host. The resolver of the machine; tests bring their own. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export async function resolveWithSystem(host: string): Promise<readonly string[]> {
  const addresses = await lookup(host, { all: true, verbatim: true });
  return addresses.map(({ address }) => address);
}

/** One public address; AddressNotPublic when any of them is not, Unavailable when there is none. */
export async function resolvePublic(resolve: Resolve, host: string): Promise<string> {
  const addresses = await resolve(host).catch(() => []);
  const [address] = addresses;
  if (address === undefined) throw new Refusal("Unavailable", `${host} has no address`);
  if (!addresses.every(isPublicAddress)) {
    throw new Refusal("AddressNotPublic", `${host} resolves to an address that is not on the public internet`);
  }
  return address;
}
