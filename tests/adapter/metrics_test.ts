import type { Attributes, Meter, ObservableCallback } from "@opentelemetry/api";
import { assertEquals } from "@std/assert";
import { BranchMetrics } from "../../lib/adapter/metrics.ts";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import { Host } from "../../lib/host/host.ts";
import type { Transport } from "../../lib/host/ports.ts";
import { branch, deposit, madeMs, query, record, vector, withdrawal } from "../core/samples.ts";
import { deafTransport, emptyJournal } from "../host/bench.ts";

/** Writes down what is measured, `name unit` and attributes, with the values of each. */
class FalseMeter {
  readonly measured = new Map<string, number[]>();
  readonly #gauges: { readonly name: string; readonly callback: ObservableCallback }[] = [];

  createCounter(name: string, { unit = "" }) {
    return {
      add: (value: number, attributes: Attributes) => this.#put({ name, unit }, value, attributes),
    };
  }

  createHistogram(name: string, { unit = "" }) {
    const put = (value: number, attributes: Attributes) =>
      this.#put({ name, unit }, value, attributes);
    return { record: put };
  }

  createObservableGauge(name: string, { unit = "" }) {
    return {
      addCallback: (callback: ObservableCallback) => {
        this.#gauges.push({ name: `${name} ${unit}`, callback });
      },
    };
  }

  /** Looks at all gauges, as an export does. */
  async seen(): Promise<ReadonlyMap<string, readonly number[]>> {
    const before = new Map(this.measured);
    this.measured.clear();
    for (const { name, callback } of this.#gauges) {
      const [plain = "", unit = ""] = name.split(" ");
      await callback({
        observe: (value, attributes = {}) => this.#put({ name: plain, unit }, value, attributes),
      });
    }
    const seen = new Map(this.measured);
    this.measured.clear();
    for (const [name, values] of before) this.measured.set(name, values);
    return seen;
  }

  #put({ name, unit }: { name: string; unit: string }, value: number, attributes: Attributes) {
    const { "bank.branch.id": id, ...more } = attributes;
    assertEquals(id, "1");
    const said = Object.entries(more).map(([key, what]) => ` ${key}=${what}`).sort().join("");
    const key = `${name} ${unit}${said}`;
    this.measured.set(key, [...this.measured.get(key) ?? [], value]);
  }
}

/** Branch 1 of two, measured, which turns when the test says. */
function openMeasured(transport: Transport = deafTransport) {
  const meter = new FalseMeter();
  // The part of a meter that is used.
  const metrics = new BranchMetrics(meter as unknown as Meter);
  const turns: (() => void)[] = [];
  const members = [branch(1), branch(2)];
  const config = { id: branch(1), members, opening: money(100), acknowledge: "local" } as const;
  const replica = Replica.restore(config);
  const schedule = (turn: () => void) => void turns.push(turn);
  let isEnding = false;
  const entries = [deposit("x", 1), deposit("y", 1)];
  const old = [record({ origin: branch(1), first: 1, entries })];
  const journal = { ...emptyJournal, after: () => old };
  const parts = { replica, journal, transport, schedule };
  const host = new Host(metrics.observed(parts, () => isEnding));
  const turn = () => {
    while (turns.length > 0) turns.shift()?.();
  };
  const end = () => void (isEnding = true);
  return { host, metrics, meter, turn, end };
}

Deno.test("BranchMetrics counts commands by what came of them, and what steps take together", () => {
  const { host, meter, turn } = openMeasured();
  host.tick(madeMs);
  void host.execute([deposit("a", 5), deposit("b", 5), query], vector({}));
  void host.execute([withdrawal("c", 10)], vector({}));
  void host.execute([query], vector({ 9: 1 }));
  turn();
  const { measured } = meter;
  const [duration] = measured.get("bank.commit.duration s") ?? [];
  assertEquals(duration !== undefined && duration >= 0 && duration < 60, true);
  measured.delete("bank.commit.duration s");
  const command = (what: string) => `bank.commands {command} bank.action=${what}`;
  assertEquals(Object.fromEntries(measured), {
    [command("deposit bank.outcome=success")]: [2],
    [command("query bank.outcome=success")]: [1],
    [command("withdraw bank.outcome=success")]: [1],
    [command("query bank.outcome=rejected error.type=stranger")]: [1],
    "bank.step.commands {command}": [5],
    "bank.entries {entry} bank.entry.origin=own": [3],
  });
});

Deno.test("BranchMetrics counts what becomes of requests to peers, and what peers are given", () => {
  const { host, meter, turn } = openMeasured({
    send: (request, delivered) => {
      for (const from of request.to) delivered({ kind: "silence", from, attempt: request.attempt });
    },
    ask: () => {},
    claim: ({ to: from, attempt }, claimed) => {
      // It asks again at once, since nothing comes of it.
      if (attempt > 1) return;
      claimed({ kind: "claimed", from, attempt, isGranted: true, last: 0, expiredMs: 0 });
    },
  });
  host.tick(madeMs);
  void host.execute([deposit("a", 5)], vector({}));
  void host.execute([withdrawal("b", 80)], vector({}));
  turn();
  const peer = "bank.peer.id=2";
  assertEquals(meter.measured.get(`bank.peer.unanswered {request} ${peer}`), [1]);
  assertEquals(meter.measured.get(`bank.claims {claim} bank.claim.granted=true ${peer}`), [1]);
  host.recordsAfter({ from: branch(2), attempt: 1, after: vector({}) });
  assertEquals(meter.measured.get(`bank.entries.given {entry} ${peer}`), [2]);
});

Deno.test("BranchMetrics counts connections that were turned away, by reason", () => {
  const { metrics, meter } = openMeasured();
  for (const refusal of ["late", "caller", "late"] as const) metrics.turnedAway(branch(1), refusal);
  const counted = (reason: string) => (
    meter.measured.get(`bank.connections.refused {connection} error.type=${reason}`)
  );
  assertEquals([counted("late"), counted("caller")], [[1, 1], [1]]);
});

Deno.test("BranchMetrics counts copies of the journal that were made, and that failed", () => {
  const { metrics, meter } = openMeasured();
  for (const isMade of [true, false, true]) metrics.backedUp(branch(1), isMade);
  const counted = (isMade: boolean) => (
    meter.measured.get(`bank.backups {backup} bank.backup.made=${isMade}`)
  );
  assertEquals([counted(true), counted(false)], [[1, 1], [1]]);
});

Deno.test("BranchMetrics looks at a branch when it is asked", async () => {
  const { host, meter, turn, end } = openMeasured();
  host.tick(madeMs);
  void host.execute([deposit("a", 5)], vector({}));
  turn();
  const gauges = {
    "bank.serving 1": [1],
    "bank.balance {minor_unit}": [105],
    "bank.allowance {minor_unit}": [55],
    "bank.requests.waiting {request}": [0],
    "bank.outcomes {outcome}": [1],
    "bank.entries.missing {entry}": [0],
    "bank.peer.lag {entry} bank.peer.id=2": [1],
    "bank.peer.reachable 1 bank.peer.id=2": [1],
  };
  assertEquals(Object.fromEntries(await meter.seen()), gauges);
  for (let count = 0; count < 50; count++) {
    host.tick(madeMs);
    turn();
  }
  end();
  const cutOff = { "bank.serving 1": [0], "bank.peer.reachable 1 bank.peer.id=2": [0] };
  assertEquals(Object.fromEntries(await meter.seen()), { ...gauges, ...cutOff });
});
