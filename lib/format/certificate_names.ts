import { type BranchId, isBranchId, isCustomerId } from "../core/ids.ts";
import { hostOf } from "./address.ts";
import { branchHostName, type Identity, identityUri } from "./identity.ts";

/** A name in a certificate, beside its subject (RFC 5280, 4.2.1.6). */
export interface AlternativeName {
  readonly kind: "uri" | "dns" | "ip";
  readonly name: string;
}

/** Tells who has a folder of this name, such as `branch-2`, if it is one of certificates. */
export function ownerOf(folder: string): Identity | undefined {
  const [, kind, digits] = /^(branch|customer)-(0|[1-9]\d*)$/.exec(folder) ?? [];
  const id = Number(digits);
  if (kind === "branch" && isBranchId(id)) return { kind, id };
  return kind === "customer" && isCustomerId(id) ? { kind, id } : undefined;
}

/** Orders owners as people expect it: branches first, each by id. */
export function byOwner(left: Identity, right: Identity): number {
  if (left.kind !== right.kind) return left.kind === "branch" ? -1 : 1;
  return left.id - right.id;
}

/**
 * Gives the names that the certificate of somebody bears.
 *
 * All have one URI, which says who they are (SPIFFE X509-SVID, 2). A branch has the host names
 * besides under which it can be called; a customer has none, since nobody calls it.
 */
export function namesOf(
  owner: Identity,
  { name, addresses }: {
    readonly name: string;
    readonly addresses: ReadonlyMap<BranchId, string>;
  },
): readonly AlternativeName[] {
  const uri = { kind: "uri", name: identityUri(name, owner) } as const;
  if (owner.kind === "customer") return [uri];
  const address = addresses.get(owner.id);
  const called = { kind: "dns", name: branchHostName(name, owner.id) } as const;
  return address === undefined ? [uri, called] : [uri, called, hostNameOf(address)];
}

function hostNameOf(address: string): AlternativeName {
  const host = hostOf(address).toLowerCase();
  if (host.includes(":")) {
    // The shortest form (RFC 5952), which is how certificates are shown.
    return { kind: "ip", name: new URL(`http://[${host}]/`).hostname.slice(1, -1) };
  }
  return { kind: /^[\d.]+$/.test(host) ? "ip" : "dns", name: host };
}

/** Gives the name of an authority: it is of a trust domain, and of nobody in it (ibid.). */
export function authorityUri(bank: string): string {
  return `spiffe://${bank}`;
}

/** Tells of which bank an authority says that it is, by its names in the notation of OpenSSL. */
export function bankIn(alternativeNames: string): string | undefined {
  return /^URI:spiffe:\/\/([a-z\d.-]+)$/.exec(alternativeNames)?.[1];
}

/** Finds a name that a certificate should bear and does not; the notation is that of OpenSSL. */
export function missingName(
  alternativeNames: string,
  wanted: readonly AlternativeName[],
): AlternativeName | undefined {
  const prefixes = { uri: "URI:", dns: "DNS:", ip: "IP Address:" };
  const borne = alternativeNames.split(", ");
  return wanted.find(({ kind, name }) => !borne.includes(prefixes[kind] + name));
}
