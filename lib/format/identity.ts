import { type BranchId, type CustomerId, isBranchId, isCustomerId } from "../core/ids.ts";

/** Who someone is in a bank, as a certificate says. */
export type Identity =
  | { readonly kind: "branch"; readonly id: BranchId }
  | { readonly kind: "customer"; readonly id: CustomerId };

/**
 * Tells whether a bank of this name can have certificates: it is a trust domain there and the end
 * of host names, so it is 1 to 63 lower-case letters, digits, hyphens and dots, as in a host name.
 */
export function isTrustDomain(bank: string): boolean {
  return bank.length <= 63 &&
    /^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/.test(bank);
}

/**
 * Writes who someone is as the URI name of a certificate: a SPIFFE ID (spiffe.io, SPIFFE-ID 2),
 * such as `spiffe://first-bank/branch/2`.
 */
export function identityUri(bank: string, { kind, id }: Identity): string {
  return `spiffe://${bank}/${kind}/${id}`;
}

/** The name of the folder with the certificate of someone, and of the certificate itself. */
export function identityName({ kind, id }: Identity): string {
  return `${kind}-${id}`;
}

/**
 * The host name by which a branch's certificate is asked for, wherever the branch is: that it is
 * this branch and no other one must not depend on how its address is written.
 */
export function branchHostName(bank: string, branch: BranchId): string {
  return `${identityName({ kind: "branch", id: branch })}.${bank}`;
}

/**
 * Tells who a certificate says that its owner is in this bank, if it says so.
 *
 * `alternativeNames` is in the notation of OpenSSL and Node, `DNS:localhost, URI:spiffe://…`. The
 * certificate must have one URI name and no other, and no name that is quoted: that is one with a
 * comma. Deno 2.9.3 does not quote such a name, so an authority must sign none that is made up.
 */
export function identityIn(alternativeNames: string, bank: string): Identity | undefined {
  if (/["\\]/.test(alternativeNames)) return undefined;
  const names = alternativeNames.split(", ");
  const [uri, other] = names.filter((name) => name.startsWith("URI:"));
  if (uri === undefined || other !== undefined) return undefined;
  const [, domain, kind, digits] = /^URI:spiffe:\/\/([^/]+)\/(branch|customer)\/(0|[1-9]\d*)$/
    .exec(uri) ?? [];
  if (domain !== bank) return undefined;
  const id = Number(digits);
  if (kind === "branch") return isBranchId(id) ? { kind, id } : undefined;
  return kind === "customer" && isCustomerId(id) ? { kind, id } : undefined;
}

/** By what someone shows who it is, and knows others: the texts of three PEM files. */
export interface Credentials {
  /** The authorities that are trusted, one or more. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}
