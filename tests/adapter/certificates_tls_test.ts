import { assertEquals } from "@std/assert";
import { customer } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import type { Credentials } from "../../lib/format/identity.ts";
import { certificateFiles, CertificateFolder } from "./certificate_folder.ts";
import { network } from "./network.ts";

const needs = [...certificateFiles, ...network];
const seventh = { customers: [customer(7)] };
const [first, second] = ["branch-1.first-bank", "branch-2.first-bank"];

/** Founds a bank, valid now. */
async function found(folder: CertificateFolder): Promise<void> {
  await folder.call(seventh, { nowMs: Date.now() });
}

/** Gives what the folder of each holds now. */
function readAll(folder: CertificateFolder) {
  const read = (name: string) => folder.read(name, Date.now());
  return {
    "branch-1": read("branch-1"),
    "branch-2": read("branch-2"),
    "customer-7": read("customer-7"),
  };
}

async function greeted(server: Credentials, client: Credentials, host = first): Promise<string> {
  const { TlsGreeter } = await import("./tls_greeter.ts");
  await using greeter = await TlsGreeter.start(server);
  return await greeter.greet(client, host);
}

permitted("certificates let branches and customers know each other", needs, async () => {
  using folder = new CertificateFolder();
  await found(folder);
  const all = readAll(folder);
  assertEquals(
    await greeted(all["branch-1"], all["branch-2"]),
    "URI:spiffe://first-bank/branch/2, DNS:branch-2.first-bank, IP Address:10.0.0.2",
  );
  const seventh = "URI:spiffe://first-bank/customer/7";
  assertEquals(await greeted(all["branch-1"], all["customer-7"]), seventh);
  // The host of its address is a name of it too, for those who know no other.
  assertEquals(await greeted(all["branch-2"], all["customer-7"], second), seventh);
});

permitted("certificates of branches pass for no other branch", needs, async () => {
  using folder = new CertificateFolder();
  await found(folder);
  const all = readAll(folder);
  assertEquals(await greeted(all["branch-1"], all["branch-2"], second), "refused");
});

permitted("certificates of customers pass for no server", needs, async () => {
  using folder = new CertificateFolder();
  await found(folder);
  const all = readAll(folder);
  for (const host of [first, "customer-7.first-bank"]) {
    assertEquals(await greeted(all["customer-7"], all["branch-2"], host), "refused");
  }
});

permitted("certificates of another authority are refused at both ends", needs, async () => {
  using folder = new CertificateFolder();
  using other = new CertificateFolder();
  await found(folder);
  await found(other);
  const [ours, theirs] = [readAll(folder)["branch-1"], readAll(other)["branch-2"]];
  assertEquals(await greeted(ours, theirs), "refused");
  // It does not help them to trust us.
  assertEquals(await greeted(ours, { ...theirs, authority: ours.authority }), "refused");
  const trusting = { ...ours, authority: theirs.authority };
  assertEquals(await greeted(ours, { ...theirs, certificate: "", key: "" }), "refused");
  assertEquals(await greeted(trusting, theirs), "refused");
});

permitted("certificates of neighbouring steps of a rotation fit together", needs, async () => {
  using folder = new CertificateFolder();
  await found(folder);
  const states = [readAll(folder)];
  for (const step of ["new-authority", "renew", "drop-old-authority"] as const) {
    await folder.call({ step, ...seventh }, { nowMs: Date.now() });
    states.push(readAll(folder));
  }
  const outcomes: string[] = [];
  for (const [at, server] of states.entries()) {
    for (const [by, client] of states.entries()) {
      const said = await greeted(server["branch-1"], client["branch-2"]);
      outcomes.push(`${at}${by} ${said === "refused" ? "refused" : "known"}`);
    }
  }
  // One that leaves out a step, and one that has not even read the one before, may part.
  assertEquals(outcomes, [
    ...["00 known", "01 known", "02 refused", "03 refused"],
    ...["10 known", "11 known", "12 known", "13 refused"],
    ...["20 refused", "21 known", "22 known", "23 known"],
    ...["30 refused", "31 refused", "32 known", "33 known"],
  ]);
});
