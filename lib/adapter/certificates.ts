import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Bank } from "../format/bank_file.ts";
import type { CertificateRequest } from "../format/certificate_arguments.ts";
import { bankIn, byOwner, ownerOf } from "../format/certificate_names.ts";
import {
  type CertificatePlanning,
  planCertificates,
  whatFollows,
} from "../format/certificate_plan.ts";
import type {
  AuthorityPlace,
  CertificatePlan,
  CertifiedKey,
  FoundAuthority,
  FoundCertificate,
  FoundCertificates,
  Issuer,
} from "../format/certificate_state.ts";
import { type Identity, identityIn, identityName } from "../format/identity.ts";
import { reasonOf } from "../format/reason.ts";

/** What certificates are made from, beside the request. */
export interface Surroundings {
  readonly bank: Bank;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly issuer: Issuer;
  /** Hears, line by line, of what was done. */
  readonly tell: (line: string) => void;
}

const places = ["authority", "authority-next"] as const;
/** Where an authority waits to be removed that no one is to trust any more. */
const dropped = "authority-old";
/** The end of the names of files that are not yet in their place. */
const unfinished = ".new";
const secretMode = 0o600;

/**
 * Makes the certificates that a request asks for, or says why not.
 *
 * The folder is locked meanwhile. Whatever the call is interrupted by, the next one mends it: an
 * authority comes to be in one piece, and goes in three that are told apart; a certificate whose
 * key does not fit, since only one of the two had been replaced, is made anew.
 *
 * @throws {Error} when a file cannot be read or written.
 */
export async function makeCertificates(
  request: CertificateRequest,
  surroundings: Surroundings,
): Promise<CertificatePlanning> {
  const { folder } = request;
  const { bank, nowMs, tell } = surroundings;
  if (!isThere(folder)) {
    const found = { authority: undefined, next: undefined, owners: [] };
    const planning = planCertificates(request, { bank, found, nowMs });
    if (planning.kind === "refused") return planning;
    attempt(folder, () => Deno.mkdirSync(folder, { recursive: true }));
  }
  using lock = attempt(
    folder,
    () => Deno.openSync(`${folder}/.lock`, { create: true, write: true }),
  );
  if (!lock.tryLockSync(true)) throw new Error(`${folder} is being written by another call`);
  mend(folder);
  const planning = planCertificates(request, { bank, found: takeStock(folder, bank), nowMs });
  if (planning.kind === "refused") return planning;
  for (const { place, untilMs } of planning.keptAuthorities) {
    tell(`kept ${folder}/${place}, valid until ${written(untilMs)}`);
  }
  await carryOut(planning, { folder, ...surroundings });
  const following = whatFollows(request, planning);
  if (following !== undefined) tell(following);
  return planning;
}

interface Work extends Surroundings {
  readonly folder: string;
}

async function carryOut(plan: CertificatePlan, work: Work): Promise<void> {
  const { folder, bank, nowMs, issuer, tell } = work;
  if (plan.make !== undefined) {
    const { place, untilMs } = plan.make;
    const made = await issuer.makeAuthority({ bank: bank.name, nowMs, untilMs });
    foundAuthority(`${folder}/${place}`, made);
    tell(`made ${folder}/${place}, valid until ${written(untilMs)}`);
  }
  const certificates = plan.trusted.map((place) => read(`${folder}/${place}/certificate.pem`));
  const authority = certificates.map((text) => `${text.trim()}\n`).join("");
  for (const owner of ownersIn(folder)) {
    const path = `${folder}/${identityName(owner)}/authority.pem`;
    if (isThere(path) && read(path) === authority) continue;
    replace([{ path, text: authority }]);
    const count = plan.trusted.length === 1 ? "one authority" : "two authorities";
    tell(`made ${path}, which trusts ${count}`);
  }
  for (const { owner, untilMs, note } of plan.kept) {
    const end = note === undefined ? "" : `; ${note}`;
    tell(`kept ${folder}/${identityName(owner)}, valid until ${written(untilMs)}${end}`);
  }
  for (const step of plan.issue) {
    const path = `${folder}/${identityName(step.owner)}`;
    const by = readPair(`${folder}/${step.by}`);
    const { certificate, key } = await issuer.makeCertificate(step, { nowMs, authority: by });
    attempt(path, () => Deno.mkdirSync(path, { recursive: true }));
    replace([
      { path: `${path}/authority.pem`, text: authority },
      { path: `${path}/key.pem`, text: key, mode: secretMode },
      { path: `${path}/certificate.pem`, text: certificate },
    ]);
    const why = step.why === undefined ? "" : ` (${step.why})`;
    tell(`made ${path}, valid until ${written(step.untilMs)}${why}`);
  }
  if (!plan.isDropping) return;
  dropAuthority(folder);
  tell(`dropped the old authority; ${folder}/authority is the new one`);
}

