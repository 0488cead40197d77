import type { Bank } from "../format/bank_file.ts";
import type { CertificateRequest } from "../format/certificate_arguments.ts";
import { byOwner, ownerOf } from "../format/certificate_names.ts";
import {
  type CertificatePlanning,
  planCertificates,
  whatFollows,
} from "../format/certificate_plan.ts";
import type {
  CertificatePlan,
  CertifiedKey,
  Issuer,
  StockTaking,
} from "../format/certificate_state.ts";
import { type Identity, identityName } from "../format/identity.ts";
import { reasonOf } from "../format/reason.ts";

/** What certificates are made from, beside the request. */
export interface Surroundings {
  readonly bank: Bank;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly takeStock: StockTaking;
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
  const { bank, nowMs, takeStock, tell } = surroundings;
  const plan = () => {
    const found = takeStock(folder, bank.name);
    return planCertificates(request, { bank, found, nowMs });
  };
  if (!isThere(folder)) {
    const first = plan();
    if (first.kind === "refused") return first;
    attempt(folder, () => Deno.mkdirSync(folder, { recursive: true }));
  }
  using _lock = lockOf(folder);
  mend(folder);
  const planning = plan();
  if (planning.kind === "refused") return planning;
  for (const { place, untilMs } of planning.keptAuthorities) {
    tell(`kept ${folder}/${place}, valid until ${written(untilMs)}`);
  }
  await carryOut(planning, { folder, ...surroundings });
  const following = whatFollows(request, planning);
  if (following !== undefined) tell(following);
  return planning;
}

async function carryOut(
  plan: CertificatePlan,
  { folder, bank, nowMs, issuer, tell }: Surroundings & { readonly folder: string },
): Promise<void> {
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

function ownersIn(folder: string): readonly Identity[] {
  const names = isThere(folder) ? namesIn(folder) : [];
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
    const left = namesIn(path).filter((name) => name.endsWith(`.pem${unfinished}`));
    for (const name of left) remove(`${path}/${name}`);
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

/**
 * Locks a folder; the lock goes with the process. To close the file would not be enough to let go,
 * as a process that is being started holds it open for a moment too.
 */
function lockOf(folder: string): Disposable {
  const path = `${folder}/.lock`;
  const file = attempt(path, () => Deno.openSync(path, { create: true, write: true }));
  if (!file.tryLockSync(true)) {
    file.close();
    throw new Error(`${folder} is being changed by another call`);
  }
  return {
    [Symbol.dispose]() {
      file.unlockSync();
      file.close();
    },
  };
}

function namesIn(folder: string): readonly string[] {
  return attempt(folder, () => [...Deno.readDirSync(folder)].map(({ name }) => name));
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
      Deno.statSync(path);
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
