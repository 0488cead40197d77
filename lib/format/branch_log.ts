import type { BranchId } from "../core/ids.ts";
import type { MemberView, ReplicaView } from "../core/replica_view.ts";
import type { Effects, Input } from "../core/step.ts";
import type { Observer } from "../host/ports.ts";
import { type ConnectionRefusal, connectionRefusals } from "./connection_refusal.ts";
import { healthOf, missingOf } from "./health.ts";
import type { Log, LogRecord } from "./log_record.ts";
import { Repeats } from "./repeats.ts";
import { counted } from "./verdict.ts";

/** How a branch looks at a moment. */
export interface Look {
  readonly view: ReplicaView;
  /** Whether it has been told to end; what it does not do then is no news. */
  readonly isEnding: boolean;
}

/** Connections that were turned away for one reason. */
interface TurnedAwayConnections {
  readonly repeats: Repeats;
  /** The host at the other end of the last one. */
  host: string;
}

/** Tells the log what changes about a branch, from one tick to the next. */
export class BranchLog implements Observer {
  readonly #log: Log;
  readonly #isEnding: () => boolean;
  readonly #overloads = new Repeats();
  readonly #turnedAway = new Map<ConnectionRefusal, TurnedAwayConnections>();
  #before: Look | undefined;

  /** Tells `log`; `isEnding` says whether the branch has been told to end. */
  constructor(log: Log, isEnding: () => boolean) {
    this.#log = log;
    this.#isEnding = isEnding;
  }

  /** Looks, when time has gone by. */
  turned(inputs: readonly Input[], _effects: Effects, inspect: () => ReplicaView): void {
    if (!inputs.some(({ kind }) => kind === "tick")) return;
    const look = { view: inspect(), isEnding: this.#isEnding() };
    changes(this.#before, look).forEach(this.#log);
    this.#before = look;
    const { id } = look.view;
    const overloads = this.#overloads.tick();
    if (overloads > 0) this.#log(overloaded(id, overloads));
    for (const [refusal, { repeats, host }] of this.#turnedAway) {
      const connections = repeats.tick();
      if (connections > 0) this.#log(turnedAway(id, { refusal, connections, host }));
    }
  }

  /** Old records that a peer is given are nothing new. */
  gave(): void {}

  /** Counts a request that was turned away. */
  overloaded(): void {
    this.#overloads.add();
  }

  /** Counts a connection that was turned away. */
  turnedAway(refusal: ConnectionRefusal, host: string): void {
    const known = this.#turnedAway.get(refusal) ?? { repeats: new Repeats(), host };
    known.repeats.add();
    known.host = host;
    this.#turnedAway.set(refusal, known);
  }
}

/** Tells what has changed about a branch; of the first look, whether it serves. */
export function changes(before: Look | undefined, after: Look): readonly LogRecord[] {
  const peers = new Map(before?.view.peers.map((peer) => [peer.id, peer]));
  return [
    ...after.view.peers.flatMap((peer) => aboutPeer(after.view.id, peers.get(peer.id), peer)),
    ...aboutServing(before, after),
    ...aboutLack(before?.view, after.view),
  ];
}

function aboutServing(before: Look | undefined, after: Look): readonly LogRecord[] {
  const { view: { id: branch } } = after;
  const served = before === undefined ? undefined : healthOf(before.view, before).isServing;
  const { isServing, reasons } = healthOf(after.view, after);
  if (isServing === served || after.isEnding) return [];
  const fields = { branch };
  if (isServing) {
    return [{ level: "info", event: "serving", message: `branch ${branch} serves`, fields }];
  }
  const level = served === undefined ? "info" : "warn";
  const message = `branch ${branch} does not serve: ${reasons.join("; ")}`;
  return [{ level, event: "not_serving", message, fields: { ...fields, reasons } }];
}

function aboutPeer(
  branch: BranchId,
  before: MemberView | undefined,
  { id: peer, isHeard, reachable }: MemberView,
): readonly LogRecord[] {
  const fields = { branch, peer };
  const records: LogRecord[] = [];
  if (before?.isHeard === false && isHeard) {
    const message = `branch ${peer} has told branch ${branch} how much it knows`;
    records.push({ level: "info", event: "peer_heard", message, fields });
  }
  if (reachable === (before?.reachable ?? true)) return records;
  const lost = `branch ${branch} gets no answer from branch ${peer}`;
  records.push(
    reachable
      ? {
        level: "info",
        event: "peer_reached",
        message: `branch ${peer} answers branch ${branch} again`,
        fields,
      }
      : { level: "warn", event: "peer_lost", message: lost, fields },
  );
  return records;
}

function aboutLack(before: ReplicaView | undefined, after: ReplicaView): readonly LogRecord[] {
  const [lacked, lacks] = [before === undefined ? 0 : lackIn(before), lackIn(after)];
  const { id: branch } = after;
  if (lacked === 0 && lacks > 0) {
    const entries = counted(lacks, "entry", "entries");
    const message = `branch ${branch} lacks ${entries} that others have, and fetches them`;
    return [{ level: "debug", event: "behind", message, fields: { branch, entries: lacks } }];
  }
  if (lacked === 0 || lacks > 0) return [];
  const message = `branch ${branch} has all that others have said to have`;
  return [{ level: "debug", event: "caught_up", message, fields: { branch } }];
}

function lackIn(view: ReplicaView): number {
  return [...view.lacking.keys()].reduce((sum, origin) => sum + missingOf(view, origin), 0);
}

function overloaded(branch: BranchId, requests: number): LogRecord {
  const turned = counted(requests, "request", "requests");
  const message = `branch ${branch} has no room, and turned ${turned} away`;
  return { level: "warn", event: "overloaded", message, fields: { branch, requests } };
}

function turnedAway(
  branch: BranchId,
  { refusal: reason, connections, host }: {
    readonly refusal: ConnectionRefusal;
    readonly connections: number;
    readonly host: string;
  },
): LogRecord {
  const turned = counted(connections, "connection", "connections");
  const message = `branch ${branch} turned ${turned} away, the last one from ${host}: ` +
    connectionRefusals[reason];
  const fields = { branch, reason, connections, host };
  return { level: "warn", event: "connections_refused", message, fields };
}