/** Finds what there is. */
function takeStock(folder: string, { name }: Bank): FoundCertificates {
  const [authority, next] = places.map((place) => findAuthority(`${folder}/${place}`));
  const signers = places.flatMap((place) => {
    const certificate = certificateAt(`${folder}/${place}/certificate.pem`);
    return certificate instanceof X509Certificate ? [{ place, certificate }] : [];
  });
  const owners = ownersIn(folder).map((owner) => {
    const path = `${folder}/${identityName(owner)}`;
    return { owner, certificate: findCertificate(path, { owner, bank: name, signers }) };
  });
  return { authority, next, owners };
}

function findAuthority(path: string): FoundAuthority | undefined {
  if (!isThere(path)) return undefined;
  const certificate = certificateAt(`${path}/certificate.pem`);
  if (!(certificate instanceof X509Certificate)) {
    return { kind: "damaged", why: `${path}/certificate.pem ${certificate}` };
  }
  if (!certificate.ca) {
    return { kind: "damaged", why: `${path}/certificate.pem is not the one of an authority` };
  }
  return {
    kind: "authority",
    bank: bankIn(certificate.subjectAltName ?? ""),
    untilMs: certificate.validToDate.getTime(),
    keyFault: faultOfKey(`${path}/key.pem`, certificate),
  };
}

interface Signer {
  readonly place: AuthorityPlace;
  readonly certificate: X509Certificate;
}

function findCertificate(
  path: string,
  { owner, bank, signers }: { owner: Identity; bank: string; signers: readonly Signer[] },
): FoundCertificate | undefined {
  const names = ["certificate.pem", "key.pem"].filter((name) => isThere(`${path}/${name}`));
  if (names.length === 0) return undefined;
  const certificate = certificateAt(`${path}/certificate.pem`);
  if (!(certificate instanceof X509Certificate)) {
    return { kind: "broken", why: `its certificate ${certificate}` };
  }
  const keyFault = faultOfKey(`${path}/key.pem`, certificate);
  if (keyFault !== undefined) return { kind: "broken", why: `its key ${keyFault}` };
  const alternativeNames = certificate.subjectAltName ?? "";
  const found = identityIn(alternativeNames, bank);
  if (found === undefined || identityName(found) !== identityName(owner)) {
    return { kind: "foreign", why: "its certificate is of somebody else" };
  }
  const signer = signers.find((each) =>
    certificate.checkIssued(each.certificate) && isVerifiedBy(certificate, each.certificate)
  );
  if (signer === undefined) {
    return { kind: "foreign", why: "its certificate is of an authority that is not here" };
  }
  const untilMs = certificate.validToDate.getTime();
  return { kind: "good", by: signer.place, untilMs, alternativeNames };
}

/** Tells why a key is none for a certificate, if it is none: the end of a sentence about it. */
function faultOfKey(path: string, certificate: X509Certificate): string | undefined {
  if (!isThere(path)) return "is missing";
  const text = read(path);
  try {
    const fits = certificate.checkPrivateKey(createPrivateKey(text));
    return fits ? undefined : "does not fit its certificate";
  } catch {
    // The decoder's reason is left out, since it may quote what it could not decode.
    return "is not in PEM";
  }
}

/** Gives the certificate in a file; or why there is none, as the end of a sentence about it. */
function certificateAt(path: string): X509Certificate | string {
  if (!isThere(path)) return "is missing";
  const text = read(path);
  try {
    return new X509Certificate(text);
  } catch {
    // The decoder's reason is about bytes.
    return "is not in PEM";
  }
}

