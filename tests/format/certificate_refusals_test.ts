import { assertEquals } from "@std/assert";
import { dayMs, type FoundCertificates } from "../../lib/format/certificate_state.ts";
import { customer, madeMs } from "../core/samples.ts";
import { authority, bank, faultsOf, found, founded, good } from "./found_certificates.ts";

const nothing: FoundCertificates = { authority: undefined, next: undefined, owners: [] };
const lost = { ...authority, keyFault: "is missing" };
const broken = { kind: "broken", why: "its key is missing" } as const;

/** An authority that is valid for so many days more. */
function ending(days: number) {
  return { ...authority, untilMs: madeMs + days * dayMs };
}

Deno.test("faultsOfBank() wants a name that can end a host name", () => {
  assertEquals(faultsOf({}, nothing, { ...bank, name: "First_Bank" }), [
    "the bank of bank.json is named First_Bank; to have certificates its name must be 1 to 63 " +
    "lower-case letters, digits, hyphens and dots, as in a host name",
  ]);
});

Deno.test("faultsOfAuthorities() makes none where certificates are without one", () => {
  const there = found({ "branch-1": good("branch-1"), "branch-2": undefined }, {
    authority: undefined,
  });
  for (const step of ["fill", "renew", "new-authority", "drop-old-authority"] as const) {
    assertEquals(faultsOf({ step }, there), [
      "certs/authority is missing, and there are certificates (branch-1); " +
      "put it back, or take another folder for another bank",
    ]);
  }
  assertEquals(faultsOf({}, found({ "branch-1": undefined }, { authority: undefined })), []);
});

Deno.test("faultsOfAuthorities() takes no authority of another bank, and none that is damaged", () => {
  assertEquals(faultsOf({}, founded("authority", { authority: { ...authority, bank: "other" } })), [
    "the authority in certs is of the bank other, and bank.json of first-bank",
  ]);
  const strange = { ...authority, bank: undefined };
  const why = "certs/authority/certificate.pem is not in PEM";
  const both = founded("authority", { authority: { kind: "damaged", why }, next: strange });
  assertEquals(faultsOf({ step: "renew" }, both), [
    why,
    "the authority in certs is of no bank, and bank.json of first-bank",
  ]);
});

Deno.test("faultsOfAuthorities() replaces one authority at a time, and one that is there", () => {
  assertEquals(
    faultsOf({ step: "new-authority" }, founded("authority-next", { next: authority })),
    [
      "the authority in certs is being replaced already: --new-authority is done, and what follows " +
      "is --renew, or --drop-old-authority once nobody has a certificate of the old one",
    ],
  );
  for (const step of ["new-authority", "drop-old-authority"] as const) {
    assertEquals(faultsOf({ step }, nothing), [
      `certs has no authority that could be replaced; leave out --${step}`,
    ]);
  }
});

Deno.test("faultsOfSigning() says what to do without the key of an authority", () => {
  const ways = (there: FoundCertificates) => faultsOf({ customers: [customer(7)] }, there);
  assertEquals(ways(founded("authority", { authority: lost })), [
    "certs/authority/key.pem is missing; put it back, or " +
    "replace the authority, beginning with --new-authority",
  ]);
  assertEquals(ways(founded("authority", { authority: lost, next: authority })), [
    "certs/authority/key.pem is missing; put it back, or " +
    "go on with --renew, once every process has read the new authority.pem",
  ]);
  assertEquals(ways(founded("authority-next", { next: lost })), [
    "certs/authority-next/key.pem is missing; put it back",
  ]);
  // Where nothing is to be signed, or not by that authority, no key is needed.
  assertEquals(faultsOf({}, founded("authority", { authority: lost })), []);
  for (const step of ["renew", "new-authority"] as const) {
    const there = found({ "branch-1": broken }, { authority: lost, next: authority });
    assertEquals(faultsOf({ step }, there), []);
  }
});

Deno.test("faultsOfSigning() makes no certificate that outlives its authority", () => {
  const beyond = "--days 90 goes beyond the end of the authority in certs/authority";
  const way = "replace the authority, beginning with --new-authority";
  const renewed = (days: number) => (
    faultsOf({ step: "renew" }, founded("authority", { authority: ending(days) }))
  );
  assertEquals(renewed(90), []);
  assertEquals(renewed(89), [`${beyond}; make it 89 or fewer, or ${way}`]);
  assertEquals(renewed(-1), [`${beyond}; ${way}`]);
  assertEquals(faultsOf({ authorityDays: 30 }, nothing), [
    `${beyond}; make it 30 or fewer, or give it more with --authority-days`,
  ]);
  const begun = founded("authority-next", { next: ending(0) });
  assertEquals(faultsOf({ step: "renew" }, begun), [
    "--days 90 goes beyond the end of the authority in certs/authority-next",
  ]);
  assertEquals(faultsOf({}, founded("authority", { authority: ending(1) })), []);
});

Deno.test("faultsOfDropping() leaves nobody with a certificate that is trusted no more", () => {
  const there = found({
    "customer-9": good("customer-9"),
    "branch-2": good("branch-2"),
    "branch-1": good("branch-1", "authority-next"),
    "customer-7": broken,
  }, { next: authority });
  assertEquals(faultsOf({ step: "drop-old-authority" }, there), [
    "--drop-old-authority would leave branch-2, customer-9 with certificates of the old authority; " +
    "make new ones with --renew --customer 9, or remove those folders",
  ]);
});
