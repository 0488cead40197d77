import { assert, assertEquals, assertThrows } from "@std/assert";
import { readCredentials } from "../../lib/adapter/credentials.ts";
import { type Identity, identityUri } from "../../lib/format/identity.ts";
import { branch, customer, madeMs } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { type Made, makeCertificate, type Wanted } from "./certificate_maker.ts";

const files = [{ name: "read" }, { name: "write" }] as const;

const dayMs = 86_400_000;
const bank = "first-bank";
const second = { kind: "branch", id: branch(2) } as const;
const lifetime = { fromMs: madeMs, untilMs: madeMs + 90 * dayMs };
const nowMs = madeMs + dayMs;

function makeAuthority(subject: string, wanted: Partial<Wanted> = {}): Promise<Made> {
  const untilMs = madeMs + 3650 * dayMs;
  return makeCertificate({ isAuthority: true, ...lifetime, untilMs, ...wanted, subject });
}

function makeOf(identity: Identity, wanted: Partial<Wanted> & { by: Made }): Promise<Made> {
  const uris = [identityUri(bank, identity)];
  return makeCertificate({ subject: "CN=somebody", uris, ...lifetime, ...wanted });
}

function put(folder: TemporaryFolder, authorities: readonly Made[], made: Made): void {
  folder.write("authority.pem", authorities.map(({ certificate }) => certificate).join(""));
  folder.write("certificate.pem", made.certificate);
  folder.write("key.pem", made.key);
}

/** Gives what readCredentials() says is wrong, without the folder's path. */
function faultsIn(folder: TemporaryFolder, identity: Identity = second, now = nowMs): string {
  const read = () => readCredentials(folder.path, { bank, identity, nowMs: now });
  return assertThrows(read, Error).message.replaceAll(`${folder.path}/`, "");
}

permitted("readCredentials() gives what is there, and until when it is valid", files, async () => {
  using folder = new TemporaryFolder();
  const authority = await makeAuthority("CN=old");
  for (const identity of [second, { kind: "customer", id: customer(7) } as const]) {
    const made = await makeOf(identity, { by: authority });
    put(folder, [authority], made);
    assertEquals(readCredentials(folder.path, { bank, identity, nowMs }), {
      authority: authority.certificate,
      certificate: made.certificate,
      key: made.key,
      untilMs: lifetime.untilMs,
    });
  }
});

permitted("readCredentials() takes either of two authorities", files, async () => {
  using folder = new TemporaryFolder();
  const [old, next] = [await makeAuthority("CN=old"), await makeAuthority("CN=next")];
  for (const by of [old, next]) {
    put(folder, [old, next], await makeOf(second, { by }));
    const { authority } = readCredentials(folder.path, { bank, identity: second, nowMs });
    assertEquals(authority, old.certificate + next.certificate);
  }
  put(folder, [old], await makeOf(second, { by: next }));
  assertEquals(
    faultsIn(folder),
    "certificate.pem is signed by none of the authorities in authority.pem",
  );
});

permitted("readCredentials() tells an authority from others of its name", files, async () => {
  using folder = new TemporaryFolder();
  const [one, other] = [await makeAuthority("CN=same"), await makeAuthority("CN=same")];
  put(folder, [other], await makeOf(second, { by: one }));
  assertEquals(
    faultsIn(folder),
    "certificate.pem is signed by none of the authorities in authority.pem",
  );
  put(folder, [other, one], await makeOf(second, { by: one }));
  readCredentials(folder.path, { bank, identity: second, nowMs });
});

permitted(
  "readCredentials() tells authorities apart whose keys are of two kinds",
  files,
  async () => {
    using folder = new TemporaryFolder();
    const [one, other] = [
      await makeAuthority("CN=same", { isRsa: true }),
      await makeAuthority("CN=same"),
    ];
    const made = await makeOf(second, { by: one });
    put(folder, [other], made);
    assertEquals(
      faultsIn(folder),
      "certificate.pem is signed by none of the authorities in authority.pem",
    );
    put(folder, [other, one], made);
    readCredentials(folder.path, { bank, identity: second, nowMs });
    put(folder, [other, one], {
      ...made,
      key: (await makeOf(second, { by: one, isRsa: true })).key,
    });
    assertEquals(
      faultsIn(folder),
      "key.pem does not fit certificate.pem: they are not of one make",
    );
  },
);

permitted(
  "readCredentials() wants the name of the authority, not only its key",
  files,
  async () => {
    using folder = new TemporaryFolder();
    const authority = await makeAuthority("CN=old");
    put(folder, [authority], await makeOf(second, { by: { ...authority, subject: "CN=other" } }));
    assertEquals(
      faultsIn(folder),
      "certificate.pem is signed by none of the authorities in authority.pem",
    );
  },
);

permitted(
  "readCredentials() takes no certificate for an authority that is none",
  files,
  async () => {
    using folder = new TemporaryFolder();
    const branchOne = await makeAuthority("CN=branch-1", { isAuthority: false });
    put(folder, [branchOne], await makeOf(second, { by: branchOne }));
    assertEquals(
      faultsIn(folder),
      "certificate.pem is signed by none of the authorities in authority.pem",
    );
  },
);