function isVerifiedBy(certificate: X509Certificate, signer: X509Certificate): boolean {
  try {
    return certificate.verify(signer.publicKey);
  } catch {
    // Deno throws where the signature is of another kind than the signer's key.
    return false;
  }
}

function ownersIn(folder: string): readonly Identity[] {
  const names = attempt(folder, () => [...Deno.readDirSync(folder)].map(({ name }) => name));
  return names.flatMap((name) => ownerOf(name) ?? []).toSorted(byOwner);
}

/**
 * Removes what an interrupted call had begun to write, and ends what it had begun to end.
 *
 * While an authority is dropped it is called otherwise first; the next one is there then, and
 * takes its place.
 */
function mend(folder: string): void {
  for (const place of places) remove(`${folder}/.${place}${unfinished}`);
  for (const owner of ownersIn(folder)) {
    const path = `${folder}/${identityName(owner)}`;
    const names = attempt(path, () => [...Deno.readDirSync(path)].map(({ name }) => name));
    for (const name of names) if (name.endsWith(`.pem${unfinished}`)) remove(`${path}/${name}`);
  }
  if (isThere(`${folder}/${dropped}`)) dropAuthority(folder);
}

function dropAuthority(folder: string): void {
  const old = `${folder}/authority`;
  const next = `${folder}/authority-next`;
  const aside = `${folder}/${dropped}`;
  if (!isThere(aside)) rename(old, aside);
  if (!isThere(old)) rename(next, old);
  remove(aside);
  syncFolder(folder);
}

/**
 * Puts an authority where none is, in one piece and on the disk before anything is signed: a
 * folder that is there and not empty cannot be replaced by renaming one (POSIX, rename).
 */
function foundAuthority(path: string, { certificate, key }: CertifiedKey): void {
  const staged = path.replace(/[^/]*$/, `.$&${unfinished}`);
  attempt(staged, () => Deno.mkdirSync(staged, { mode: 0o700 }));
  writeNew({ path: `${staged}/key.pem`, text: key, mode: secretMode });
  writeNew({ path: `${staged}/certificate.pem`, text: certificate });
  rename(staged, path);
  syncFolder(path.replace(/[^/]*$/, ""));
}

/** A text that is to be in a file. */
interface Text {
  readonly path: string;
  readonly text: string;
  readonly mode?: number;
}

/**
 * Replaces files, each in one piece, once all are on the disk. Whoever reads meanwhile finds each
 * old or new, and so has to see whether they fit together.
 */
function replace(texts: readonly Text[]): void {
  const staged = texts.map((each) => ({ ...each, path: each.path + unfinished }));
  for (const each of staged) writeNew(each);
  for (const { path } of texts) rename(path + unfinished, path);
}

function writeNew({ path, text, mode = 0o644 }: Text): void {
  attempt(path, () => {
    using file = Deno.openSync(path, { write: true, createNew: true, mode });
    let bytes = new TextEncoder().encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
    file.syncSync();
  });
}

function syncFolder(path: string): void {
  // Windows cannot open a folder.
  if (Deno.build.os === "windows") return;
  attempt(path, () => {
    using folder = Deno.openSync(path);
    folder.syncSync();
  });
}

function rename(from: string, to: string): void {
  attempt(to, () => Deno.renameSync(from, to));
}

function remove(path: string): void {
  if (isThere(path)) attempt(path, () => Deno.removeSync(path, { recursive: true }));
}

function readPair(path: string): CertifiedKey {
  return { certificate: read(`${path}/certificate.pem`), key: read(`${path}/key.pem`) };
}

function read(path: string): string {
  return attempt(path, () => Deno.readTextFileSync(path));
}

function isThere(path: string): boolean {
  return attempt(path, () => {
    try {
      Deno.lstatSync(path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new Error(`${path} cannot be used: ${reasonOf(error)}`, { cause: error });
  }
}

/** Writes a time as the end of a validity is written: to the second. */
function written(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, "");
}
