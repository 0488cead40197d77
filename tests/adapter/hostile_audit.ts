import { assert, assertEquals } from "@std/assert";
import type { MemoryJournal } from "../../lib/adapter/memory_journal.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import type { EntriesRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import { openingShare } from "../../lib/core/opening_share.ts";
import { Replica } from "../../lib/core/replica.ts";
import { branchService, replicationService } from "../../lib/format/contract.ts";
import { encodeRecord } from "../../lib/format/record.ts";
import type { Host } from "../../lib/host/host.ts";
import { type HostileCall, nowMs } from "./hostile_calls.ts";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { Buffer } from "node:buffer";
import { framed, messagesIn, type RawAnswer, type RawCaller } from "./raw_caller.ts";

const opening = 100n;

interface Sent {
  readonly call: HostileCall;
  readonly answer: RawAnswer | "no answer" | undefined;
}

/** A write as it was asked for. */
interface Wanted {
  readonly id: string;
  readonly action: "deposit" | "withdraw";
  readonly amount: bigint;
}

/**
 * Goes through a branch's books as an outsider: what stands in its journal must have been asked
 * for by somebody who may, and must add up to what the branch shows.
 */
export class Auditor {
  readonly id: BranchId;
  readonly #members: readonly BranchId[];
  readonly #host: Host;
  readonly #journal: MemoryJournal;

  constructor({ id, members, host, journal }: {
    readonly id: BranchId;
    readonly members: readonly BranchId[];
    readonly host: Host;
    readonly journal: MemoryJournal;
  }) {
    this.id = id;
    this.#members = members;
    this.#host = host;
    this.#journal = journal;
  }

  /** Holds the books against all that was sent to whichever branch, and what was answered. */
  audit(sent: readonly Sent[]): void {
    const records = this.#journal.after(new Map(this.#members.map((id) => [id, 0])), Infinity);
    this.#asked(records, sent);
    this.#told(records, sent);
    this.#addsUp(records);
  }

  /** Lets somebody who has done nothing put in 1 and ask for the balance. */
  async serves(caller: RawCaller): Promise<void> {
    const { Deposit, Query } = branchService;
    const before = this.#host.inspect().balance;
    const request = { commandId: `${commandIdPrefix(nowMs)}honest`, amount: 1, branch: this.id };
    const put = await caller.call({
      path: Deposit.path,
      body: framed(Deposit.requestSerialize(request)),
    });
    assertEquals(put.status, 0, put.details);
    const { outcome, session } = Deposit.responseDeserialize(unframed(put.body));
    assertEquals(outcome, "OUTCOME_SUCCESS");
    const asked = await caller.call({
      path: Query.path,
      body: framed(Query.requestSerialize({ session })),
    });
    assertEquals(asked.status, 0, asked.details);
    const { balance } = Query.responseDeserialize(unframed(asked.body));
    // The other branch's last entries may have come meanwhile, and so may grants, which are no money.
    const { balance: now } = this.#host.inspect();
    assertEquals(BigInt(balance), now);
    assert(now >= 1n && this.#host.inspect().known.size > 0, `${before}`);
    this.#addsUp(this.#journal.after(new Map(this.#members.map((id) => [id, 0])), Infinity));
  }

  /** Every entry of its own was asked for here, as it stands, and each command is done once. */
  #asked(records: readonly EntriesRecord[], sent: readonly Sent[]): void {
    const here = sent.filter(({ call }) => call.branch === this.id);
    const wanted = new Set(here.flatMap(({ call }) => writesIn(call, this.id)).map(written));
    const brought = new Set(sent.flatMap(({ call }) => recordsIn(call)).map(hex));
    const done = new Set<string>();
    for (const record of records) {
      if (record.origin === this.id) {
        for (const entry of record.entries) {
          assert(!done.has(entry.id), `${entry.id} is done twice`);
          done.add(entry.id);
          if (entry.action === "grant") continue;
          assert(wanted.has(written(entry)), `nobody asked for ${written(entry)}`);
        }
      } else if (record.origin === 3) {
        assert(brought.has(hex(encodeRecord(record))), "a record of branch 3 was sent by nobody");
      }
    }
  }