permitted(
  "readCredentials() holds a certificate to its time, and its authority",
  files,
  async () => {
    using folder = new TemporaryFolder();
    const untilMs = madeMs + 10 * dayMs;
    const authority = await makeAuthority("CN=old", { untilMs });
    put(folder, [authority], await makeOf(second, { by: authority }));
    const read = (now: number) =>
      readCredentials(folder.path, { bank, identity: second, nowMs: now }).untilMs;
    assertEquals([read(madeMs), read(untilMs)], [untilMs, untilMs]);
    assertEquals(
      faultsIn(folder, second, untilMs + 1),
      "the authority in authority.pem that signed it was valid until 2025-12-02T12:00:00.000Z, " +
        "and it is 2025-12-02T12:00:00.001Z",
    );
    assertEquals(
      faultsIn(folder, second, lifetime.untilMs + 1).split("\n")[0],
      "certificate.pem was valid until 2026-02-20T12:00:00.000Z, and it is 2026-02-20T12:00:00.001Z",
    );
    assertEquals(
      faultsIn(folder, second, madeMs - 1).split("\n")[0],
      "certificate.pem is not valid before 2025-11-22T12:00:00.000Z, " +
        "and it is 2025-11-22T11:59:59.999Z",
    );
  },
);

permitted("readCredentials() refuses files of two makes", files, async () => {
  using folder = new TemporaryFolder();
  const authority = await makeAuthority("CN=old");
  const [one, other] = [
    await makeOf(second, { by: authority }),
    await makeOf(second, { by: authority }),
  ];
  put(folder, [authority], { ...one, key: other.key });
  assertEquals(
    faultsIn(folder),
    "key.pem does not fit certificate.pem: they are not of one make",
  );
});

permitted("readCredentials() refuses what is of somebody else", files, async () => {
  using folder = new TemporaryFolder();
  const by = await makeAuthority("CN=old");
  const cases = [
    [["spiffe://first-bank/branch/3"], "is of URI:spiffe://first-bank/branch/3"],
    [["spiffe://first-bank/customer/2"], "is of URI:spiffe://first-bank/customer/2"],
    [["spiffe://other-bank/branch/2"], "is of URI:spiffe://other-bank/branch/2"],
    [
      ["spiffe://first-bank/branch/2", "spiffe://first-bank/branch/3"],
      "is of URI:spiffe://first-bank/branch/2, URI:spiffe://first-bank/branch/3",
    ],
    [[], "names nobody"],
  ] as const;
  for (const [uris, said] of cases) {
    put(folder, [by], await makeOf(second, { by, uris }));
    assertEquals(
      faultsIn(folder),
      `certificate.pem ${said}; it must be of URI:spiffe://first-bank/branch/2`,
    );
  }
});

permitted("readCredentials() lists all that is missing or no PEM", files, async () => {
  using folder = new TemporaryFolder();
  assertEquals(
    faultsIn(folder),
    ["authority", "certificate", "key"].map((name) =>
      `${name}.pem cannot be read: no such file or directory`
    ).join("\n"),
  );
  const authority = await makeAuthority("CN=old");
  const made = await makeOf(second, { by: authority });
  const damaged = made.certificate.replace(/\n[^]{9}/, "\nAAAAAAAAA");
  put(folder, [{ ...authority, certificate: authority.certificate + damaged }], {
    ...made,
    certificate: "a letter",
    key: "a diary",
  });
  assertEquals(faultsIn(folder).split("\n"), [
    "authority.pem holds a damaged certificate, number 2 of 2",
    "certificate.pem holds no certificate in PEM",
    "key.pem holds no private key in PEM that can be read without a password",
  ]);
  put(folder, [authority], { ...made, certificate: made.certificate.repeat(2), key: "\n" });
  assertEquals(faultsIn(folder).split("\n"), [
    "key.pem is empty",
    "certificate.pem holds 2 certificates; it must hold one",
  ]);
});

permitted("readCredentials() says nothing of a key, whatever is wrong with it", files, async () => {
  using folder = new TemporaryFolder();
  const authority = await makeAuthority("CN=old");
  const made = await makeOf(second, { by: authority });
  const inside = made.key.split("\n").slice(1, -2);
  const keys = [
    (await makeOf(second, { by: authority })).key,
    inside.join("\n"),
    made.key.replace("PRIVATE KEY", inside.at(-1) ?? ""),
    made.key.replaceAll("PRIVATE KEY", "EC PRIVATE KEY"),
    made.key.replace(/\n[^]{9}/, "\nAAAAAAAAA"),
    made.certificate,
  ];
  for (const key of keys) {
    put(folder, [authority], { ...made, key });
    const message = faultsIn(folder);
    for (const line of key.split("\n").filter((each) => each.length > 0)) {
      assert(!message.includes(line), `${message} quotes ${line}`);
    }
  }
});
