import { assertEquals, assertThrows } from "@std/assert";
import { takeStock } from "../../lib/adapter/certificate_stock.ts";
import { dayMs, type FoundCertificate } from "../../lib/format/certificate_state.ts";
import { identityName } from "../../lib/format/identity.ts";
import { madeMs } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { type Made, makeCertificate, type Wanted } from "./certificate_maker.ts";
import { certificateFiles as files } from "./certificate_folder.ts";

const span = { fromMs: madeMs, untilMs: madeMs + dayMs };

function makeAuthority(subject: string, wanted: Partial<Wanted> = {}): Promise<Made> {
  const uris = ["spiffe://first-bank"];
  return makeCertificate({ subject, uris, isAuthority: true, ...span, ...wanted });
}

function makeOf(uri: string, by: Made): Promise<Made> {
  return makeCertificate({ subject: "CN=somebody", uris: [uri], by, ...span });
}

function put(folder: TemporaryFolder, name: string, made: Partial<Made>): void {
  Deno.mkdirSync(folder.at(name), { recursive: true });
  if (made.certificate !== undefined) folder.write(`${name}/certificate.pem`, made.certificate);
  if (made.key !== undefined) folder.write(`${name}/key.pem`, made.key);
}

/** Tells what there is of certificates, by folder. */
function stock(folder: TemporaryFolder): ReadonlyMap<string, FoundCertificate | undefined> {
  const { owners } = takeStock(folder.path, "first-bank");
  return new Map(owners.map(({ owner, certificate }) => [identityName(owner), certificate]));
}

permitted(
  "takeStock() finds nothing in a folder that is not there, or holds other things",
  files,
  () => {
    using folder = new TemporaryFolder();
    const nothing = { authority: undefined, next: undefined, owners: [] };
    assertEquals(takeStock(folder.at("certs"), "first-bank"), nothing);
    for (const name of ["notes", "branch-x", "authority-old"]) Deno.mkdirSync(folder.at(name));
    assertEquals(takeStock(folder.path, "first-bank"), nothing);
  },
);

permitted("takeStock() tells authorities, and whether they can sign", files, async () => {
  using folder = new TemporaryFolder();
  const made = await makeAuthority("CN=one");
  const find = () => takeStock(folder.path, "first-bank").authority;
  const good = { kind: "authority", bank: "first-bank", untilMs: span.untilMs } as const;
  put(folder, "authority", { certificate: made.certificate });
  assertEquals(find(), { ...good, keyFault: "is missing" });
  put(folder, "authority", { key: "a diary" });
  assertEquals(find(), { ...good, keyFault: "is not in PEM" });
  put(folder, "authority", { key: (await makeAuthority("CN=other")).key });
  assertEquals(find(), { ...good, keyFault: "does not fit its certificate" });
  put(folder, "authority", made);
  assertEquals(find(), { ...good, keyFault: undefined });
  put(folder, "authority", await makeAuthority("CN=one", { uris: [] }));
  assertEquals(find(), { ...good, bank: undefined, keyFault: undefined });
  const next = await makeAuthority("CN=next", { uris: ["spiffe://other-bank"] });
  put(folder, "authority-next", next);
  const found = takeStock(folder.path, "first-bank").next;
  assertEquals(found, { ...good, bank: "other-bank", keyFault: undefined });
});

permitted("takeStock() says why there is no authority in the folder of one", files, async () => {
  using folder = new TemporaryFolder();
  const why = () => {
    const { authority } = takeStock(folder.path, "first-bank");
    return authority?.kind === "damaged" ? authority.why.replace(folder.path, "certs") : authority;
  };
  put(folder, "authority", { key: "a diary" });
  assertEquals(why(), "certs/authority/certificate.pem is missing");
  put(folder, "authority", { certificate: "a letter" });
  assertEquals(why(), "certs/authority/certificate.pem is not in PEM");
  put(folder, "authority", await makeAuthority("CN=branch-1", { isAuthority: false }));
  assertEquals(why(), "certs/authority/certificate.pem is not of an authority");
});