  /** Whoever was told that a write is done finds it in the journal. */
  #told(records: readonly EntriesRecord[], sent: readonly Sent[]): void {
    const own = records.filter(({ origin }) => origin === this.id);
    const done = new Set(own.flatMap(({ entries }) => entries.map(({ id }) => id as string)));
    for (const { call, answer } of sent) {
      if (call.branch !== this.id || typeof answer !== "object" || answer.status !== 0) continue;
      if (call.method !== "Deposit" && call.method !== "Withdraw") continue;
      const { outcome } = branchService[call.method].responseDeserialize(unframed(answer.body));
      if (outcome !== "OUTCOME_SUCCESS") continue;
      for (const { id } of writesIn(call, this.id)) assert(done.has(id), `${id} is not done`);
    }
  }

  /** Nobody paid out more than it had, and the branch shows what is left. */
  #addsUp(records: readonly EntriesRecord[]): void {
    const { balance, known } = this.#host.inspect();
    const setting = { opening: money(opening), members: this.#members };
    const allowances = new Map<BranchId, bigint>(
      this.#members.map((id) => [id, openingShare(id, setting)]),
    );
    const add = (id: BranchId, amount: bigint) => {
      const allowance = (allowances.get(id) ?? -1n) + amount;
      assert(allowance >= 0n, `branch ${id} pays out ${-allowance} more than it has`);
      allowances.set(id, allowance);
    };
    for (const { origin, entries } of records) {
      for (const entry of entries) {
        assert(entry.amount >= 0n, `${entry.amount}`);
        add(origin, entry.action === "deposit" ? entry.amount : -entry.amount);
        if (entry.action === "grant") add(entry.to, entry.amount);
      }
    }
    assertEquals(balance, allowances.values().reduce((sum, allowance) => sum + allowance, 0n));
    const again = Replica.restore({
      id: this.id,
      members: this.#members,
      opening: money(opening),
      acknowledge: "local",
    }, this.#journal.read()).inspect();
    assertEquals([again.balance, again.known], [balance, known]);
  }
}

/** The writes that a call asks this branch for and that it may do: judged here once more. */
function writesIn({ method, body }: HostileCall, branch: BranchId): readonly Wanted[] {
  if (method !== "Deposit" && method !== "Withdraw" && method !== "Execute") return [];
  const [message] = messagesIn(body, (bytes) => branchService[method].requestDeserialize(bytes));
  if (message === undefined || message.branch !== branch) return [];
  const commands = "commands" in message ? message.commands : [{
    ...message,
    action: method === "Deposit" ? "ACTION_DEPOSIT" as const : "ACTION_WITHDRAW" as const,
  }];
  return commands.flatMap(({ action, commandId: id, amount }) => {
    if (action !== "ACTION_DEPOSIT" && action !== "ACTION_WITHDRAW") return [];
    const isSound = /^[0-9a-f]{8}-[0-9a-f]{4}-[\x21-\x7e]{1,114}$/.test(id) &&
      Number.isInteger(amount) && amount >= 0 && amount <= 1e12;
    if (!isSound) return [];
    return [{
      id,
      action: action === "ACTION_DEPOSIT" ? "deposit" : "withdraw",
      amount: BigInt(amount),
    }];
  });
}

function recordsIn({ method, body }: HostileCall): readonly Uint8Array[] {
  if (method !== "Propagate") return [];
  const read = replicationService.Propagate.requestDeserialize;
  return messagesIn(body, read).flatMap(({ records }) => records);
}

function unframed(body: Uint8Array): Buffer {
  return Buffer.from(body.subarray(5));
}

function written({ id, action, amount }: Wanted): string {
  return `${action} ${amount} as ${id}`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
