import "reflect-metadata/lite";
import * as x509 from "@peculiar/x509";
import { type AlternativeName, authorityUri } from "../format/certificate_names.ts";
import type { CertifiedKey, Issuer, IssueStep } from "../format/certificate_state.ts";
import { identityName } from "../format/identity.ts";

/** Signs certificates. */
export const issuer: Issuer = { makeAuthority, makeCertificate };

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
/** Clocks differ: a certificate is valid from a little before it was made. */
const leewayMs = 5 * 60_000;

/**
 * Makes an authority of a bank (RFC 5280; SPIFFE X509-SVID, 3).
 *
 * It signs certificates of those who act, and none of further authorities. Of two authorities of
 * one bank each has a name of its own (RFC 5280, 4.1.2.6), by which they are told apart.
 */
async function makeAuthority(
  { bank, nowMs, untilMs }: Parameters<Issuer["makeAuthority"]>[0],
): Promise<CertifiedKey> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const serialNumber = drawSerial();
  const name = [{ O: [bank] }, { CN: [`authority ${serialNumber.slice(-8)}`] }];
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject: name,
    issuer: name,
    notBefore: new Date(nowMs - leewayMs),
    notAfter: new Date(untilMs),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
      new x509.SubjectAlternativeNameExtension([{ type: "url", value: authorityUri(bank) }]),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await pemOf(keys.privateKey) };
}

/**
 * Makes the certificate of somebody, and its key (RFC 5280; SPIFFE X509-SVID, 2 to 4).
 *
 * A customer's is for clients only, so that with it nobody can pose as a branch.
 */
async function makeCertificate(
  { owner, untilMs, names }: IssueStep,
  { nowMs, authority }: { readonly nowMs: number; readonly authority: CertifiedKey },
): Promise<CertifiedKey> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const signer = new x509.X509Certificate(authority.certificate);
  const [signingKey = new ArrayBuffer()] = x509.PemConverter.decode(authority.key);
  const { clientAuth, serverAuth } = x509.ExtendedKeyUsage;
  const usages = owner.kind === "branch" ? [serverAuth, clientAuth] : [clientAuth];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: drawSerial(),
    subject: [{ CN: [identityName(owner)] }],
    issuer: signer.subjectName,
    notBefore: new Date(nowMs - leewayMs),
    notAfter: new Date(untilMs),
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey("pkcs8", signingKey, algorithm, false, ["sign"]),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usages),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
      new x509.SubjectAlternativeNameExtension(names.map(generalNameOf)),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await pemOf(keys.privateKey) };
}

function generalNameOf({ kind, name }: AlternativeName): x509.JsonGeneralName {
  return { type: kind === "uri" ? "url" : kind, value: name };
}

/** Draws 16 bytes that are a positive number of just that length (RFC 5280, 4.1.2.2). */
function drawSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes.toHex();
}

async function pemOf(key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey("pkcs8", key);
  return `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n`;
}