permitted(
  "takeStock() tells who has signed a certificate, and until when it is valid",
  files,
  async () => {
    using folder = new TemporaryFolder();
    const [one, next] = [
      await makeAuthority("CN=same"),
      await makeAuthority("CN=same", { isRsa: true }),
    ];
    put(folder, "authority", one);
    put(folder, "authority-next", next);
    const uris = ["spiffe://first-bank/branch/1", "spiffe://first-bank/customer/7"] as const;
    put(folder, "branch-1", await makeOf(uris[0], one));
    put(folder, "customer-7", await makeOf(uris[1], next));
    Deno.mkdirSync(folder.at("branch-2"));
    const good = { kind: "good", untilMs: span.untilMs } as const;
    assertEquals([...stock(folder)].toSorted(), [
      ["branch-1", { ...good, by: "authority", alternativeNames: `URI:${uris[0]}` }],
      ["branch-2", undefined],
      ["customer-7", { ...good, by: "authority-next", alternativeNames: `URI:${uris[1]}` }],
    ]);
  },
);

permitted("takeStock() tells what is broken from what somebody has put there", files, async () => {
  using folder = new TemporaryFolder();
  const authority = await makeAuthority("CN=one");
  put(folder, "authority", authority);
  const made = await makeOf("spiffe://first-bank/branch/1", authority);
  const found = (there: Partial<Made>) => {
    put(folder, "branch-1", there);
    const certificate = stock(folder).get("branch-1");
    Deno.removeSync(folder.at("branch-1"), { recursive: true });
    return certificate?.kind === "good" ? certificate.kind : certificate;
  };
  const broken = (why: string) => ({ kind: "broken", why } as const);
  const foreign = (why: string) => ({ kind: "foreign", why } as const);
  assertEquals(found(made), "good");
  assertEquals(found({ key: made.key }), broken("its certificate is missing"));
  assertEquals(found({ ...made, certificate: "" }), broken("its certificate is not in PEM"));
  assertEquals(found({ certificate: made.certificate }), broken("its key is missing"));
  assertEquals(found({ ...made, key: made.certificate }), broken("its key is not in PEM"));
  const misfit = broken("its key does not fit its certificate");
  assertEquals(found({ ...made, key: authority.key }), misfit);
  const others = foreign("its certificate is of somebody else");
  for (const uri of ["first-bank/branch/2", "first-bank/customer/1", "other-bank/branch/1"]) {
    assertEquals(found(await makeOf(`spiffe://${uri}`, authority)), others);
  }
  const renamed = { ...authority, subject: "CN=other" };
  assertEquals(
    found(await makeOf("spiffe://first-bank/branch/1", renamed)),
    foreign("its certificate is of an authority that is not here"),
  );
  const stranger = await makeOf("spiffe://first-bank/branch/1", await makeAuthority("CN=one"));
  assertEquals(found(stranger), foreign("its certificate is of an authority that is not here"));
});

permitted("takeStock() gives owners in the order in which people expect them", files, () => {
  using folder = new TemporaryFolder();
  const names = ["branch-1", "branch-2", "branch-3", "branch-9", "branch-10", "customer-7"];
  for (const name of names.toReversed()) Deno.mkdirSync(folder.at(name));
  assertEquals([...stock(folder).keys()], names);
});

permitted("takeStock() says what cannot be read", files, () => {
  using folder = new TemporaryFolder();
  Deno.mkdirSync(folder.at("branch-1/key.pem"), { recursive: true });
  Deno.mkdirSync(folder.at("branch-1/certificate.pem"), { recursive: true });
  const { message } = assertThrows(() => takeStock(folder.path, "first-bank"), Error);
  assertEquals(message, `${folder.at("branch-1/certificate.pem")} cannot be used: is a directory`);
});
