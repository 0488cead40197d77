import { assertEquals } from "@std/assert";
import {
  authorityUri,
  bankIn,
  byOwner,
  missingName,
  namesOf,
  ownerOf,
} from "../../lib/format/certificate_names.ts";
import { identityName } from "../../lib/format/identity.ts";
import { branch, customer } from "../core/samples.ts";

const second = { kind: "branch", id: branch(2) } as const;
const seventh = { kind: "customer", id: customer(7) } as const;

function namesAt(address: string) {
  const bank = { name: "first-bank", addresses: new Map([[branch(2), address]]) };
  return namesOf(second, bank);
}

Deno.test("ownerOf() knows the folders that identityName() names, and no others", () => {
  for (const owner of [second, seventh]) assertEquals(ownerOf(identityName(owner)), owner);
  for (
    const folder of [
      ...["authority", "branch-", "branch-02", "branch-2 ", "branch-4294967296", "teller-1"],
      ...["customer--1", "branch-2.new", "Branch-2", "old-branch-2"],
    ]
  ) assertEquals(ownerOf(folder), undefined, folder);
});

Deno.test("byOwner() puts branches first, and orders by number", () => {
  const names = ["customer-7", "branch-10", "customer-10", "branch-9"];
  const owners = names.flatMap((name) => ownerOf(name) ?? []).toSorted(byOwner);
  assertEquals(owners.map(identityName), ["branch-9", "branch-10", "customer-7", "customer-10"]);
});

Deno.test("namesOf() a branch are its URI, its host name, and the host of its address", () => {
  const always = [
    { kind: "uri", name: "spiffe://first-bank/branch/2" },
    { kind: "dns", name: "branch-2.first-bank" },
  ] as const;
  assertEquals(namesAt("10.0.0.2:5002"), [...always, { kind: "ip", name: "10.0.0.2" }]);
  assertEquals(namesAt("Two.Example.org:0"), [...always, { kind: "dns", name: "two.example.org" }]);
  assertEquals(namesAt("[2001:DB8:0:0::1]:1"), [...always, { kind: "ip", name: "2001:db8::1" }]);
  assertEquals(namesOf(second, { name: "first-bank", addresses: new Map() }), always);
});

Deno.test("namesOf() a customer is its URI alone, so that nobody calls it", () => {
  const bank = { name: "first-bank", addresses: new Map([[branch(7), "10.0.0.7:5007"]]) };
  assertEquals(namesOf(seventh, bank), [{ kind: "uri", name: "spiffe://first-bank/customer/7" }]);
});

Deno.test("bankIn() reads what authorityUri() writes, and nothing that is more", () => {
  assertEquals(bankIn(`URI:${authorityUri("first-bank.org")}`), "first-bank.org");
  for (
    const names of [
      ...["", "DNS:first-bank", "URI:spiffe://first-bank/branch/2", "URI:https://first-bank"],
      ...["URI:spiffe://first-bank, URI:spiffe://other-bank", "URI:spiffe://first-bank/"],
    ]
  ) assertEquals(bankIn(names), undefined, names);
});

Deno.test("missingName() finds the first name that a certificate does not bear", () => {
  const borne = "URI:spiffe://first-bank/branch/2, DNS:branch-2.first-bank, IP Address:10.0.0.2";
  assertEquals(missingName(borne, namesAt("10.0.0.2:5002")), undefined);
  assertEquals(missingName(borne, namesAt("10.0.0.20:5002")), { kind: "ip", name: "10.0.0.20" });
  assertEquals(missingName(borne, namesAt("two:5002")), { kind: "dns", name: "two" });
  assertEquals(missingName("IP Address:::1", [{ kind: "ip", name: "::1" }]), undefined);
});
