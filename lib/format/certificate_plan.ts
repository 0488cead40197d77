import type { Bank } from "./bank_file.ts";
import type { CertificateRequest } from "./certificate_arguments.ts";
import { byOwner, missingName, namesOf } from "./certificate_names.ts";
import {
  faultsOfAuthorities,
  faultsOfBank,
  faultsOfDropping,
  faultsOfSigning,
} from "./certificate_refusals.ts";
import {
  authorityAt,
  type AuthorityPlace,
  type CertificatePlan,
  endMsOf,
  type FoundCertificate,
  type FoundCertificates,
  hasBegun,
  type IssueStep,
  type KeptCertificate,
  renewal,
} from "./certificate_state.ts";
import { type Identity, identityName } from "./identity.ts";

/** A plan, or all that stands against one, a sentence each. */
export type CertificatePlanning =
  | CertificatePlan
  | { readonly kind: "refused"; readonly faults: readonly string[] };

/**
 * Decides what is to be made, from what there is.
 *
 * These hold, so that two processes trust each other whichever of two neighbouring steps each of
 * them has read:
 *
 * 1. Nobody has a certificate of an authority that not all have been given to trust one step
 *    before. So the next authority signs nothing until `--renew` says that it may, and after
 *    that it signs all. Whoever has no certificate yet gets none with `--new-authority`, which
 *    must be possible also when the old authority can sign nothing more.
 * 2. An authority is trusted while anybody has a certificate of it.
 * 3. An authority that is there is neither overwritten nor made a second time, and where
 *    certificates are without one, none is made: those who have them would trust it in nothing.
 */
export function planCertificates(
  request: CertificateRequest,
  { bank, found, nowMs }: {
    readonly bank: Bank;
    readonly found: FoundCertificates;
    readonly nowMs: number;
  },
): CertificatePlanning {
  const faults = [...faultsOfBank(bank, request), ...faultsOfAuthorities(found, { bank, request })];
  if (faults.length > 0) return { kind: "refused", faults };
  const missing = missingAuthority(found, request);
  const make = missing && { place: missing, untilMs: endMsOf(request.authorityDays, nowMs) };
  const by = signerOf(found, request);
  const isDropping = request.step === "drop-old-authority" && found.next !== undefined;
  const keptAuthorities = (["authority", "authority-next"] as const).flatMap((place) => {
    const authority = isDropping && place === "authority" ? undefined : authorityAt(found, place);
    return authority === undefined ? [] : [{ place, untilMs: authority.untilMs }];
  });
  const { issue, kept, foreign } = sorted(request, {
    bank,
    found,
    nowMs,
    issued: { by, untilMs: endMsOf(request.days, nowMs) },
  });
  faults.push(...foreign);
  if (issue.length > 0) faults.push(...faultsOfSigning(request, { found, by, make, nowMs }));
  if (isDropping) faults.push(...faultsOfDropping(found));
  if (faults.length > 0) return { kind: "refused", faults };
  const hasNext = found.next !== undefined || missing === "authority-next";
  const trusted = isDropping
    ? ["authority-next" as const]
    : ["authority" as const, ...hasNext ? ["authority-next" as const] : []];
  return { kind: "plan", make, keptAuthorities, trusted, kept, issue, isDropping };
}

/** Tells which authority is to be made, if one is (3). */
function missingAuthority(
  { authority, next }: FoundCertificates,
  { step }: CertificateRequest,
): AuthorityPlace | undefined {
  if (authority === undefined) return "authority";
  return step === "new-authority" && next === undefined ? "authority-next" : undefined;
}

/** Tells who signs what is made now (1). */
function signerOf(found: FoundCertificates, { step }: CertificateRequest): AuthorityPlace {
  if (found.next === undefined) return "authority";
  const isNextTrusted = step === "renew" || step === "drop-old-authority" || hasBegun(found);
  return isNextTrusted ? "authority-next" : "authority";
}

/** Sorts all that have or are to have a certificate: who gets one, and who keeps theirs. */
function sorted(
  request: CertificateRequest,
  { bank, found, nowMs, issued }: {
    readonly bank: Bank;
    readonly found: FoundCertificates;
    readonly nowMs: number;
    readonly issued: Pick<IssueStep, "by" | "untilMs">;
  },
): { issue: IssueStep[]; kept: KeptCertificate[]; foreign: string[] } {
  const wanted: readonly Identity[] = [
    ...[...bank.addresses.keys()].map((id) => ({ kind: "branch", id }) as const),
    ...request.customers.map((id) => ({ kind: "customer", id }) as const),
  ];
  const isWanted = new Set(wanted.map(identityName));
  const there = new Map(found.owners.map((each) => [identityName(each.owner), each.certificate]));
  const others = found.owners.map(({ owner }) => owner).filter((owner) =>
    !isWanted.has(identityName(owner))
  );
  const result = {
    issue: [] as IssueStep[],
    kept: [] as KeptCertificate[],
    foreign: [] as string[],
  };
  for (const owner of [...wanted, ...others].toSorted(byOwner)) {
    const name = identityName(owner);
    const certificate = there.get(name);
    const names = namesOf(owner, bank);
    const issue = (why?: string) => result.issue.push({ owner, ...issued, names, why });
    const isRenewed = request.step === "renew" && isWanted.has(name);
    if (isRenewed && certificate !== undefined) issue("renewed");
    else if (certificate?.kind === "good") {
      const isLeft = owner.kind === "branch" && !isWanted.has(name);
      const note = isLeft
        ? `there is no such branch in ${request.bankFile}`
        : noteOf(certificate, { owner, names, nowMs });
      result.kept.push({ owner, untilMs: certificate.untilMs, note });
    } else if (certificate?.kind === "foreign") {
      result.foreign.push(
        `${request.folder}/${name} holds what cannot be used: ${certificate.why}; ` +
          `remove it, or make another one with ${renewal(owner)}`,
      );
    } else if (request.step !== "new-authority") {
      if (isWanted.has(name) || certificate !== undefined) issue(certificate?.why);
    }
  }
  return result;
}

/** Says what has to happen before the next step of a replacement, once a plan was carried out. */
export function whatFollows(
  { step }: CertificateRequest,
  { trusted, isDropping }: CertificatePlan,
): string | undefined {
  const first = "next: give every machine its folder, and let every process read it";
  if (isDropping) return `${first}; the old authority is gone`;
  if (trusted.length === 1) return undefined;
  if (step === "new-authority") return `${first}; only then --renew`;
  return step === "renew" ? `${first}; only then --drop-old-authority` : undefined;
}

function noteOf(
  { untilMs, alternativeNames }: FoundCertificate & { readonly kind: "good" },
  { owner, names, nowMs }: Pick<IssueStep, "owner" | "names"> & { readonly nowMs: number },
): string | undefined {
  if (untilMs < nowMs) return `it is valid no more; make another one with ${renewal(owner)}`;
  const absent = missingName(alternativeNames, names);
  return absent &&
    `it does not bear the name ${absent.name}; make one that does with ${renewal(owner)}`;
}
