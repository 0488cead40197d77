import { Archive } from "../../lib/core/archive.ts";
import type { Result } from "../../lib/core/command.ts";
import { Books } from "../../lib/core/books.ts";
import type { Entry } from "../../lib/core/entry.ts";
import { Escrow } from "../../lib/core/escrow.ts";
import type { CommandId, Sequence } from "../../lib/core/ids.ts";
import type { EntriesRecord, JournalRecord, RefusalRecord } from "../../lib/core/journal_record.ts";
import { Ledger } from "../../lib/core/ledger.ts";
import { money, plus } from "../../lib/core/money.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { Replica } from "../../lib/core/replica.ts";
import type { Effects, Input, Reply } from "../../lib/core/step.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import type { Law } from "./breach.ts";
import { Disk } from "./disk.ts";
import { LogCarrier } from "./log_carrier.ts";
import { Network } from "./network.ts";
import type { Carriage } from "./options.ts";
import { honest, type Parts } from "./parts.ts";

/** A world with one broken part, and the law that this breaks. */
export interface Canary {
  readonly name: string;
  readonly law: Law;
  readonly parts: Parts;
  /** What carries messages, where that matters. */
  readonly carriage?: Carriage;
}

/** Loses what was last committed when power fails: a disk that acknowledges before it has it. */
class ForgetfulDisk extends Disk {
  #last = 0;

  override commit(records: readonly JournalRecord[]): void {
    super.commit(records);
    this.#last = records.length;
  }

  override crash(): void {
    this.kept.length -= this.#last;
    this.#last = 0;
  }
}

/** Comes back with the first half of what it had when power fails: an older copy of itself. */
class RewindingDisk extends Disk {
  override crash(): void {
    this.kept.length = Math.ceil(this.kept.length / 2);
  }
}

/** Writes down with the next commit what was to be written with this one. */
class LateDisk extends Disk {
  #late: readonly JournalRecord[] = [];

