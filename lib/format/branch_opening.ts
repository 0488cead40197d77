import type { AcknowledgePolicy } from "../core/acknowledgements.ts";
import type { BranchId } from "../core/ids.ts";
import type { Faults, FaultyTransport } from "../host/faulty_transport.ts";
import type { Host } from "../host/host.ts";
import type { AdminAddress } from "./admin_address.ts";
import type { BranchTraceSetup } from "./control_line.ts";
import type { BankFounding } from "./founding.ts";
import type { Credentials } from "./identity.ts";
import type { Log } from "./log_record.ts";
import type { NatsServers } from "./nats_servers.ts";

/** By what the branches of a process know callers: a secret in plain, or a certificate each. */
export type BranchTrust =
  | { readonly secret: string }
  | { readonly credentials: ReadonlyMap<BranchId, Credentials> };

/** Servers of NATS, and by what they know a process. */
export interface NatsOpening extends NatsServers {
  /** The text of a file with a login, if there is one. */
  readonly login?: string | undefined;
}

/** What the branches of one process have in common. */
export interface BranchOpening {
  readonly trust: BranchTrust;
  readonly founding: BankFounding;
  readonly acknowledge: AcknowledgePolicy;
  readonly outcomeMs?: number | undefined;
  /** How many outcomes each holds in memory, if not as many as usual. */
  readonly heldOutcomesMax?: number | undefined;
  /** Where each branch of this process is to listen. */
  readonly serve: ReadonlyMap<BranchId, string>;
  /** The file of a branch's journal; in memory, if there is none. */
  readonly journalOf: (id: BranchId) => string | undefined;
  /** Where its journal is to be copied, if it is one branch with one. */
  readonly backup?: { readonly file: string } | undefined;
  /** How long records last: `disk`, once they are committed; `process`, until power fails. */
  readonly lasting: "disk" | "process";
  /** Whether they may have run before, and their journals may have been lost since. */
  readonly mayBeOld: boolean;
  /** Until when, in milliseconds since 1970; else until the start of this process. */
  readonly ranUntilMs?: number | undefined;
  /** The servers that carry messages between processes, if these do not turn to each other. */
  readonly nats?: NatsOpening | undefined;
  /** What is to go wrong with messages between branches, if anything. */
  readonly faults?: Faults | undefined;
  /** Where and how to tell what happens, if anyone wants to know. */
  readonly trace?: BranchTraceSetup | undefined;
  /** Where to serve a status page of them, if anywhere. */
  readonly admin?: AdminAddress | undefined;
  /** Where to tell operators what happens; without it there are none, and nothing for them. */
  readonly log?: Log | undefined;
}

/** The branches of one process, which are served. */
export interface OpenBranches {
  readonly hosts: ReadonlyMap<BranchId, Host>;
  /** Where each of them listens. */
  readonly addresses: ReadonlyMap<BranchId, string>;
  /** What the branches send through, if anything is to go wrong. */
  readonly faulty: FaultyTransport | undefined;
  /** The URL of their status page, if there is one. */
  readonly page: string | undefined;
  /** Says at which `host:port` all branches are. */
  route(addresses: ReadonlyMap<BranchId, string>): void;
  /** Lets each show other credentials from now on, and trust whom they say. */
  renew(credentials: ReadonlyMap<BranchId, Credentials>): void;
  /** Waits until messages to others are carried. @throws {Error} after ten seconds, saying why. */
  carried(): Promise<void>;
  /** Copies the journal where it is to be copied, and tells the log; it never fails. */
  backUp(): Promise<void>;
  /** Says to whoever asks whether they serve, from now on, that they do not. */
  drain(): void;
  /** Lets go of the journals, and forgets, if told to, what servers keep of the bank. */
  close(options?: { readonly forgets?: boolean }): Promise<void>;
}

/** Opens the branches of one process. @throws {Error} when one of them cannot be served. */
export type Open = (opening: BranchOpening) => Promise<OpenBranches>;
