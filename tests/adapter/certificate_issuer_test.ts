import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import "reflect-metadata/lite";
import * as x509 from "@peculiar/x509";
import { issuer } from "../../lib/adapter/certificate_issuer.ts";
import { namesOf } from "../../lib/format/certificate_names.ts";
import { branch, madeMs } from "../core/samples.ts";
import { bank as common, owner } from "../format/found_certificates.ts";

const dayMs = 86_400_000;
const bank = { ...common, addresses: new Map([[branch(2), "[2001:db8::1]:5002"]]) };
const untilMs = madeMs + dayMs;

function makeAuthority() {
  return issuer.makeAuthority({ bank: bank.name, nowMs: madeMs, untilMs: madeMs + 3650 * dayMs });
}

async function makeFor(folder: string, authority = makeAuthority()) {
  const step = { owner: owner(folder), by: "authority", untilMs, why: undefined } as const;
  const names = namesOf(step.owner, bank);
  const by = { nowMs: madeMs, authority: await authority };
  return await issuer.makeCertificate({ ...step, names }, by);
}

/** Tells what a certificate says, with the extensions that are critical. */
function readCertificate(pem: string) {
  const certificate = new x509.X509Certificate(pem);
  const get = <Extension extends x509.Extension>(
    type: new (...args: never[]) => Extension,
  ): Extension | undefined =>
    certificate.extensions.find((each) => each instanceof type) as Extension | undefined;
  return {
    certificate,
    critical: Array.from(certificate.extensions).flatMap((each) => each.critical ? each.type : []),
    basic: get(x509.BasicConstraintsExtension),
    usages: get(x509.KeyUsagesExtension)?.usages,
    purposes: Array.from(get(x509.ExtendedKeyUsageExtension)?.usages ?? [], String),
    names: get(x509.SubjectAlternativeNameExtension)?.names.toJSON(),
    own: get(x509.SubjectKeyIdentifierExtension)?.keyId,
    signer: get(x509.AuthorityKeyIdentifierExtension)?.keyId,
  };
}

const [basicConstraints, keyUsage] = ["2.5.29.19", "2.5.29.15"];
const { keyCertSign, cRLSign, digitalSignature } = x509.KeyUsageFlags;
const [serverAuth, clientAuth] = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"];

Deno.test("issuer.makeAuthority() makes one that signs those who act, and no authorities", async () => {
  const made = await makeAuthority();
  const read = readCertificate(made.certificate);
  assertEquals([read.basic?.ca, read.basic?.pathLength], [true, 0]);
  assertEquals(read.usages, keyCertSign | cRLSign);
  assertEquals(read.critical, [basicConstraints, keyUsage]);
  assertEquals(read.names, [{ type: "url", value: "spiffe://first-bank" }]);
  assertEquals(read.purposes, []);
  assert(read.own !== undefined);
  assertEquals(read.signer, read.own);
  const { certificate } = read;
  assertEquals(certificate.notBefore.getTime(), madeMs - 300_000);
  assertEquals(certificate.notAfter.getTime(), madeMs + 3650 * dayMs);
  assert(await certificate.isSelfSigned());
});

Deno.test("issuer.makeAuthority() gives each authority a name of its own", async () => {
  const [one, other] = await Promise.all([makeAuthority(), makeAuthority()]);
  const [left, right] = [one, other].map(({ certificate }) =>
    new x509.X509Certificate(certificate)
  );
  assertMatch(left?.subject ?? "", /^O=first-bank, CN=authority [0-9a-f]{8}$/);
  assertNotEquals(left?.subject, right?.subject);
});

Deno.test("issuer.makeCertificate() lets a branch serve and call, under its names", async () => {
  const authority = await makeAuthority();
  const read = readCertificate((await makeFor("branch-2", Promise.resolve(authority))).certificate);
  const { certificate } = read;
  const signer = readCertificate(authority.certificate);
  assertEquals(certificate.subject, "CN=branch-2");
  assertEquals(certificate.issuer, signer.certificate.subject);
  assertEquals(read.signer, signer.own);
  assertNotEquals(read.own, signer.own);
  assertEquals([read.basic?.ca, read.usages], [false, digitalSignature]);
  assertEquals(read.critical, [basicConstraints, keyUsage]);
  assertEquals(read.purposes, [serverAuth, clientAuth]);
  assertEquals(read.names, [
    { type: "url", value: "spiffe://first-bank/branch/2" },
    { type: "dns", value: "branch-2.first-bank" },
    { type: "ip", value: "2001:db8::1" },
  ]);
  assertEquals(certificate.notBefore.getTime(), madeMs - 300_000);
  assertEquals(certificate.notAfter.getTime(), untilMs);
  assert(await certificate.verify({ publicKey: signer.certificate, date: new Date(madeMs) }));
});

Deno.test("issuer.makeCertificate() lets a customer call, and nobody call it", async () => {
  const read = readCertificate((await makeFor("customer-7")).certificate);
  assertEquals(read.purposes, [clientAuth]);
  assertEquals(read.names, [{ type: "url", value: "spiffe://first-bank/customer/7" }]);
  assertEquals([read.basic?.ca, read.usages], [false, digitalSignature]);
});

Deno.test("issuer signs with P-256 and SHA-256, and draws serial numbers of 16 bytes", async () => {
  const serials = new Set<string>();
  for (const { certificate: pem, key } of [await makeAuthority(), await makeFor("customer-7")]) {
    const { signatureAlgorithm, publicKey, serialNumber } = new x509.X509Certificate(pem);
    assertEquals([signatureAlgorithm.name, signatureAlgorithm.hash.name], ["ECDSA", "SHA-256"]);
    assertEquals((publicKey.algorithm as EcKeyAlgorithm).namedCurve, "P-256");
    assertMatch(serialNumber, /^[4-7][0-9a-f]{31}$/);
    serials.add(serialNumber);
    assertMatch(key, /^-----BEGIN PRIVATE KEY-----\n[^-]+\n-----END PRIVATE KEY-----\n$/);
  }
  assertEquals(serials.size, 2);
});
