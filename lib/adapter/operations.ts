import type { Server, ServerInterceptor } from "@grpc/grpc-js";
import type { BranchId } from "../core/ids.ts";
import { BranchLog } from "../format/branch_log.ts";
import type { ConnectionRefusal, TurnedAway } from "../format/connection_refusal.ts";
import { healthOf } from "../format/health.ts";
import type { Log } from "../format/log_record.ts";
import type { HostParts } from "../host/host.ts";
import { looking } from "../host/looking.ts";
import { withObserver } from "../host/observers.ts";

/** Says over gRPC whether a branch serves. */
interface Health {
  set(isServing: boolean): void;
  drain(): void;
  addTo(server: Server): void;
}

/** Measures what branches do, and makes spans of calls. */
interface Telemetry {
  readonly metrics: {
    observed(parts: HostParts, isEnding: () => boolean): HostParts;
    turnedAway(id: BranchId, refusal: ConnectionRefusal): void;
    backedUp(id: BranchId, isMade: boolean): void;
  };
  readonly spans: ServerInterceptor;
}

/** With what operators are served. */
export interface OperationsParts {
  readonly log: Log;
  readonly isEnding: (id: BranchId) => boolean;
  /** Makes what says whether a branch serves. */
  readonly health: () => Health;
  /** Lets a server tell what it serves. */
  readonly addReflection: (server: Server) => void;
  readonly telemetry: Telemetry | undefined;
}

/** What there is for operators of branches: whether they serve, what they serve, logs, measures. */
export class Operations {
  readonly #parts: OperationsParts;
  readonly #healths = new Map<BranchId, Health>();
  readonly #logs = new Map<BranchId, BranchLog>();

  /** Knows no branch yet. */
  constructor(parts: OperationsParts) {
    this.#parts = parts;
  }

  /** Begins to look at a branch, and gives the parts of its host with what that takes. */
  observed(parts: HostParts): HostParts {
    const { id } = parts.replica.inspect();
    const { log, telemetry } = this.#parts;
    const isEnding = () => this.#parts.isEnding(id);
    const health = this.#parts.health();
    this.#healths.set(id, health);
    const branchLog = new BranchLog(log, isEnding);
    this.#logs.set(id, branchLog);
    const look = looking((view) => (
      health.set(healthOf(view, { isEnding: isEnding() }).isServing)
    ));
    const looked = withObserver(withObserver(parts, branchLog), look);
    return telemetry?.metrics.observed(looked, isEnding) ?? looked;
  }

  /** What the server of a branch is to have besides the branch. */
  served(id: BranchId) {
    return {
      watch: this.#parts.telemetry?.spans,
      extend: (server: Server) => {
        this.#healths.get(id)?.addTo(server);
        this.#parts.addReflection(server);
      },
    };
  }

  /** Hears of the connections that are turned away where a branch listens. */
  turnedAway(id: BranchId): TurnedAway {
    return (refusal, host) => {
      this.#logs.get(id)?.turnedAway(refusal, host);
      this.#parts.telemetry?.metrics.turnedAway(id, refusal);
    };
  }

  /** Hears whether the journal of a branch was copied. */
  backedUp(id: BranchId, isMade: boolean): void {
    this.#parts.telemetry?.metrics.backedUp(id, isMade);
  }

  /** Says of all branches, from now on, that they do not serve. */
  drain(): void {
    this.#healths.forEach((health) => health.drain());
  }
}
