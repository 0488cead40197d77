/**
 * Increments one number of an etcd by compare-and-set, or puts keys of their own, so many at a time
 * for so long, and prints what it saw as JSON.
 */
import { jsonLine } from "../../../lib/format/json_lines.ts";
import { type Call, keepCalling, seenIn } from "../keep_calling.ts";
import { EtcdNode, methods, type Range } from "./etcd_api.ts";

/** What it is to do. */
export interface EtcdLoad {
  /** Of all nodes; the leader is asked. */
  readonly ports: readonly number[];
  readonly action: "increment" | "put";
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

const { ports, action, inFlight, warmUpMs, durationMs }: EtcdLoad = JSON.parse(Deno.args[0] ?? "");
const encoder = new TextEncoder();
const key = encoder.encode("account");

async function findLeader(): Promise<EtcdNode> {
  for (const port of ports) {
    const node = new EtcdNode(port);
    const { header, leader } = await node.ask(methods.Status, {});
    if (header.memberId === leader) return node;
  }
  throw new Error("no node is the leader");
}

/** The account as it was at a revision; before the first, it holds nothing. */
interface Sight {
  readonly value: number;
  readonly revision: number;
}

function sightIn({ kvs: [found] }: Range): Sight {
  if (found === undefined) return { value: 0, revision: 0 };
  return { value: Number(new TextDecoder().decode(found.value)), revision: found.modRevision };
}

const leader = await findLeader();
const before = sightIn(await leader.ask(methods.Range, { key }));

/** What any of those in flight saw last, so that they do not each have to look. */
let latest = before;

function keep(sight: Sight): void {
  if (sight.revision > latest.revision) latest = sight;
}

/** Sets the account to one more than was last seen; where that was no longer so, looks, and again. */
async function increment(): Promise<void> {
  while (true) {
    const value = latest.value + 1;
    const { succeeded, header, responses: [response] } = await leader.ask(methods.Txn, {
      compare: [{ target: "MOD", result: "EQUAL", key, modRevision: latest.revision }],
      success: [{ requestPut: { key, value: encoder.encode(`${value}`) } }],
      failure: [{ requestRange: { key } }],
    });
    if (succeeded) return keep({ value, revision: header.revision });
    if (response?.responseRange) keep(sightIn(response.responseRange));
  }
}

const run = crypto.randomUUID();
const one = encoder.encode("1");
let puts = 0;

async function put(): Promise<void> {
  await leader.ask(methods.Put, { key: encoder.encode(`${run}/${++puts}`), value: one });
}

const act = { increment, put }[action];
const call: Call = (done) => void act().then(() => done(null), done);
const warm = await keepCalling(call, { inFlight, isOver: (ms) => ms >= warmUpMs });
const seen = await keepCalling(call, { inFlight, isOver: (ms) => ms >= durationMs });
const after = sightIn(await leader.ask(methods.Range, { key }));
const counted = action === "put" ? puts : after.value - before.value;
if (counted !== warm.latenciesMs.length + seen.latenciesMs.length) {
  throw new Error("not all counted once");
}
Deno.stdout.writeSync(jsonLine(seenIn(seen, 1)));
Deno.exit(0);
