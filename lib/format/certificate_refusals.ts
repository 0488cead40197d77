import type { Bank } from "./bank_file.ts";
import type { CertificateRequest } from "./certificate_arguments.ts";
import { byOwner } from "./certificate_names.ts";
import {
  authorityAt,
  type AuthorityPlace,
  type CertificatePlan,
  dayMs,
  endMsOf,
  type FoundCertificates,
  hasBegun,
} from "./certificate_state.ts";
import { identityName, isTrustDomain } from "./identity.ts";

/** Says why a bank cannot have certificates, if it cannot. */
export function faultsOfBank({ name }: Bank, { bankFile }: CertificateRequest): readonly string[] {
  if (isTrustDomain(name)) return [];
  return [
    `the bank of ${bankFile} is named ${name}; to have certificates its name must be 1 to 63 ` +
    "lower-case letters, digits, hyphens and dots, as in a host name",
  ];
}

/** Says what is wrong with the authorities there are, for what is to be done. */
export function faultsOfAuthorities(
  found: FoundCertificates,
  { bank, request: { folder, bankFile, step } }: { bank: Bank; request: CertificateRequest },
): readonly string[] {
  const faults: string[] = [];
  for (const authority of [found.authority, found.next]) {
    if (authority?.kind === "damaged") faults.push(authority.why);
    if (authority?.kind === "authority" && authority.bank !== bank.name) {
      const other = authority.bank === undefined ? "no bank" : `the bank ${authority.bank}`;
      faults.push(`the authority in ${folder} is of ${other}, and ${bankFile} of ${bank.name}`);
    }
  }
  if (step === "new-authority" && found.next !== undefined && hasBegun(found)) {
    faults.push(
      `the authority in ${folder} is being replaced already: --new-authority is done, and ` +
        "what follows is --renew, or --drop-old-authority once nobody has a certificate of the old one",
    );
  }
  if (found.authority !== undefined) return faults;
  const withCertificates = found.owners.filter(({ certificate }) => certificate !== undefined);
  if (withCertificates.length > 0) {
    const names = withCertificates.map(({ owner }) => identityName(owner)).join(", ");
    faults.push(
      `${folder}/authority is missing, and there are certificates (${names}); ` +
        "put it back, or take another folder for another bank",
    );
  } else if (step === "new-authority" || step === "drop-old-authority") {
    faults.push(`${folder} has no authority that could be replaced; leave out --${step}`);
  }
  return faults;
}

/** Says why certificates cannot be signed, if any are to be made. */
export function faultsOfSigning(
  { folder, days }: CertificateRequest,
  { found, by, make, nowMs }: {
    readonly found: FoundCertificates;
    readonly by: AuthorityPlace;
    readonly make: CertificatePlan["make"];
    readonly nowMs: number;
  },
): readonly string[] {
  const faults: string[] = [];
  const authority = authorityAt(found, by);
  const way = by === "authority-next"
    ? undefined
    : found.next === undefined
    ? "replace the authority, beginning with --new-authority"
    : "go on with --renew, once every process has read the new authority.pem";
  if (authority?.keyFault !== undefined) {
    const ways = ["put it back", ...way === undefined ? [] : [way]].join(", or ");
    faults.push(`${folder}/${by}/key.pem ${authority.keyFault}; ${ways}`);
  }
  const endMs = authority?.untilMs ?? make?.untilMs ?? 0;
  const most = Math.floor((endMs - endMsOf(0, nowMs)) / dayMs);
  if (days > most) {
    const longer = make === undefined ? way : "give it more with --authority-days";
    const ways = [
      ...most >= 1 ? [`make it ${most} or fewer`] : [],
      ...longer === undefined ? [] : [longer],
    ].join(", or ");
    const beyond = `--days ${days} goes beyond the end of the authority in ${folder}/${by}`;
    faults.push(ways === "" ? beyond : `${beyond}; ${ways}`);
  }
  return faults;
}

/** Says who would be left with a certificate that nobody trusts (2). */
export function faultsOfDropping({ owners }: FoundCertificates): readonly string[] {
  const left = owners.filter(({ certificate }) =>
    certificate?.kind === "good" && certificate.by === "authority"
  ).map(({ owner }) => owner).toSorted(byOwner);
  if (left.length === 0) return [];
  const customers = left.filter(({ kind }) => kind === "customer");
  const way = ["--renew", ...customers.map(({ id }) => `--customer ${id}`)].join(" ");
  const names = left.map(identityName).join(", ");
  return [
    `--drop-old-authority would leave ${names} with certificates of the old authority; ` +
    `make new ones with ${way}, or remove those folders`,
  ];
}
