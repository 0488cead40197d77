import type { BranchId } from "../core/ids.ts";
import { Replica } from "../core/replica.ts";
import type { Admin } from "../adapter/admin.ts";
import type { BranchTraces } from "../adapter/branch_traces.ts";
import { CallGate } from "../adapter/call_gate.ts";
import { type BankProof, bearers, serveBranch } from "../adapter/grpc_server.ts";
import type { JournalBackup } from "../adapter/journal_backup.ts";
import { Listener } from "../adapter/listener.ts";
import { MemoryJournal } from "../adapter/memory_journal.ts";
import type { Operations } from "../adapter/operations.ts";
import { version } from "../adapter/program.ts";
import type { BranchOpening, OpenBranches } from "../format/branch_opening.ts";
import type { TurnedAway } from "../format/connection_refusal.ts";
import type { BranchTraceSetup } from "../format/control_line.ts";
import { type BankFounding, writeBank } from "../format/founding.ts";
import type { Log } from "../format/log_record.ts";
import type { FaultParts, FaultyTransport } from "../host/faulty_transport.ts";
import { Host } from "../host/host.ts";
import type { Journal, Transport } from "../host/ports.ts";
import { carriageOf } from "./carriage.ts";

/** Opens branches, and serves them. @throws {Error} when one of them cannot be served. */
export async function openBranches(opening: BranchOpening): Promise<OpenBranches> {
  const { trust, founding, serve, mayBeOld: isNew } = opening;
  const { acknowledge, outcomeMs, heldOutcomesMax, ranUntilMs, faults } = opening;
  const { members } = founding;
  const hosts = new Map<BranchId, Host>();
  const journals = new Map<BranchId, Journal>();
  const bank = await proofOf(founding);
  const { log } = opening;
  const operations = log && await operationsOf(hosts, log);
  const carriage = await carriageOf(opening, { hosts, bank });
  const traces = opening.trace && await tracesOf(opening.trace);
  const admin = opening.admin && await adminOf(founding);
  const faulty = faults && await withFaults(carriage.transport, { faults, observer: traces });
  for (const id of serve.keys()) {
    const journal = await openJournal(id, opening);
    const [seed] = crypto.getRandomValues(new Uint32Array(1));
    const sizes = { heldOutcomesMax };
    const own = { id, members, opening: founding.opening, isNew, seed, sizes };
    const replica = Replica.restore({ ...own, acknowledge, outcomeMs, ranUntilMs }, journal.read());
    const parts = {
      replica,
      journal,
      transport: faulty ?? carriage.transport,
      schedule: setImmediate,
    };
    const operated = operations?.observed(parts) ?? parts;
    const watched = admin?.observed(operated) ?? operated;
    hosts.set(id, new Host(traces?.observed(watched, members) ?? watched));
    journals.set(id, journal);
  }
  const listeners = new Map<BranchId, Listener>();
  const served = await Promise.all(
    [...serve].map(async ([branch, address]) => {
      const turnedAway = operations?.turnedAway(branch);
      const { listener, identify } = doorOf(branch, { trust, founding, turnedAway });
      listeners.set(branch, listener);
      const { listen } = listener;
      const gate = new CallGate(identify);
      const parts = { branch, hosts, gate, bank, address, listen };
      return [branch, await serveBranch({ ...parts, ...operations?.served(branch) })] as const;
    }),
  );
  const addresses = new Map(served);
  const backups = await backupsOf(journals, { opening, hosts, operations });
  const page = opening.admin && await admin?.serve({ hosts, addresses }, opening.admin);
  return {
    hosts,
    addresses,
    faulty,
    page: page?.url,
    route: (all) => carriage.route(all),
    carried: () => carriage.carried(),
    renew(credentials) {
      for (const [id, own] of credentials) listeners.get(id)?.renew(own);
      const [first] = credentials.values();
      if (first !== undefined) carriage.renew(first);
    },
    backUp: async () => void await Promise.all(backups.map((backup) => backup.make())),
    drain: () => operations?.drain(),
    async close({ forgets = false } = {}) {
      journals.forEach((journal) => journal.close());
      await carriage.close(forgets);
    },
  };
}

