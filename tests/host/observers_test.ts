import { assertEquals } from "@std/assert";
import { Host } from "../../lib/host/host.ts";
import { withObserver } from "../../lib/host/observers.ts";
import type { Observer } from "../../lib/host/ports.ts";
import { Replica } from "../../lib/core/replica.ts";
import { money } from "../../lib/core/money.ts";
import { branch, deposit, vector } from "../core/samples.ts";
import { deafTransport, emptyJournal } from "./bench.ts";

const one = branch(1);

Deno.test("withObserver() lets each observer hear of all, in the order in which they were added", () => {
  const heard: string[] = [];
  const observer = (name: string): Observer => ({
    turned: (inputs, { records }, inspect) => {
      heard.push(`${name}: ${inputs.length} in, ${records.length} out, ${inspect().balance}`);
    },
    gave: ({ from }, records) => heard.push(`${name}: gave ${from} ${records.length}`),
    // Not everyone wants to hear of this.
    ...name === "second" ? {} : { overloaded: () => void heard.push(`${name}: no room`) },
  });
  const turns: (() => void)[] = [];
  const schedule = (turn: () => void) => void turns.push(turn);
  const config = { id: one, members: [one], opening: money(100), acknowledge: "all" } as const;
  const replica = Replica.restore(config);
  const parts = { replica, journal: emptyJournal, transport: deafTransport, schedule };
  const names = ["first", "second", "third"];
  const observed = names.map(observer).reduce(withObserver, parts);
  const host = new Host(observed);
  void host.execute([deposit("a", 5)], vector({}));
  turns.shift()?.();
  assertEquals(heard.splice(0), names.map((name) => `${name}: 1 in, 1 out, 105`));
  host.recordsAfter({ from: branch(2), attempt: 1, after: vector({ 1: 0 }) });
  assertEquals(heard.splice(0), names.map((name) => `${name}: gave 2 0`));
  observed.observer?.overloaded?.();
  assertEquals(heard, ["first: no room", "third: no room"]);
});
