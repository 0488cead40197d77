import { assertEquals } from "@std/assert";
import {
  branchHostName,
  identityIn,
  identityName,
  identityUri,
  isTrustDomain,
} from "../../lib/format/identity.ts";
import { branch, customer } from "../core/samples.ts";

const bank = "first-bank";
const second = { kind: "branch", id: branch(2) } as const;
const seventh = { kind: "customer", id: customer(7) } as const;

Deno.test("identityIn() reads what identityUri() wrote, among host names", () => {
  for (const identity of [second, seventh]) {
    const uri = `URI:${identityUri(bank, identity)}`;
    assertEquals(identityIn(uri, bank), identity);
    assertEquals(identityIn(`DNS:localhost, IP Address:127.0.0.1, ${uri}`, bank), identity);
  }
});

Deno.test("identityIn() takes nobody's word in another bank", () => {
  assertEquals(identityIn("URI:spiffe://second-bank/branch/2", bank), undefined);
  assertEquals(identityIn("URI:spiffe://first-bank.org/branch/2", bank), undefined);
});

Deno.test("identityIn() refuses names that say nothing, too much, or what only looks like it", () => {
  for (
    const names of [
      "",
      "DNS:branch-2.first-bank",
      "URI:spiffe://first-bank/branch/1, URI:spiffe://first-bank/branch/2",
      'DNS:"a, URI:spiffe://first-bank/branch/2"',
      "URI:spiffe://first-bank/branch/2, DNS:\\",
      "URI:spiffe://first-bank/branch/02",
      "URI:spiffe://first-bank/branch/-2",
      "URI:spiffe://first-bank/branch/2/",
      "URI:spiffe://first-bank/branch/4294967296",
      "URI:spiffe://first-bank/teller/2",
      "URI:spiffe://first-bank/customer/99999999999",
      "URI:https://first-bank/branch/2",
      " URI:spiffe://first-bank/branch/2",
    ]
  ) assertEquals(identityIn(names, bank), undefined, names);
});

Deno.test("isTrustDomain() takes what can end a host name", () => {
  for (const name of ["unnamed", "first-bank", "a.b-c.d9", "1"]) {
    assertEquals(isTrustDomain(name), true, name);
  }
  for (
    const name of ["", "First", "first_bank", "-a", "a-", "a..b", "a b", "a/b", "a".repeat(64)]
  ) {
    assertEquals(isTrustDomain(name), false, name);
  }
});

Deno.test("branches and customers have names for folders and hosts", () => {
  assertEquals(identityName(seventh), "customer-7");
  assertEquals(branchHostName(bank, second.id), "branch-2.first-bank");
});