/** What copies the journals that are to be copied. */
async function backupsOf(
  journals: ReadonlyMap<BranchId, Journal>,
  { opening: { backup, log }, hosts, operations }: {
    readonly opening: BranchOpening;
    readonly hosts: ReadonlyMap<BranchId, Host>;
    readonly operations: Operations | undefined;
  },
): Promise<readonly JournalBackup[]> {
  if (backup === undefined || log === undefined) return [];
  const { JournalBackup } = await import("../adapter/journal_backup.ts");
  return [...journals].map(([branch, journal]) => (
    new JournalBackup({
      ...{ branch, journal, log, path: backup.file },
      isSure: () => hosts.get(branch)?.inspect().isSure === true,
      tried: (isMade) => operations?.backedUp(branch, isMade),
    })
  ));
}

async function operationsOf(hosts: ReadonlyMap<BranchId, Host>, log: Log): Promise<Operations> {
  const { Operations } = await import("../adapter/operations.ts");
  const { GrpcHealth } = await import("../adapter/grpc_health.ts");
  const { addReflection } = await import("../adapter/grpc_reflection.ts");
  const telemetry = isTelemetryOn() ? await telemetryOf() : undefined;
  const isEnding = (id: BranchId) => hosts.get(id)?.isEnding === true;
  return new Operations({
    ...{ log, isEnding, telemetry, addReflection },
    health: () => new GrpcHealth(),
  });
}

/** Tells whether Deno exports telemetry, which it does when OTEL_DENO is true as it starts. */
function isTelemetryOn(): boolean {
  return Symbol.for("opentelemetry.js.api.1") in globalThis;
}

async function telemetryOf() {
  const { BranchMetrics } = await import("../adapter/metrics.ts");
  const { callSpans } = await import("../adapter/call_spans.ts");
  return { metrics: new BranchMetrics(), spans: callSpans() };
}

/** Where callers of a branch come in, and how it is known who they are. */
function doorOf(
  branch: BranchId,
  { trust, founding: { bank }, turnedAway }: Pick<BranchOpening, "trust" | "founding"> & {
    readonly turnedAway: TurnedAway | undefined;
  },
) {
  if ("secret" in trust) {
    return { listener: new Listener(undefined, turnedAway), identify: bearers(trust.secret) };
  }
  const credentials = trust.credentials.get(branch);
  if (credentials === undefined) throw new TypeError(`branch ${branch} has no credentials`);
  const listener = new Listener({ bank, credentials }, turnedAway);
  return { listener, identify: listener.identify };
}

async function adminOf({ bank }: BankFounding): Promise<Admin> {
  const { Admin } = await import("../adapter/admin.ts");
  return new Admin({ bank, version });
}

async function tracesOf(setup: BranchTraceSetup): Promise<BranchTraces> {
  const { BranchTraces } = await import("../adapter/branch_traces.ts");
  return new BranchTraces(setup);
}

async function withFaults(
  transport: Transport,
  parts: Pick<FaultParts, "faults" | "observer">,
): Promise<FaultyTransport> {
  const { FaultyTransport } = await import("../host/faulty_transport.ts");
  return new FaultyTransport(transport, {
    ...parts,
    random: Math.random,
    after: (ms, action) => void setTimeout(action, ms),
    nowMs: () => performance.now(),
  });
}

async function proofOf(bank: BankFounding): Promise<BankProof> {
  const founding = writeBank(bank);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(founding));
  return { founding, digest: new Uint8Array(digest).toHex() };
}

async function openJournal(
  branch: BranchId,
  { founding, journalOf, lasting }: BranchOpening,
): Promise<Journal> {
  const path = journalOf(branch);
  if (path === undefined) return new MemoryJournal(branch);
  const { SqliteJournal } = await import("../adapter/sqlite_journal.ts");
  return new SqliteJournal(path, { ...founding, branch }, lasting);
}
