import type { Bank } from "../../lib/format/bank_file.ts";
import type { CertificateRequest } from "../../lib/format/certificate_arguments.ts";
import { namesOf, ownerOf } from "../../lib/format/certificate_names.ts";
import { planCertificates } from "../../lib/format/certificate_plan.ts";
import {
  type AuthorityPlace,
  type CertificatePlan,
  dayMs,
  type FoundAuthority,
  type FoundCertificate,
  type FoundCertificates,
} from "../../lib/format/certificate_state.ts";
import type { Identity } from "../../lib/format/identity.ts";
import { money } from "../../lib/core/money.ts";
import { branch, madeMs } from "../core/samples.ts";

/** A bank of two branches. */
export const bank: Bank = {
  name: "first-bank",
  opening: money(400),
  addresses: new Map([[branch(1), "10.0.0.1:5001"], [branch(2), "10.0.0.2:5002"]]),
};

/** What somebody wants who says no more than is needed. */
export const request: CertificateRequest = {
  kind: "request",
  folder: "certs",
  bankFile: "bank.json",
  customers: [],
  step: "fill",
  days: 90,
  authorityDays: 3650,
};

/** An authority as it should be, for ten years. */
export const authority: FoundAuthority & { readonly kind: "authority" } = {
  kind: "authority",
  bank: "first-bank",
  untilMs: madeMs + 3650 * dayMs,
  keyFault: undefined,
};

/** Whose folder this is. */
export function owner(folder: string): Identity {
  const found = ownerOf(folder);
  if (found === undefined) throw new RangeError(`${folder} is nobody's`);
  return found;
}

/** A certificate as it should be, for ninety days. */
export function good(folder: string, by: AuthorityPlace = "authority"): FoundCertificate {
  const prefixes = { uri: "URI:", dns: "DNS:", ip: "IP Address:" };
  const names = namesOf(owner(folder), bank).map(({ kind, name }) => prefixes[kind] + name);
  return { kind: "good", by, untilMs: madeMs + 90 * dayMs, alternativeNames: names.join(", ") };
}

/** What there is: an authority, and these folders. */
export function found(
  folders: Readonly<Record<string, FoundCertificate | undefined>>,
  rest: Partial<FoundCertificates> = {},
): FoundCertificates {
  const owners = Object.entries(folders).map(([folder, certificate]) => (
    { owner: owner(folder), certificate }
  ));
  return { authority, next: undefined, owners, ...rest };
}

/** What there is when all branches have certificates. */
export function founded(
  by: AuthorityPlace = "authority",
  rest: Partial<FoundCertificates> = {},
): FoundCertificates {
  return found({ "branch-1": good("branch-1", by), "branch-2": good("branch-2", by) }, rest);
}

/** The plan for what somebody wants; an error, if there is none. */
export function planned(
  wanted: Partial<CertificateRequest>,
  there: FoundCertificates,
): CertificatePlan {
  const facts = { bank, found: there, nowMs: madeMs };
  const planning = planCertificates({ ...request, ...wanted }, facts);
  if (planning.kind === "plan") return planning;
  throw new Error(planning.faults.join("\n"));
}

/** All that stands against what somebody wants; nothing, if there is a plan. */
export function faultsOf(
  wanted: Partial<CertificateRequest>,
  there: FoundCertificates,
  of: Bank = bank,
): readonly string[] {
  const facts = { bank: of, found: there, nowMs: madeMs };
  const planning = planCertificates({ ...request, ...wanted }, facts);
  return planning.kind === "plan" ? [] : planning.faults;
}
