import "reflect-metadata/lite";
import * as x509 from "@peculiar/x509";

const curve = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const rsa = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;

/** A certificate that a test made up, right or wrong, with its key. */
export interface Made {
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  readonly keys: CryptoKeyPair;
  /** The name of its owner, in the notation of RFC 4514. */
  readonly subject: string;
}

/** What a made-up certificate says. */
export interface Wanted {
  readonly subject: string;
  /** URI names. */
  readonly uris?: readonly string[];
  /** Host names, and IPv4 addresses. */
  readonly hosts?: readonly string[];
  readonly isAuthority?: boolean;
  /** Whether its key is of RSA, and not of P-256. */
  readonly isRsa?: boolean;
  /** Who signs it; without one it signs itself. */
  readonly by?: Made;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Makes any certificate: tests of readers need those that the bank's own maker never makes. */
export async function makeCertificate(wanted: Wanted): Promise<Made> {
  const { subject, uris = [], hosts = [], isAuthority = false, isRsa = false, by } = wanted;
  const keys = await crypto.subtle.generateKey(isRsa ? rsa : curve, true, ["sign", "verify"]);
  const names = [
    ...uris.map((value) => ({ type: "url", value }) as const),
    ...hosts.map((value) => ({ type: /^[\d.]+$/.test(value) ? "ip" : "dns", value }) as const),
  ];
  const made = await x509.X509CertificateGenerator.create({
    subject,
    issuer: by?.subject ?? subject,
    notBefore: new Date(wanted.fromMs),
    notAfter: new Date(wanted.untilMs),
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: (by?.keys ?? keys).privateKey.algorithm.name === rsa.name ? rsa : curve,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      ...names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [],
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: `${made.toString("pem")}\n`,
    key: `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`,
    keys,
    subject,
  };
}
