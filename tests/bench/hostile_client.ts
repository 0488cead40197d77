/**
 * A client that means harm, for the hostile bench: it does one thing to a branch for so long, says in
 * its first line when it is at it, and in its second how much it did and what it was answered.
 */
import { jsonLine } from "../../lib/format/json_lines.ts";
import { branchService, replicationService } from "../../lib/format/contract.ts";
import { statusNames } from "../../lib/format/grpc_frame.ts";
import { framed, joined, RawCaller } from "../adapter/raw_caller.ts";
import { type Heard, RawConnection } from "../adapter/raw_connection.ts";
import type { Attack, Harm } from "./hostile_bench.ts";
import { print } from "./spread.ts";

const { address, secret, attack, durationMs }: Harm = JSON.parse(Deno.args[0] ?? "");
const { Deposit, Query } = branchService;
const { Fetch, Propagate } = replicationService;
const answers: Record<string, number> = {};

function count(answer: string, times = 1): void {
  answers[answer] = (answers[answer] ?? 0) + times;
}

function isOver(): boolean {
  return performance.now() >= endMs;
}

/** A branch tells whoever knows the secret of which bank it is; a peer shows a digest of that. */
async function digestOfBank(): Promise<string> {
  using caller = new RawCaller(address, { secret, digest: "" });
  const body = framed(Fetch.requestSerialize({ from: 2, to: 1 }));
  const { details } = await caller.call({ path: Fetch.path, body });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(details));
  return new Uint8Array(digest).toHex();
}

const shown = { secret, digest: await digestOfBank() };
const endMs = performance.now() + durationMs;

/** Keeps so many calls open on a connection, and counts their answers. */
async function keepCalling(
  caller: RawCaller,
  { open, path, body }: { open: number; path: string; body: () => Uint8Array },
): Promise<void> {
  const one = async () => {
    while (!isOver()) {
      const { status } = await caller.call({ path, body: framed(body()) });
      count(statusNames[status ?? -1] ?? "connection lost");
    }
  };
  await Promise.all(Array.from({ length: open }, one));
}

function garbage(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(60));
}

/** Asks for all old records, and that its requests be answered, and reads nothing of it. */
async function neverRead(): Promise<void> {
  const fetch = framed(Fetch.requestSerialize({ from: 2, to: 1, after: { sequences: { 1: 0 } } }));
  const ask = Propagate.requestSerialize({ from: 2, to: [1], asks: true });
  const asks = joined(Array(500).fill(framed(ask)));
  const isDone = (heard: Heard) => heard.hasBegun || heard.hasEnded;
  using deaf = await RawConnection.dial(address, shown);
  while (!isOver()) {
    const calls = [
      await deaf.call({ path: Fetch.path, body: fetch }),
      await deaf.call({ path: Propagate.path, body: asks }),
    ];
    await Promise.race([deaf.until(() => calls.every(isDone)), pause(durationMs / 10)]);
    for (const { hasBegun, hasEnded } of calls) {
      count(hasBegun ? "an answer that is not read" : hasEnded ? "refused" : "nothing yet");
    }
  }
}

/** Streams what is no request, again on another stream when that ends. */
async function propagateGarbage(): Promise<void> {
  using caller = new RawCaller(address, shown);
  await keepCalling(caller, { open: 8, path: Propagate.path, body: garbage });
}

async function flood(): Promise<void> {
  using caller = new RawCaller(address, shown);
  await keepCalling(caller, { open: 64, path: Deposit.path, body: garbage });
}

/** Opens connections, asks one thing on each, and keeps them. */
async function connect(): Promise<void> {
  using stack = new DisposableStack();
  const body = framed(Query.requestSerialize({}));
  for (let index = 0; index < 1_000; index++) {
    const caller = stack.use(new RawCaller(address, shown));
    const { status } = await caller.call({ path: Query.path, body });
    count(statusNames[status ?? -1] ?? "connection lost");
  }
  await pause(endMs - performance.now());
}

/** Keeps 1,000 calls open that wait for what is not to come; refused ones are made again, slowly. */
async function waitForNothing(): Promise<void> {
  using caller = new RawCaller(address, shown);
  const session = { sequences: { 2: 1_000_000_000 } };
  const body = framed(Query.requestSerialize({ session }));
  let open = 0;
  const one = async () => {
    while (!isOver()) {
      open += 1;
      const { status } = await caller.call({ path: Query.path, body });
      open -= 1;
      count(statusNames[status ?? -1] ?? "connection lost");
      await pause(100);
    }
  };
  void Promise.all(Array.from({ length: 1_000 }, one));
  await pause(endMs - performance.now());
  count("nothing yet", open);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(ms, 0)));
}

const attacks: Readonly<Record<Attack, () => Promise<void>>> = {
  "a peer that reads nothing": neverRead,
  "a peer that sends garbage": propagateGarbage,
  "a caller that floods with garbage": flood,
  "1,000 connections": connect,
  "1,000 open calls": waitForNothing,
};

print("ready");
await attacks[attack]();
Deno.stdout.writeSync(jsonLine(answers));
Deno.exit(0);
