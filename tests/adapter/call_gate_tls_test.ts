import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { limits } from "../../lib/core/limits.ts";
import type { Identity } from "../../lib/format/identity.ts";
import type { PropagateResponse__Output } from "../../lib/gen/bank/v1/PropagateResponse.ts";
import { branch, deposit, record } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { foundAuthority } from "./identities.ts";
import { network } from "./network.ts";

const [one, two] = [branch(1), branch(2)];
const first: Identity = { kind: "branch", id: one };
const second: Identity = { kind: "branch", id: two };

permitted(
  "CallGate knows what has left on a connection with certificates, and lets a peer go on that reads",
  network,
  async () => {
    const { Client, credentials, Metadata } = await import("@grpc/grpc-js");
    const { bank, openBranches } = await import("./grpc_bank.ts");
    const { replicationService: { Propagate } } = await import("../../lib/format/contract.ts");
    const { encodeRecord } = await import("../../lib/format/record.ts");
    const { bankKey } = await import("../../lib/format/secret.ts");
    const authority = await foundAuthority();
    const options = { members: [one, two], credentials: await authority.issue(first) };
    const { addresses } = await openBranches([one], options);
    const shown = await authority.issue(second);
    const [trusted, key, certificate] = [shown.authority, shown.key, shown.certificate]
      .map((text) => Buffer.from(text));
    const client = new Client(
      addresses.get(one) ?? "",
      credentials.createSsl(trusted, key, certificate),
      { "grpc.ssl_target_name_override": "branch-1.first-bank" },
    );
    const metadata = new Metadata();
    metadata.set(bankKey, bank.digest);
    const { path, requestSerialize, responseDeserialize } = Propagate;
    const stream = client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadata,
    );
    // Each answer names the long id of this entry, so the limit is reached after some thousands.
    const entries = [deposit("x".repeat(110), 1)];
    const records = [Buffer.from(encodeRecord(record({ origin: two, first: 1, entries })))];
    stream.write({ from: 2, to: [1], last: 1, records });
    const requests = Math.ceil(limits.unreadStreamBytesMax / 128) + 1;
    const ask = () => stream.write({ from: 2, to: [1], asks: true });
    let answers = 0;
    let asked = 0;
    const ended = Promise.withResolvers<string>();
    stream.on("error", () => undefined);
    stream.on("status", ({ details }) => ended.resolve(details));
    stream.on("data", (_: PropagateResponse__Output) => {
      answers += 1;
      for (; asked < Math.min(answers + 100, requests); asked++) ask();
      if (answers === requests + 1) stream.end();
    });
    assertEquals([await ended.promise, answers], ["OK", requests + 1]);
    client.close();
  },
);
