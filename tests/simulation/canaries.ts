import type { Result } from "../../lib/core/command.ts";
import type { EntriesRecord, JournalRecord, RefusalRecord } from "../../lib/core/journal_record.ts";
import { money, plus } from "../../lib/core/money.ts";
import type { PeerRequest } from "../../lib/core/outbox.ts";
import { Replica } from "../../lib/core/replica.ts";
import type { Effects, Input } from "../../lib/core/step.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import type { Law } from "./breach.ts";
import { Disk } from "./disk.ts";
import { Network } from "./network.ts";
import { honest, type Parts } from "./world.ts";

/** A world with one broken part, and the law that this breaks. */
export interface Canary {
  readonly name: string;
  readonly law: Law;
  readonly parts: Parts;
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

/** Each canary breaks what the real parts promise, through a port and never in the program. */
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
];
