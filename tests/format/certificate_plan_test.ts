import { assert, assertEquals } from "@std/assert";
import { namesOf } from "../../lib/format/certificate_names.ts";
import { whatFollows } from "../../lib/format/certificate_plan.ts";
import {
  type AuthorityPlace,
  type CertificatePlan,
  dayMs,
  type FoundCertificate,
  type FoundCertificates,
} from "../../lib/format/certificate_state.ts";
import { identityName } from "../../lib/format/identity.ts";
import { customer, madeMs } from "../core/samples.ts";
import {
  authority,
  bank,
  faultsOf,
  found,
  founded,
  good,
  owner,
  planned,
  request,
} from "./found_certificates.ts";

const nothing: FoundCertificates = { authority: undefined, next: undefined, owners: [] };
const broken: FoundCertificate = { kind: "broken", why: "its key is missing" };

/** Tells who gets a certificate, by whom, and why, if there was one. */
function issued({ issue }: CertificatePlan): readonly string[] {
  return issue.map(({ owner, by, why }) => [identityName(owner), by, why].join(" ").trim());
}

function kept({ kept }: CertificatePlan): readonly string[] {
  return kept.map(({ owner }) => identityName(owner));
}

Deno.test("planCertificates() founds an authority, and gives all that are named certificates", () => {
  const plan = planned({ customers: [customer(7)], days: 30, authorityDays: 31 }, nothing);
  assertEquals(plan.make, { place: "authority", untilMs: madeMs + 31 * dayMs });
  assertEquals(plan.trusted, ["authority"]);
  assertEquals(issued(plan), ["branch-1 authority", "branch-2 authority", "customer-7 authority"]);
  for (const { owner, untilMs, names } of plan.issue) {
    assertEquals([untilMs, names], [madeMs + 30 * dayMs, namesOf(owner, bank)]);
  }
  assertEquals([plan.kept, plan.keptAuthorities, plan.isDropping], [[], [], false]);
});

Deno.test("planCertificates() makes what is missing, and keeps what is there", () => {
  const there = found({
    "customer-9": good("customer-9"),
    "branch-3": good("branch-3"),
    "branch-2": good("branch-2"),
  });
  const plan = planned({ customers: [customer(7)] }, there);
  assertEquals(plan.make, undefined);
  assertEquals(plan.keptAuthorities, [{ place: "authority", untilMs: madeMs + 3650 * dayMs }]);
  assertEquals(issued(plan), ["branch-1 authority", "customer-7 authority"]);
  assertEquals(kept(plan), ["branch-2", "branch-3", "customer-9"]);
  assertEquals([plan.kept.at(0)?.note, plan.kept.at(2)?.note], [undefined, undefined]);
  const again = planned({}, founded());
  assertEquals([issued(again), kept(again)], [[], ["branch-1", "branch-2"]]);
});

Deno.test("planCertificates() mends what an interrupted call has left", () => {
  const there = found({
    "branch-1": good("branch-1"),
    "customer-9": broken,
    "customer-10": undefined,
  });
  assertEquals(issued(planned({}, there)), [
    "branch-2 authority",
    "customer-9 authority its key is missing",
  ]);
});

Deno.test("planCertificates() renews all that are named, and nobody else", () => {
  const there = found({
    "branch-1": good("branch-1"),
    "branch-2": { kind: "foreign", why: "it is of somebody else" },
    "customer-7": good("customer-7"),
    "customer-9": good("customer-9"),
  });
  const plan = planned({ step: "renew", customers: [customer(7), customer(8)] }, there);
  assertEquals(issued(plan), [
    "branch-1 authority renewed",
    "branch-2 authority renewed",
    "customer-7 authority renewed",
    "customer-8 authority",
  ]);
  assertEquals(kept(plan), ["customer-9"]);
});

Deno.test("planCertificates() says what should be known of a certificate that stays", () => {
  const noteOf = (folder: string, certificate: FoundCertificate) => {
    const plan = planned({}, found({ [folder]: certificate }));
    return plan.kept.map(({ note }) => note).join();
  };
  const old = { ...good("customer-9"), untilMs: madeMs - 1 } as FoundCertificate;
  const way = "make another one with --renew --customer 9";
  assertEquals(noteOf("customer-9", old), `it is valid no more; ${way}`);
  const moved = { ...good("branch-1"), alternativeNames: namesBut("10.0.0.1") } as FoundCertificate;
  assertEquals(
    noteOf("branch-1", moved),
    "it does not bear the name 10.0.0.1; make one that does with --renew",
  );
  assertEquals(noteOf("branch-3", good("branch-3")), "there is no such branch in bank.json");
});

function namesBut(name: string): string {
  const certificate = good("branch-1");
  assert(certificate.kind === "good");
  return certificate.alternativeNames.replace(name, "10.0.0.9");
}

Deno.test("planCertificates() begins with an authority beside the old one, and changes no certificate", () => {
  const there = found({ "branch-1": good("branch-1"), "customer-9": broken });
  const plan = planned({ step: "new-authority" }, there);
  assertEquals(plan.make, { place: "authority-next", untilMs: madeMs + 3650 * dayMs });
  assertEquals(plan.trusted, ["authority", "authority-next"]);
  assertEquals([issued(plan), kept(plan)], [[], ["branch-1"]]);
  const lost = { ...authority, keyFault: "is missing" };
  assertEquals(issued(planned({ step: "new-authority" }, { ...there, authority: lost })), []);
  const again = planned({ step: "new-authority" }, founded("authority", { next: authority }));
  assertEquals(again.make, undefined);
  assertEquals(again.trusted, ["authority", "authority-next"]);
});

