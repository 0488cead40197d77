import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { AcknowledgePolicy } from "../../lib/core/acknowledgements.ts";
import type { Write } from "../../lib/core/command.ts";
import type { BranchId, CommandId } from "../../lib/core/ids.ts";
import { type Money, money } from "../../lib/core/money.ts";
import { patience } from "../../lib/core/patience.ts";
import type { Ticket } from "../../lib/core/step.ts";
import { Mesh } from "./mesh.ts";
import { branch, deposit, withdrawal } from "./samples.ts";

const members = [1, 2, 3].map(branch);
const opening = 50;
const ticksToHeal = 3 * (patience.forwardTicks + patience.backoffTicksMax);

interface Move {
  readonly kind: "deliver" | "double" | "lose";
  readonly index: number;
}

type Event =
  | { readonly kind: "write"; readonly at: number; readonly amount: number }
  | { readonly kind: "retry"; readonly index: number }
  | Move
  | { readonly kind: "tick" | "crash"; readonly at: number; readonly count: number }
  | {
    readonly kind: "crash between commit and send";
    readonly at: number;
    readonly amount: number;
  };

const at = fc.nat(members.length - 1);
const index = fc.nat(30);
const amount = fc.integer({ min: -40, max: 40 });
const kindOf = <Kind extends string>(kind: Kind) => fc.constant(kind);

const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: kindOf("write"), at, amount }) },
    { weight: 2, arbitrary: fc.record({ kind: kindOf("retry"), index }) },
    { weight: 10, arbitrary: fc.record({ kind: kindOf("deliver"), index }) },
    { weight: 3, arbitrary: fc.record({ kind: kindOf("double"), index }) },
    { weight: 3, arbitrary: fc.record({ kind: kindOf("lose"), index }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: kindOf("tick"), at, count: fc.integer({ min: 1, max: 60 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: kindOf("crash"), at, count: fc.constant(1) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: kindOf("crash between commit and send"), at, amount }),
    },
  ),
  { minLength: 10, maxLength: 80, size: "max" },
);

interface Issued {
  readonly write: Write;
  readonly branch: BranchId;
  readonly tickets: Ticket[];
}

/** What a run of events has come across: a property that never met a fault shows nothing. */
const met = {
  refused: 0,
  unavailable: 0,
  granted: 0,
  doubled: 0,
  lost: 0,
  reordered: 0,
  crashed: 0,
};

/** A bank under faults, and every write that was asked of it. */
class Trial {
  readonly mesh: Mesh;
  readonly issued: Issued[] = [];

  constructor(acknowledge: AcknowledgePolicy) {
    this.mesh = new Mesh({ members, opening, acknowledge });
  }

  meet(event: Event): void {
    switch (event.kind) {
      case "write":
        return this.#write(event, { crashes: false });
      case "crash between commit and send":
        met.crashed += 1;
        return this.#write(event, { crashes: true });
      case "retry":
        return this.#retry(this.issued[event.index % Math.max(this.issued.length, 1)]);
      case "tick":
        return this.mesh.tick(event.count, [memberOf(event.at)]);
      case "crash":
        met.crashed += 1;
        return this.mesh.crash(memberOf(event.at));
      default:
        return this.#move(event);
    }
  }

  /** Ends all faults, and lets time go by until nothing is left to do, or for a bounded time. */
  heal(): void {
    this.#settle();
    for (const issued of this.issued) this.#retry(issued);
    this.#settle();
  }

  /** Tells the one outcome of a write, or fails when its replies differ; some may be none yet. */
  outcomeOf({ write, tickets }: Issued): "written" | "refused" {
    const replies = tickets.map((ticket) => this.mesh.replies.get(ticket))
      .filter((reply) => reply !== undefined);
    const kinds = replies.map((reply) => {
      assert(reply.kind === "executed", `${write.id} is rejected`);
      return reply.results[0]?.kind;
    });
    assert(kinds.at(-1) !== "unavailable", `${write.id} has no outcome when all is healed`);
    if (kinds.includes("unavailable")) met.unavailable += 1;
    const [kind, ...others] = new Set(kinds.filter((each) => each !== "unavailable"));
    assert(kind === "written" || kind === "refused", `${write.id} has no outcome`);
    assertEquals(others, [], `${write.id} has one outcome`);
    return kind;
  }

