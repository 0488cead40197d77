import { assertEquals } from "@std/assert";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { PropagateRequest__Output } from "../../lib/gen/bank/v1/PropagateRequest.ts";
import type { PropagateResponse } from "../../lib/gen/bank/v1/PropagateResponse.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import type { Delivery } from "../../lib/host/ports.ts";
import { branch } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { TcpProxy } from "../nemesis/tcp_proxy.ts";
import { network } from "./network.ts";

type Stream = ServerDuplexStream<PropagateRequest__Output, PropagateResponse>;

const [one, two] = [branch(1), branch(2)];

/** A request to branch 2. */
function asks(attempt: number): PeerRequest {
  const nothing = { everywhere: 0, has: nothingKnown, asks: false, records: [] };
  return { from: one, to: [two], attempt, last: attempt, ...nothing };
}

/** Says that branch 2 has `has`. */
function answerTo({ from, attempt }: PropagateRequest__Output, has: number): PropagateResponse {
  return { to: from, attempt, acknowledgements: [{ branch: 2, has }] };
}

/** A transport to branch 2, which does with each request on each stream what `take` does. */
async function transportTo(
  take: (request: PropagateRequest__Output, stream: Stream, streams: number) => void,
  { through = (address) => address, tryMs }: {
    /** What stands before the branch, and where that listens. */
    readonly through?: (address: string) => string;
    readonly tryMs?: number;
  } = {},
) {
  const { Server, ServerCredentials } = await import("@grpc/grpc-js");
  const { GrpcTransport } = await import("../../lib/adapter/grpc_transport.ts");
  const { replicationService } = await import("../../lib/format/contract.ts");
  const { bank: { digest }, secret } = await import("./grpc_bank.ts");
  let streams = 0;
  const server = new Server();
  server.addService(replicationService, {
    propagate: (stream: Stream) => {
      const mine = ++streams;
      stream.on("data", (request) => take(request, stream, mine));
    },
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  const open = ServerCredentials.createInsecure();
  server.bindAsync("127.0.0.1:0", open, (_, port) => resolve(port));
  const transport = new GrpcTransport(new Map(), {
    trust: { secret },
    digest,
    met: () => undefined,
    ...tryMs === undefined ? {} : { tryMs },
  });
  transport.route(new Map([[two, through(`127.0.0.1:${await promise}`)]]));
  return (request: PeerRequest) =>
    new Promise<Delivery>((resolve) => transport.send(request, resolve));
}

permitted(
  "GrpcTransport sends over one stream, and takes answers in any order",
  network,
  async () => {
    const waiting: PropagateRequest__Output[] = [];
    const send = await transportTo((request, stream, streams) => {
      waiting.push(request);
      if (waiting.length < 3) return;
      for (const each of waiting.toReversed()) stream.write(answerTo(each, 10 * streams));
    });
    const deliveries = await Promise.all([send(asks(7)), send(asks(8)), send(asks(9))]);
    const answer = { kind: "answer", from: two, has: 10, known: undefined } as const;
    assertEquals<unknown>(deliveries, [7, 8, 9].map((attempt) => ({ ...answer, attempt })));
  },
);

permitted(
  "GrpcTransport takes the end of a stream for silence, and begins another one",
  network,
  async () => {
    const { status } = await import("@grpc/grpc-js");
    const send = await transportTo((request, stream, streams) => {
      if (streams === 3) stream.write(answerTo(request, 4));
      else if (streams === 2) stream.end();
      else stream.emit("error", { code: status.RESOURCE_EXHAUSTED, details: "no room" });
    });
    // At once: before one that was asked earlier of a peer that says nothing for as long as it may.
    const mute = await transportTo(() => undefined);
    for (const attempt of [1, 2]) {
      const late = mute(asks(99));
      const first = await Promise.race([late, send(asks(attempt))]);
      assertEquals(first, { kind: "silence", from: two, attempt });
      await late;
    }
    assertEquals((await send(asks(3))).kind, "answer");
  },
);

permitted(
  "GrpcTransport gives a stream up whose oldest request is not answered in time",
  network,
  async () => {
    const send = await transportTo((request, stream, streams) => {
      if (streams === 2 || request.attempt === 2) stream.write(answerTo(request, 4));
    });
    const first = send(asks(1));
    assertEquals((await send(asks(2))).kind, "answer", "one that is silent holds up no other");
    assertEquals(await first, { kind: "silence", from: two, attempt: 1 });
    assertEquals((await send(asks(3))).kind, "answer");
  },
);

permitted("GrpcTransport tells each caller of a doubled request once", network, async () => {
  const send = await transportTo((request, stream) => stream.write(answerTo(request, 4)));
  const deliveries = await Promise.all([send(asks(1)), send(asks(1))]);
  assertEquals(deliveries.map(({ kind }) => kind), ["answer", "answer"]);
});

permitted(
  "GrpcTransport gives a connection up whose other end is gone without a word",
  network,
  async () => {
    const proxies: TcpProxy[] = [];
    const through = (address: string) => {
      const proxy = new TcpProxy(address);
      proxies.push(proxy);
      return proxy.address;
    };
    const take = (request: PropagateRequest__Output, stream: Stream) =>
      stream.write(answerTo(request, 4));
    const send = await transportTo(take, { through, tryMs: 100 });
    assertEquals((await send(asks(1))).kind, "answer");
    const [proxy] = proxies;
    // What is on the connections that there are goes nowhere from now on, and nobody is told.
    proxy?.strand();
    const later: string[] = [];
    for (let attempt = 2; later.at(-1) !== "answer" && attempt < 6; attempt++) {
      later.push((await send(asks(attempt))).kind);
    }
    assertEquals([later[0], later.at(-1)], ["silence", "answer"]);
    proxy?.close();
  },
);