  override commit(records: readonly JournalRecord[]): void {
    super.commit(this.#late);
    this.#late = [...records];
  }

  override crash(): void {
    this.#late = [];
  }
}

/** Hides from the receiver what a record comes after, so that it is applied without it. */
class IgnorantNetwork extends Network {
  protected override packed(request: PeerRequest): PeerRequest {
    const records = request.records.map((record) => ({ ...record, after: nothingKnown }));
    return { ...request, records };
  }
}

/** Says now and then that a peer has what it was never given. */
class FlatteringNetwork extends Network {
  protected override deliver(...[request, way]: Parameters<Network["deliver"]>): void {
    const last = request.records.filter(({ origin }) => origin === request.from).at(-1);
    if (last === undefined || !this.parts.random.chance(0.1)) return super.deliver(request, way);
    const has = last.first + last.entries.length - 1;
    const answer = { from: way.to, attempt: request.attempt, has, known: undefined };
    this.back(answer, { ...way, to: request.from });
  }
}

/** Delivers the last entry of a record twice, as if it were two. */
class DoublingNetwork extends Network {
  protected override packed(request: PeerRequest): PeerRequest {
    const records = request.records.map((record) => {
      const last = record.entries.slice(-1);
      return { ...record, entries: [...record.entries, ...last] };
    });
    return { ...request, records };
  }
}

/** Takes it that every peer has what the log has. */
class HastyCarrier extends LogCarrier {
  override async append(batch: Parameters<LogCarrier["append"]>[0]): Promise<Sequence> {
    const has = await super.append(batch);
    const [origin, others] = [batch.from, this.parts.members.filter((id) => id !== batch.from)];
    for (const branch of others) this.transport.acknowledged({ origin, branch, has });
    return has;
  }
}

/** Does not look what the log still has of a branch that asks what is known of it. */
class ForgetfulCarrier extends LogCarrier {
  override caughtUp(): Promise<Sequence> {
    return Promise.resolve(0);
  }
}

/** Tells nobody how far the log of its branch goes: the shared one should have told. */
class TrustingCarrier extends LogCarrier {
  override announce(request: PeerRequest): void {
    super.announce({ ...request, last: 0 });
  }
}

/** A replica that hears its inputs, or says its effects, through something broken. */
function bent({ hears = (input) => input, says = (effects) => effects }: {
  readonly hears?: (input: Input) => Input;
  readonly says?: (effects: Effects) => Effects;
}): Parts {
  return {
    ...honest,
    restore: (config, contents) => {
      const replica = Replica.restore(config, contents);
      const step = replica.step.bind(replica);
      replica.step = (inputs) => says(step(inputs.map(hears)));
      return replica;
    },
  };
}

/** Forgets refusals, and shows no outcomes: the comparison with its disk would tell at once. */
const forgetful: Parts["restore"] = (config, { checkpoint, remembered, records }) => {
  const entries = (all: Iterable<EntriesRecord | RefusalRecord>) =>
    [...all].filter(({ kind }) => kind === "entries");
  const contents = { checkpoint, remembered: entries(remembered), records: entries(records) };
  const replica = Replica.restore(config, contents);
  const inspect = replica.inspect.bind(replica);
  replica.inspect = () => ({ ...inspect(), outcomes: 0 });
  return replica;
};

/** Begins to execute at once, also if it has lost its disk. */
const rash: Parts["restore"] = (config, contents) =>
  Replica.restore({ ...config, isNew: false }, contents);

function withoutSession(input: Input): Input {
  return input.kind === "execute" ? { ...input, session: nothingKnown } : input;
}

function withWrongBalances(effects: Effects): Effects {
  const wrong = (result: Result): Result =>
    result.kind === "balance" ? { ...result, balance: plus(result.balance, money(1)) } : result;
  const replies = effects.replies.map((reply) =>
    reply.kind === "executed" ? { ...reply, results: reply.results.map(wrong) } : reply
  );
  return { ...effects, replies };
}

/** Shows one more than its allowance. */
const boastful: Parts["restore"] = (config, contents) => {
  const replica = Replica.restore(config, contents);
  const inspect = replica.inspect.bind(replica);
  replica.inspect = () => ({ ...inspect(), allowance: plus(inspect().allowance, money(1)) });
  return replica;
};

/** Gives a claim that it hears again another name, and says the real one of what it grants. */
const generous: Parts["restore"] = (config, contents) => {
  const names = new Map<CommandId, CommandId>();
  const heard = new Set<CommandId>();
  const hears = (input: Input): Input => {
    if (input.kind !== "claim" || !heard.has(input.id)) {
      if (input.kind === "claim") heard.add(input.id);
      return input;
    }
    const id = `${input.id}/${names.size}` as CommandId;
    names.set(id, input.id);
    return { ...input, id };
  };
  const named = (entry: Entry): Entry => ({ ...entry, id: names.get(entry.id) ?? entry.id });
  const real = <Any extends JournalRecord>(record: Any): Any =>
    record.kind === "entries" ? { ...record, entries: record.entries.map(named) } : record;
  const says = ({ records, requests, ...rest }: Effects): Effects => ({
    ...rest,
    records: records.map(real),
    requests: requests.map((request) => ({ ...request, records: request.records.map(real) })),
  });
  return bent({ hears, says }).restore(config, contents);
};

function withReplies(bend: (reply: Reply) => Reply): (effects: Effects) => Effects {
  return (effects) => ({ ...effects, replies: effects.replies.map(bend) });
}

function withoutRefusals(reply: Reply): Reply {
  if (reply.kind !== "executed") return reply;
  const open = (result: Result): Result =>
    result.kind === "refused" ? { kind: "unavailable" } : result;
  return { ...reply, results: reply.results.map(open) };
}

/**
 * Has replicas pay out what the balance covers. The books below cannot say that a branch has paid
 * more than its allowance, so they take off what it has, and only the record says the truth.
 */
function payAnything(): () => void {
  const { execute } = Books.prototype;
  const { allowanceOf, post } = Ledger.prototype;
  let isPaying = false;
  Books.prototype.execute = function (...given) {
    isPaying = true;
    try {
      return execute.apply(this, given);
    } finally {
      isPaying = false;
    }
  };
  Ledger.prototype.allowanceOf = function (branch) {
    return isPaying ? this.balance : allowanceOf.call(this, branch);
  };
  Ledger.prototype.post = function (origin, entry) {
    const allowance = allowanceOf.call(this, origin);
    const isBeyond = entry.action === "withdraw" && entry.amount > allowance;
    return post.call(this, origin, isBeyond ? { ...entry, amount: allowance } : entry);
  };
  return () => {
    Books.prototype.execute = execute;
    Object.assign(Ledger.prototype, { allowanceOf, post });
  };
}

/** Has replicas be sure of their peers without asking them. */
function askNobody(): () => void {
  const { sureMoment, sureMomentOfReachable } = Escrow.prototype;
  const always = () => Infinity;
  Object.assign(Escrow.prototype, { sureMoment: always, sureMomentOfReachable: always });
  return () => Object.assign(Escrow.prototype, { sureMoment, sureMomentOfReachable });
}

/** Has replicas take for new whatever is not in memory. */
function neverRecall(): () => void {
  const { isUnread } = Archive.prototype;
  Archive.prototype.isUnread = () => false;
  return () => Object.assign(Archive.prototype, { isUnread });
}

/** Each canary breaks what the real parts promise, never by a switch in the program. */
export const canaries: readonly Canary[] = [
  {
    name: "a replica that ignores what a record comes after",
    law: "session",
    parts: { ...honest, network: IgnorantNetwork },
  },
  {
    name: "a replica that forgets its refusals when it starts again",
    law: "exactly once",
    parts: {
      ...honest,
      restore: forgetful,
    },
  },
  {
    name: "a disk that loses a committed record",
    law: "durability",
    parts: { ...honest, disk: ForgetfulDisk },
  },
  {
    name: "a disk that comes back as an older copy of itself, unannounced",
    law: "durability",
    parts: { ...honest, disk: RewindingDisk },
  },
  {
    name: "a replica that begins at once although it has forgotten what it wrote",
    law: "exactly once",
    parts: { ...honest, restore: rash },
  },
  {
    name: "a journal that replies are given before",
    law: "durability",
    parts: { ...honest, disk: LateDisk },
  },
  {
    name: "a network that acknowledges what was not stored",
    law: "durability",
    parts: { ...honest, network: FlatteringNetwork },
  },
  {
    name: "a replica that does not wait for what a customer has seen",
    law: "session",
    parts: bent({ hears: withoutSession }),
  },
  {
    name: "a replica that shows a balance that does not add up",
    law: "conservation",
    parts: bent({ says: withWrongBalances }),
  },
  {
    name: "a replica that doubles an entry",
    law: "exactly once",
    parts: { ...honest, network: DoublingNetwork },
  },
  {
    name: "a replica that skips the allowance check",
    law: "no overdraft",
    parts: { ...honest, sabotage: payAnything },
  },
  {
    name: "a replica that shows more allowance than it has",
    law: "no overdraft",
    parts: { ...honest, restore: boastful },
  },
  {
    name: "a replica that refuses for want of money without asking anybody",
    law: "refused rightly",
    parts: { ...honest, sabotage: askNobody },
  },
  {
    name: "a replica that grants a claim again when it hears it again",
    law: "exactly once",
    parts: { ...honest, restore: generous },
  },
  {
    name: "a replica that takes an old command for a new one instead of recalling it",
    law: "exactly once",
    parts: { ...honest, sabotage: neverRecall },
  },
  {
    name: "a replica that says that it granted what it did not",
    law: "durability",
    parts: bent({
      says: withReplies((reply) =>
        reply.kind === "claimed" ? { ...reply, isGranted: true } : reply
      ),
    }),
  },
  {
    name: "a replica that never grants anything",
    law: "convergence",
    parts: bent({
      hears: (input) => input.kind === "claim" ? { ...input, need: money(0) } : input,
    }),
  },
  {
    name: "a replica that says unavailable where it has refused",
    law: "exactly once",
    parts: bent({ says: withReplies(withoutRefusals) }),
  },
  {
    name: "a carrier that takes what the log has for what peers have",
    law: "durability",
    ...{ carriage: "log", parts: { ...honest, carrier: HastyCarrier } },
  },
  {
    name: "a carrier that does not look what the log has of a branch that may have forgotten it",
    law: "exactly once",
    ...{ carriage: "log", parts: { ...honest, carrier: ForgetfulCarrier } },
  },
  {
    name: "a carrier that tells nobody what they lack and the log has forgotten",
    law: "convergence",
    ...{ carriage: "log", parts: { ...honest, carrier: TrustingCarrier } },
  },
];
