import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { dayMs } from "../../lib/format/certificate_state.ts";
import { customer, madeMs } from "../core/samples.ts";
import { bank } from "../format/found_certificates.ts";
import { permitted } from "../permitted.ts";
import { certificateFiles as files, CertificateFolder } from "./certificate_folder.ts";

const seventh = { customers: [customer(7)] };
const all = ["branch-1", "branch-2", "customer-7"];
const until = "valid until 2026-02-20T12:00:00Z";
const untilLong = "valid until 2035-11-20T12:00:00Z";
const rotation = [
  { step: "new-authority", ...seventh },
  { step: "renew", ...seventh },
  { step: "drop-old-authority", ...seventh },
] as const;

/** Gives what a call stands against. */
async function faultOf(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, Error)).message;
}

permitted(
  "makeCertificates() founds an authority, and gives each what its machine gets",
  files,
  async () => {
    using folder = new CertificateFolder();
    assertEquals(await folder.call(seventh), [
      `made authority, ${untilLong}`,
      ...all.map((name) => `made ${name}, ${until}`),
    ]);
    const [secret, open] = ["600", "644"];
    assertEquals([...folder.files()], [
      [".lock", open],
      ["authority/certificate.pem", open],
      ["authority/key.pem", secret],
      ...all.flatMap((name) => [
        [`${name}/authority.pem`, open] as [string, string],
        [`${name}/certificate.pem`, open] as [string, string],
        [`${name}/key.pem`, secret] as [string, string],
      ]),
    ]);
    for (const name of all) {
      const { authority, untilMs } = folder.read(name);
      assertEquals(authority, folder.text("authority/certificate.pem"));
      assertEquals(untilMs, madeMs + 90 * dayMs);
    }
    const keys = new Set(["authority", ...all].map((name) => folder.text(`${name}/key.pem`)));
    assertEquals(keys.size, 4);
  },
);

permitted("makeCertificates() changes nothing that is there", files, async () => {
  using folder = new CertificateFolder();
  await folder.call(seventh);
  const before = folder.texts();
  const kept = [`kept authority, ${untilLong}`, ...all.map((name) => `kept ${name}, ${until}`)];
  assertEquals(await folder.call({ days: 5, authorityDays: 9 }, { nowMs: madeMs + dayMs }), kept);
  assertEquals(folder.texts(), before);
  const more = { customers: [customer(8)], days: 30 };
  assertEquals(await folder.call(more), [
    ...kept,
    "made customer-8, valid until 2025-12-22T12:00:00Z",
  ]);
  for (const [name, text] of before) assertEquals(folder.text(name), text, name);
});

permitted("makeCertificates() renews from the same authority, keys too", files, async () => {
  using folder = new CertificateFolder();
  await folder.call(seventh);
  const before = folder.texts();
  const lines = await folder.call({ step: "renew" }, { nowMs: madeMs + dayMs });
  assertEquals(lines, [
    `kept authority, ${untilLong}`,
    `kept customer-7, ${until}`,
    ...["branch-1", "branch-2"].map((name) => (
      `made ${name}, valid until 2026-02-21T12:00:00Z (renewed)`
    )),
  ]);
  for (const [name, text] of before) {
    const isRenewed = /^branch.*(certificate|key)/.test(name);
    assertEquals(folder.text(name) !== text, isRenewed, name);
  }
  for (const name of all) folder.read(name, madeMs + dayMs);
  assertEquals(folder.files().get("branch-1/key.pem"), "600");
});

