import type { AlternativeName } from "./certificate_names.ts";
import type { Identity } from "./identity.ts";

/** A day, in milliseconds. */
export const dayMs = 86_400_000;

/** The folder of an authority: the one there is, and the one that is to follow it. */
export type AuthorityPlace = "authority" | "authority-next";

/** What the folder of an authority holds, if it is there. */
export type FoundAuthority =
  | {
    readonly kind: "authority";
    /** Of which bank it says that it is. */
    readonly bank: string | undefined;
    readonly untilMs: number;
    /** Why its key cannot sign, if it cannot: the end of a sentence about the key. */
    readonly keyFault: string | undefined;
  }
  /** It holds none, because of `why`: a whole sentence. */
  | { readonly kind: "damaged"; readonly why: string };

/** What the folder of somebody holds, if there is a certificate or a key in it. */
export type FoundCertificate =
  | {
    readonly kind: "good";
    readonly by: AuthorityPlace;
    readonly untilMs: number;
    /** In the notation of OpenSSL. */
    readonly alternativeNames: string;
  }
  /** Half of it is missing or of another make, as an interrupted call leaves it. */
  | { readonly kind: "broken"; readonly why: string }
  /** It is whole, and not what it should be: somebody has put it there. */
  | { readonly kind: "foreign"; readonly why: string };

/** What there is of certificates. */
export interface FoundCertificates {
  readonly authority: FoundAuthority | undefined;
  readonly next: FoundAuthority | undefined;
  readonly owners: readonly {
    readonly owner: Identity;
    readonly certificate: FoundCertificate | undefined;
  }[];
}

/** Finds what there is in a folder, for a bank of this name. */
export type StockTaking = (folder: string, bank: string) => FoundCertificates;

/** A certificate that is to be made. */
export interface IssueStep {
  readonly owner: Identity;
  readonly by: AuthorityPlace;
  readonly untilMs: number;
  readonly names: readonly AlternativeName[];
  /** Why, where something is there already: the end of a sentence. */
  readonly why: string | undefined;
}

/** A certificate that stays. */
export interface KeptCertificate {
  readonly owner: Identity;
  readonly untilMs: number;
  /** What should be known about it: the end of a sentence. */
  readonly note: string | undefined;
}

/** What is to be done, in this order. */
export interface CertificatePlan {
  readonly kind: "plan";
  /** An authority that is made first. */
  readonly make: { readonly place: AuthorityPlace; readonly untilMs: number } | undefined;
  /** The authorities that stay as they are. */
  readonly keptAuthorities: readonly {
    readonly place: AuthorityPlace;
    readonly untilMs: number;
  }[];
  /** The authorities that all are to trust; written before any certificate is. */
  readonly trusted: readonly AuthorityPlace[];
  readonly kept: readonly KeptCertificate[];
  readonly issue: readonly IssueStep[];
  /** Whether the next authority takes the place of the one there is, at last. */
  readonly isDropping: boolean;
}

/** A certificate and its key, both in PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  /** Secret: it must not get into a message. */
  readonly key: string;
}

/** Makes what a plan says, and keeps none of it. */
export interface Issuer {
  /** Makes an authority that signs for itself. */
  makeAuthority(
    made: { readonly bank: string; readonly nowMs: number; readonly untilMs: number },
  ): Promise<CertifiedKey>;
  /** Makes a certificate that an authority signs. */
  makeCertificate(
    step: IssueStep,
    by: { readonly nowMs: number; readonly authority: CertifiedKey },
  ): Promise<CertifiedKey>;
}

/** Gives an authority that is not damaged. */
export function authorityAt(
  { authority, next }: FoundCertificates,
  place: AuthorityPlace,
): (FoundAuthority & { readonly kind: "authority" }) | undefined {
  const found = place === "authority" ? authority : next;
  return found?.kind === "authority" ? found : undefined;
}

/** Tells whether the next authority has signed anything that is in use. */
export function hasBegun({ owners }: FoundCertificates): boolean {
  return owners.some(({ certificate }) =>
    certificate?.kind === "good" && certificate.by === "authority-next"
  );
}

/** Tells until when something is valid that is made now; certificates know whole seconds only. */
export function endMsOf(days: number, nowMs: number): number {
  return Math.floor(nowMs / 1000) * 1000 + days * dayMs;
}

/** Tells how somebody gets a new certificate. */
export function renewal({ kind, id }: Identity): string {
  return kind === "branch" ? "--renew" : `--renew --customer ${id}`;
}
