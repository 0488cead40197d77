import { createPrivateKey, X509Certificate } from "node:crypto";
import { bankIn, byOwner, ownerOf } from "../format/certificate_names.ts";
import type {
  AuthorityPlace,
  FoundAuthority,
  FoundCertificate,
  FoundCertificates,
} from "../format/certificate_state.ts";
import { type Identity, identityIn, identityName } from "../format/identity.ts";
import { reasonOf } from "../format/reason.ts";

const places = ["authority", "authority-next"] as const;

/**
 * Finds what there is of certificates in a folder.
 *
 * @throws {Error} when a file cannot be read that is there.
 */
export function takeStock(folder: string, bank: string): FoundCertificates {
  const [authority, next] = places.map((place) => findAuthority(`${folder}/${place}`));
  const signers = places.flatMap((place) => {
    const certificate = certificateAt(`${folder}/${place}/certificate.pem`);
    return certificate instanceof X509Certificate ? [{ place, certificate }] : [];
  });
  const owners = ownersIn(folder).map((owner) => {
    const path = `${folder}/${identityName(owner)}`;
    return { owner, certificate: findCertificate(path, { owner, bank, signers }) };
  });
  return { authority, next, owners };
}

function findAuthority(path: string): FoundAuthority | undefined {
  if (!isThere(path)) return undefined;
  const certificate = certificateAt(`${path}/certificate.pem`);
  const why = certificate instanceof X509Certificate ? "is not of an authority" : certificate;
  if (!(certificate instanceof X509Certificate) || !certificate.ca) {
    return { kind: "damaged", why: `${path}/certificate.pem ${why}` };
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
  const names = isThere(folder) ? namesIn(folder) : [];
  return names.flatMap((name) => ownerOf(name) ?? []).toSorted(byOwner);
}

function namesIn(folder: string): readonly string[] {
  return attempt(folder, () => [...Deno.readDirSync(folder)].map(({ name }) => name));
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