permitted("makeCertificates() takes the three steps to another authority", files, async () => {
  using folder = new CertificateFolder();
  await folder.call(seventh);
  const [first, second, third] = rotation;
  const old = folder.text("authority/certificate.pem");
  const before = folder.texts();
  const begun = await folder.call(first);
  assertEquals(begun.at(0), `kept authority, ${untilLong}`);
  assertEquals(begun.at(1), `made authority-next, ${untilLong}`);
  assertEquals(begun.at(2), "made branch-1/authority.pem, which trusts two authorities");
  const next = folder.text("authority-next/certificate.pem");
  for (const name of all) {
    assertEquals(folder.read(name).authority, old + next);
    assertEquals(folder.text(`${name}/key.pem`), before.get(`${name}/key.pem`));
  }
  assertEquals(
    await folder.call(first),
    begun.map((line) => (
      line.replace("made authority-next", "kept authority-next")
    )).filter((line) => !line.startsWith("made")),
  );
  await folder.call(second);
  for (const name of all) {
    const { authority, key } = folder.read(name);
    assertEquals(authority, old + next);
    assertNotEquals(key, before.get(`${name}/key.pem`));
  }
  const renewed = folder.texts();
  const done = await folder.call(third);
  assertEquals(done.at(-2), "dropped the old authority; authority is the new one");
  assertEquals(folder.text("authority/certificate.pem"), next);
  assertEquals(folder.text("authority/key.pem"), renewed.get("authority-next/key.pem"));
  for (const name of all) {
    const { authority, key } = folder.read(name);
    assertEquals([authority, key], [next, renewed.get(`${name}/key.pem`)]);
  }
  assertEquals([...folder.files().keys()], [...before.keys()]);
});

permitted("makeCertificates() mends what was interrupted, wherever it was", files, async () => {
  const small = { ...bank, addresses: new Map([...bank.addresses].slice(0, 1)) };
  const calls = [{}, ...rotation.map(({ step }) => ({ step }))];
  for (const [at, interrupted] of calls.entries()) {
    for (let linesMax = 0;; linesMax += 1) {
      using folder = new CertificateFolder();
      const call = (wanted: (typeof calls)[number]) => folder.call(wanted, { bank: small });
      for (const before of calls.slice(0, at)) await call(before);
      const unusual = { bank: small, linesMax };
      const outcome = await folder.call(interrupted, unusual).catch(() => "interrupted");
      if (outcome !== "interrupted") break;
      // What is half done can be used, and is mended by making what is missing, or by going on.
      if (at > 0) folder.read("branch-1");
      await call({});
      folder.read("branch-1");
      for (const next of calls.slice(at)) await call(next);
      folder.read("branch-1");
      assertEquals(folder.text("branch-1/authority.pem"), folder.text("authority/certificate.pem"));
      assertEquals([...folder.files().keys()].filter((name) => /next|old|new/.test(name)), []);
    }
  }
});

permitted("makeCertificates() mends files that were left half replaced", files, async () => {
  using folder = new CertificateFolder();
  await folder.call(seventh);
  using other = new CertificateFolder();
  await other.call(seventh);
  const before = folder.texts();
  folder.write("branch-1/key.pem", other.text("branch-1/key.pem"));
  folder.remove("branch-2/certificate.pem");
  folder.write("branch-2/certificate.pem.new", "half");
  folder.write("branch-2/key.pem.new", "half");
  folder.write("customer-7/authority.pem.new", "half");
  Deno.mkdirSync(`${folder.path}/.authority.new`);
  folder.write(".authority.new/key.pem", "half");
  folder.write("customer-7/notes.new", "mine");
  const lines = await folder.call();
  assertEquals(lines.slice(1), [
    `kept customer-7, ${until}`,
    `made branch-1, ${until} (its key does not fit its certificate)`,
    `made branch-2, ${until} (its certificate is missing)`,
  ]);
  for (const name of all) folder.read(name);
  assertEquals(
    [...folder.files().keys()].filter((name) => !before.has(name)),
    ["customer-7/notes.new"],
  );
});

