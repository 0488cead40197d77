import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Identity, identityIn, identityName, identityUri } from "../format/identity.ts";
import { reasonOf } from "../format/reason.ts";
import { isSecret } from "../format/secret.ts";
import { masked } from "../format/text_place.ts";

/** With what somebody shows who they are, and knows others by. All texts are PEM. */
export interface Credentials {
  /** The certificates of the authorities that are trusted: one, or two while one follows another. */
  readonly authority: string;
  readonly certificate: string;
  /** Secret: it must not get into a message. */
  readonly key: string;
  /** From when on they are of no use, in milliseconds since 1970. */
  readonly untilMs: number;
}

/** Whose credentials are expected, and when. */
export interface Expected {
  readonly bank: string;
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * Reads the credentials in a folder: `authority.pem`, `certificate.pem` and `key.pem`.
 *
 * What it gives fits together, so it is of one make, also when somebody is replacing the files
 * just now, one after the other: then it throws, and whoever has older ones goes on with those.
 *
 * @throws {Error} that says all that is wrong with them, a line each, and nothing of a key.
 */
export function readCredentials(folder: string, expected: Expected): Credentials {
  const faults: string[] = [];
  const paths = {
    authority: `${folder}/authority.pem`,
    certificate: `${folder}/certificate.pem`,
    key: `${folder}/key.pem`,
  };
  const authority = read(paths.authority, faults);
  const certificate = read(paths.certificate, faults);
  const key = read(paths.key, faults);
  const authorities = certificatesIn(authority, { path: paths.authority, faults });
  const certificates = certificatesIn(certificate, { path: paths.certificate, faults });
  const owners = keyIn(key, { path: paths.key, faults });
  if (certificates.length > 1) {
    faults.push(`${paths.certificate} holds ${certificates.length} certificates; it must hold one`);
  }
  const [own] = certificates;
  let untilMs = 0;
  if (own !== undefined) {
    untilMs = own.validToDate.getTime();
    faults.push(...faultsOfNames(own, { path: paths.certificate, expected }));
    faults.push(...faultsOfTime(own, { named: paths.certificate, expected }));
    if (owners !== undefined && !own.checkPrivateKey(owners)) {
      faults.push(`${paths.key} does not fit ${paths.certificate}: they are not of one make`);
    }
  }
  if (own !== undefined && authorities.length > 0) {
    const signer = authorities.find((each) => isSignedBy(own, each));
    if (signer === undefined) {
      faults.push(
        `${paths.certificate} is signed by none of the authorities in ${paths.authority}`,
      );
    } else {
      untilMs = Math.min(untilMs, signer.validToDate.getTime());
      const named = `the authority in ${paths.authority} that signed it`;
      faults.push(...faultsOfTime(signer, { named, expected }));
    }
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return { authority, certificate, key, untilMs };
}

/**
 * Reads the credentials of all of them, by their ids; each in the folder of its name in `folder`,
 * such as `branch-2`.
 *
 * @throws {Error} that says all that is wrong with any of them.
 */
export function readAllCredentials<Any extends Identity>(
  folder: string,
  identities: Iterable<Any>,
  { bank }: Pick<Expected, "bank">,
): ReadonlyMap<Any["id"], Credentials> {
  const all = new Map<Any["id"], Credentials>();
  const faults: string[] = [];
  for (const identity of identities) {
    try {
      const expected = { bank, identity, nowMs: Date.now() };
      all.set(identity.id, readCredentials(`${folder}/${identityName(identity)}`, expected));
    } catch (error) {
      faults.push(reasonOf(error));
    }
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return all;
}

/** Reads a secret. @throws {Error} when it cannot be read, or is none. */
export function readSecret(file: string): string {
  let secret: string;
  try {
    secret = Deno.readTextFileSync(file).trim();
  } catch (error) {
    throw new Error(`${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  if (isSecret(secret)) return secret;
  throw new Error("--secret must hold 32 to 512 visible ASCII characters");
}

/** Where something was read, and what is wrong so far. */
interface Source {
  readonly path: string;
  readonly faults: string[];
}

/** Reads a file; one that cannot be read is a fault, and empty. */
function read(path: string, faults: string[]): string {
  try {
    const text = Deno.readTextFileSync(path);
    if (text.trim() === "") faults.push(`${path} is empty`);
    return text;
  } catch (error) {
    faults.push(`${path} cannot be read: ${reasonOf(error)}`);
    return "";
  }
}

function certificatesIn(text: string, { path, faults }: Source): readonly X509Certificate[] {
  if (text.trim() === "") return [];
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) faults.push(`${path} holds no certificate in PEM`);
  return blocks.flatMap((block, index) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      // The decoder's reason is about bytes; which block it is says more.
      faults.push(`${path} holds a damaged certificate, number ${index + 1} of ${blocks.length}`);
      return [];
    }
  });
}

function keyIn(text: string, { path, faults }: Source): KeyObject | undefined {
  if (text.trim() === "") return undefined;
  try {
    return createPrivateKey(text);
  } catch {
    // The decoder's reason is left out, since it may quote what it could not decode.
    faults.push(`${path} holds no private key in PEM that can be read without a password`);
    return undefined;
  }
}

function faultsOfNames(
  certificate: X509Certificate,
  { path, expected: { bank, identity } }: { path: string; expected: Expected },
): readonly string[] {
  const names = certificate.subjectAltName ?? "";
  const found = identityIn(names, bank);
  if (found?.kind === identity.kind && found.id === identity.id) return [];
  const uris = names.split(", ").filter((name) => name.startsWith("URI:"));
  const said = uris.length === 0 ? "names nobody" : `is of ${uris.join(", ")}`;
  return [`${path} ${masked(said)}; it must be of URI:${identityUri(bank, identity)}`];
}

function faultsOfTime(
  certificate: X509Certificate,
  { named, expected: { nowMs } }: { named: string; expected: Expected },
): readonly string[] {
  const { validFromDate, validToDate } = certificate;
  const now = `it is ${new Date(nowMs).toISOString()}`;
  if (nowMs < validFromDate.getTime()) {
    return [`${named} is not valid before ${validFromDate.toISOString()}, and ${now}`];
  }
  if (nowMs <= validToDate.getTime()) return [];
  return [`${named} was valid until ${validToDate.toISOString()}, and ${now}`];
}

function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  try {
    return authority.ca && certificate.checkIssued(authority) &&
      certificate.verify(authority.publicKey);
  } catch {
    // Deno throws where the signature is of another kind than the authority's key.
    return false;
  }
}