  #settle(): void {
    let quiet = 0;
    for (let ticks = 0; ticks < ticksToHeal && quiet < patience.forwardTicks; ticks++) {
      const delivered = this.mesh.flow().length;
      this.mesh.tick();
      const idle = delivered === 0 && this.mesh.messages.length === 0;
      quiet = idle && members.every((id) => this.mesh.view(id).open === 0) ? quiet + 1 : 0;
    }
  }

  #write({ at, amount }: { at: number; amount: number }, options: { crashes: boolean }): void {
    const id = `write/${this.issued.length}`;
    const write = amount < 0 ? withdrawal(id, -amount) : deposit(id, amount);
    const branch = memberOf(at);
    this.issued.push({ write, branch, tickets: [this.mesh.execute(branch, [write], options)] });
  }

  #retry(issued: Issued | undefined): void {
    issued?.tickets.push(this.mesh.execute(issued.branch, [issued.write]));
  }

  #move({ kind, index }: Move): void {
    const { messages } = this.mesh;
    const at = index % Math.max(messages.length, 1);
    const message = messages[at];
    if (message === undefined) return;
    if (kind !== "double") messages.splice(at, 1);
    if (kind === "double") met.doubled += 1;
    if (kind === "lose") met.lost += 1;
    if (at > 0) met.reordered += 1;
    if (kind !== "lose") this.mesh.deliver(message);
  }
}

function memberOf(at: number): BranchId {
  return members[at] ?? branch(1);
}

/** Counts how often a command stands in the log of any branch. */
function entriesOf(mesh: Mesh): ReadonlyMap<CommandId, number> {
  const counts = new Map<CommandId, number>();
  for (const id of members) {
    for (const row of mesh.records(id)) {
      if (row.kind !== "entries" || row.origin !== id) continue;
      met.granted += row.entries.filter(({ action }) => action === "grant").length;
      for (const entry of row.entries) counts.set(entry.id, (counts.get(entry.id) ?? 0) + 1);
    }
  }
  return counts;
}

Deno.test("replicas converge once faults end, on what the outcomes add up to, each write once", () => {
  const policies = fc.constantFrom<AcknowledgePolicy>("all", "majority", "local");
  fc.assert(
    fc.property(policies, events, (policy, script) => {
      const trial = new Trial(policy);
      for (const event of script) trial.meet(event);
      trial.heal();

      const entries = entriesOf(trial.mesh);
      let balance = money(opening) as bigint;
      for (const issued of trial.issued) {
        const { write } = issued;
        const outcome = trial.outcomeOf(issued);
        if (outcome === "refused") met.refused += 1;
        assertEquals(entries.get(write.id) ?? 0, outcome === "written" ? 1 : 0, write.id);
        if (outcome === "refused") continue;
        balance += write.action === "deposit" ? write.amount : -write.amount;
      }
      for (const id of members) {
        const view = trial.mesh.view(id);
        assertEquals(view.balance, balance as Money, `balance of branch ${id}`);
        assertEquals(view.known, trial.mesh.view(branch(1)).known, `vector of branch ${id}`);
        assertEquals(view.open, 0, `open requests of branch ${id}`);
        const unreachable = view.peers.filter((peer) => !peer.reachable);
        assertEquals(unreachable, [], `peers that branch ${id} does not reach`);
      }
      assertEquals(trial.mesh.messages, []);
    }),
    { numRuns: 150 },
  );
  for (const [fault, count] of Object.entries(met)) assert(count > 0, `never met: ${fault}`);
});
