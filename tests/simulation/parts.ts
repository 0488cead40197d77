import type { JournalContents } from "../../lib/core/journal_record.ts";
import { Replica } from "../../lib/core/replica.ts";
import type { ReplicaConfig } from "../../lib/core/replica_config.ts";
import { Disk } from "./disk.ts";
import { LogCarrier } from "./log_carrier.ts";
import { Network } from "./network.ts";

/** The parts of a world that a canary replaces. */
export interface Parts {
  readonly restore: (config: ReplicaConfig, contents: JournalContents) => Replica;
  readonly disk: typeof Disk;
  readonly network: typeof Network;
  /** What carries each life of a branch, where there is a log. */
  readonly carrier: typeof LogCarrier;
  /** Breaks what no port reaches, for one world, and gives what mends it again. */
  readonly sabotage?: () => () => void;
}

/** The parts of a world in which everything does what it promises. */
export const honest: Parts = {
  restore: Replica.restore,
  disk: Disk,
  network: Network,
  carrier: LogCarrier,
};