permitted(
  "makeCertificates() ends the dropping of an authority that was interrupted",
  files,
  async () => {
    for (const isTaken of [false, true]) {
      using folder = new CertificateFolder();
      await folder.call(seventh);
      for (const call of rotation.slice(0, 2)) await folder.call(call);
      const next = folder.text("authority-next/certificate.pem");
      // As dropping does it, up to one of its renamings.
      folder.rename("authority", "authority-old");
      if (isTaken) folder.rename("authority-next", "authority");
      const lines = await folder.call();
      assertEquals(lines.at(0), `kept authority, ${untilLong}`);
      assertEquals(folder.text("authority/certificate.pem"), next);
      for (const name of all) assertEquals(folder.read(name).authority, next);
      const left = [...folder.files().keys()].filter((name) => name.startsWith("authority-"));
      assertEquals(left, []);
    }
  },
);

permitted(
  "makeCertificates() keeps an authority whose name for dropping is all there is",
  files,
  async () => {
    using folder = new CertificateFolder();
    await folder.call(seventh);
    folder.rename("authority", "authority-old");
    assertEquals(
      await faultOf(folder.call()),
      `${folder.path}/authority cannot be used: no such file or directory`,
    );
    folder.text("authority-old/key.pem");
  },
);

permitted(
  "makeCertificates() goes over to another authority when the key is lost",
  files,
  async () => {
    using folder = new CertificateFolder();
    await folder.call(seventh);
    folder.remove("authority/key.pem");
    assertEquals(
      await faultOf(folder.call({ step: "renew" })),
      "certs/authority/key.pem is missing; put it back, or " +
        "replace the authority, beginning with --new-authority",
    );
    for (const call of rotation) await folder.call(call);
    for (const name of all) folder.read(name);
  },
);

permitted("makeCertificates() changes nothing when it refuses", files, async () => {
  using folder = new CertificateFolder();
  await faultOf(folder.call({ authorityDays: 1 }));
  assertEquals(await exists(folder.path), false);
  await folder.call(seventh);
  const before = folder.texts();
  const other = { ...bank, name: "other-bank" };
  assertEquals(
    await faultOf(folder.call({ step: "renew" }, { bank: other })),
    "the authority in certs is of the bank first-bank, and bank.json of other-bank",
  );
  await faultOf(folder.call({ step: "renew", days: 3650, ...seventh }, { nowMs: madeMs + dayMs }));
  assertEquals(folder.texts(), before);
  folder.remove("authority");
  assertEquals(
    await faultOf(folder.call({ step: "renew" })),
    "certs/authority is missing, and there are certificates (branch-1, branch-2, customer-7); " +
      "put it back, or take another folder for another bank",
  );
  assertEquals([...folder.files().keys()].some((name) => name.startsWith("authority/")), false);
});

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

permitted("makeCertificates() is alone in a folder while it works", files, async () => {
  using folder = new CertificateFolder();
  await folder.call();
  using lock = Deno.openSync(`${folder.path}/.lock`, { write: true });
  lock.lockSync(true);
  assertEquals(
    await faultOf(folder.call({ step: "renew" })),
    `${folder.path} is being changed by another call`,
  );
  lock.unlockSync();
  await folder.call({ step: "renew" });
});

permitted("makeCertificates() says what cannot be read or written", files, async () => {
  using folder = new CertificateFolder();
  await folder.call();
  const path = `${folder.path}/authority/key.pem`;
  await folder.call({ folder: path }).catch(({ message }) => (
    assert(message.startsWith(`${path}/`) && message.includes(" cannot be used: "), message)
  ));
  folder.remove("branch-1/key.pem");
  Deno.mkdirSync(`${folder.path}/branch-1/key.pem`);
  assertEquals(
    await faultOf(folder.call()),
    `${folder.path}/branch-1/key.pem cannot be used: is a directory`,
  );
});

permitted("makeCertificates() says nothing of a key", files, async () => {
  using folder = new CertificateFolder();
  const said = await folder.call(seventh);
  for (const call of rotation) said.push(...await folder.call(call));
  for (const [name, text] of folder.texts()) {
    if (!name.endsWith("key.pem")) continue;
    for (const line of text.trim().split("\n").slice(1, -1)) {
      assertEquals(said.filter((each) => each.includes(line)), []);
    }
  }
});