Deno.test("planCertificates() lets the next authority sign only from --renew on", () => {
  const before = founded("authority", { next: authority });
  const added = { customers: [customer(7)] };
  assertEquals(issued(planned(added, before)), ["customer-7 authority"]);
  assertEquals(issued(planned({ step: "renew" }, before)), [
    "branch-1 authority-next renewed",
    "branch-2 authority-next renewed",
  ]);
  const half = { "branch-1": good("branch-1", "authority-next"), "branch-2": good("branch-2") };
  assertEquals(issued(planned(added, found(half, { next: authority }))), [
    "customer-7 authority-next",
  ]);
});

Deno.test("planCertificates() drops the old authority when all have certificates of the next", () => {
  const plan = planned(
    { step: "drop-old-authority" },
    founded("authority-next", { next: authority }),
  );
  assertEquals([plan.isDropping, plan.trusted], [true, ["authority-next"]]);
  assertEquals(plan.keptAuthorities.map(({ place }) => place), ["authority-next"]);
  const there = found({ "branch-1": broken, "branch-2": broken }, { next: authority });
  for (const line of issued(planned({ step: "drop-old-authority" }, there))) {
    assert(line.includes("authority-next"), line);
  }
  const done = planned({ step: "drop-old-authority" }, founded());
  assertEquals([done.isDropping, done.trusted, issued(done)], [false, ["authority"], []]);
});

Deno.test("planCertificates() refuses what somebody else has put there", () => {
  const why = "its certificate is of somebody else";
  const there = found({
    "branch-1": { kind: "foreign", why },
    "customer-9": { kind: "foreign", why },
  });
  assertEquals(faultsOf({}, there), [
    `certs/branch-1 holds what cannot be used: ${why}; remove it, or make another one with --renew`,
    `certs/customer-9 holds what cannot be used: ${why}; ` +
    "remove it, or make another one with --renew --customer 9",
  ]);
});

/** What there is once a plan was carried out. */
function after(plan: CertificatePlan, there: FoundCertificates): FoundCertificates {
  const made = plan.make && { ...authority, untilMs: plan.make.untilMs };
  const next = plan.make?.place === "authority-next" ? made : there.next;
  const all = new Map(there.owners.map((each) => [identityName(each.owner), each.certificate]));
  for (const { owner, by } of plan.issue) {
    all.set(identityName(owner), good(identityName(owner), by));
  }
  const place = (certificate: FoundCertificate | undefined) => (
    plan.isDropping && certificate?.kind === "good"
      ? { ...certificate, by: "authority" as const }
      : certificate
  );
  return {
    authority: plan.isDropping ? next : there.authority ?? made,
    next: plan.isDropping ? undefined : next,
    owners: [...all].map(([name, certificate]) => ({
      owner: owner(name),
      certificate: place(certificate),
    })),
  };
}

/** Who is trusted after a call, and who has signed what is in use; by numbers of authorities. */
interface Epoch {
  readonly trusted: readonly number[];
  readonly signers: readonly number[];
}

/** Carries out calls one after the other, those that are refused left out. */
function epochsOf(calls: readonly Partial<typeof request>[]): readonly Epoch[] {
  let there = nothing;
  const numbers: Record<AuthorityPlace, number> = { "authority": 1, "authority-next": 2 };
  const epochs: Epoch[] = [];
  for (const call of calls) {
    if (faultsOf(call, there).length > 0) continue;
    const plan = planned(call, there);
    const trusted = plan.trusted.map((place) => numbers[place]);
    there = after(plan, there);
    if (plan.isDropping) {
      numbers.authority += 1;
      numbers["authority-next"] += 1;
    }
    const signers = there.owners.flatMap(({ certificate }) => (
      certificate?.kind === "good" ? [numbers[certificate.by]] : []
    ));
    epochs.push({ trusted, signers });
  }
  return epochs;
}

Deno.test("planCertificates() lets neighbours in time trust each other, whatever the order of calls", () => {
  const calls = (["fill", "renew", "new-authority", "drop-old-authority"] as const)
    .flatMap((step) => [{ step }, { step, customers: [customer(7)] }]);
  let drops = 0;
  const visit = (way: readonly Partial<typeof request>[]): void => {
    const epochs = epochsOf(way);
    for (const [at, { trusted, signers }] of epochs.entries()) {
      const before = epochs[at - 1] ?? { trusted, signers };
      for (const signer of [...signers, ...before.signers]) {
        assert(trusted.includes(signer), JSON.stringify(way));
      }
      for (const signer of signers) assert(before.trusted.includes(signer), JSON.stringify(way));
      if (trusted[0] === 2) drops += 1;
    }
    if (way.length < 5) { for (const call of calls) visit([...way, call]); }
  };
  visit([{}]);
  assert(drops > 0);
});

Deno.test("whatFollows() says what has to happen before the next step", () => {
  const next = "next: give every machine its folder, and let every process read it";
  const followsOf = (wanted: Partial<typeof request>, there: FoundCertificates) => (
    whatFollows({ ...request, ...wanted }, planned(wanted, there))
  );
  assertEquals(followsOf({}, nothing), undefined);
  assertEquals(followsOf({ step: "renew" }, founded()), undefined);
  assertEquals(followsOf({ step: "new-authority" }, founded()), `${next}; only then --renew`);
  const begun = founded("authority-next", { next: authority });
  assertEquals(followsOf({}, begun), undefined);
  assertEquals(
    followsOf({ step: "renew" }, begun),
    `${next}; only then --drop-old-authority`,
  );
  assertEquals(
    followsOf({ step: "drop-old-authority" }, begun),
    `${next}; the old authority is gone`,
  );
});
