import type { BranchId } from "../core/ids.ts";
import type { BankProof } from "../adapter/grpc_server.ts";
import { GrpcTransport, type Refusal } from "../adapter/grpc_transport.ts";
import type { NatsState } from "../adapter/nats_carrier.ts";
import { complain } from "../adapter/program.ts";
import type {
  BranchOpening,
  BranchTrust,
  NatsOpening,
  OpenBranches,
} from "../format/branch_opening.ts";
import { type BankFounding, strangeness } from "../format/founding.ts";
import type { Credentials } from "../format/identity.ts";
import type { LogRecord } from "../format/log_record.ts";
import { type NatsServers, replicasOf, urlsOf } from "../format/nats_servers.ts";
import type { Host } from "../host/host.ts";
import type { Transport } from "../host/ports.ts";

/** What carries messages between the branches of this process and others. */
export interface Carriage extends Pick<OpenBranches, "route" | "carried"> {
  readonly transport: Transport;
  /** Shows other credentials from now on, and trusts whom they say. */
  renew(credentials: Credentials): void;
  /** Carries nothing more; where it forgets, nothing of the bank is left where it was carried. */
  close(forgets: boolean): Promise<void>;
}

interface CarriageParts {
  readonly hosts: ReadonlyMap<BranchId, Host>;
  readonly bank: BankProof;
}

/** What a process with these hosts sends through: gRPC to each other process, or NATS. */
export async function carriageOf(
  opening: BranchOpening,
  parts: CarriageParts,
): Promise<Carriage> {
  return opening.nats === undefined
    ? overGrpc(opening, parts)
    : await overNats({ ...opening, nats: opening.nats }, parts);
}

function overGrpc(
  { trust, founding, log }: BranchOpening,
  { hosts, bank }: CarriageParts,
): Carriage {
  const met = (refusal: Refusal) => {
    const message = strangerAt(refusal, founding);
    if (log === undefined) return complain(`branch: ${message}`);
    log({ level: "error", event: "stranger_met", message, fields: { address: refusal.address } });
  };
  const shown = { trust: ownTrust(trust, founding), digest: bank.digest, met };
  const transport = new GrpcTransport(hosts, shown);
  return {
    transport,
    route: (addresses) => transport.route(addresses),
    carried: () => Promise.resolve(),
    renew: (credentials) => transport.renew(credentials),
    close: () => Promise.resolve(),
  };
}

/** How long a run waits for NATS to carry its messages, in milliseconds. */
const patienceMs = 10_000;

async function overNats(
  opening: BranchOpening & { readonly nats: NatsOpening },
  { hosts, bank }: CarriageParts,
): Promise<Carriage> {
  const { NatsCarrier } = await import("../adapter/nats_carrier.ts");
  const { dialNats } = await import("../adapter/nats_dial.ts");
  const { NatsMessages } = await import("../adapter/nats_messages.ts");
  const { NatsLog } = await import("../adapter/nats_log.ts");
  const { nats, trust, founding, log, serve, faults, trace } = opening;
  const attached = Promise.withResolvers<void>();
  let state: NatsState | undefined;
  const changed = (now: NatsState) => {
    state = now;
    if (state.kind === "attached") attached.resolve();
    log?.(recordOf(state, nats));
  };
  const branches = [...serve.keys()];
  const process = crypto.randomUUID();
  const [credentials] = nats.isSecure && "credentials" in trust ? trust.credentials.values() : [];
  const carrier = new NatsCarrier({
    credentials,
    ...{ bank: founding.bank, branches, hosts, changed },
    goesApart: faults !== undefined || trace !== undefined,
    dial: (dialing) => dialNats({ ...dialing, servers: urlsOf(nats), login: nats.login }),
    openMessages: (connection, ends) =>
      new NatsMessages(connection, {
        ...{ bank: founding.bank, process, branches, hosts, reader: ends.reader },
        transport: ends.transport,
      }),
    openLog: (connection, take) =>
      new NatsLog(connection, {
        ...{ bank: founding.bank, process, branches, members: founding.members, take },
        mark: bank.founding.length <= markCharactersMax ? bank.founding : bank.digest,
        strangeness: (mark) => strangeness(mark, founding),
        replicas: replicasOf(nats),
        known: () => [...hosts.values()].map((host) => host.inspect().known),
      }),
  });
  return {
    transport: carrier.transport,
    route: () => void carrier.open().catch(reportError),
    async carried() {
      await Promise.race([attached.promise, patience()]);
      if (state?.kind !== "attached") throw new Error(failureOf(state, nats));
    },
    renew: (renewed) => void carrier.renew(renewed).catch(reportError),
    close: (forgets) => carrier.close({ forgets }),
  };
}

/** The longest description that NATS takes for a stream is of 4 KiB. */
const markCharactersMax = 4_000;

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, patienceMs));
}

function failureOf(
  state: Extract<NatsState, { readonly kind: "failed" }> | undefined,
  { addresses }: NatsServers,
): string {
  const reason = state?.reason ?? "it does not answer";
  return `NATS at ${addresses.join(", ")} does not carry messages: ${reason}`;
}

function recordOf(state: NatsState, servers: NatsServers): LogRecord {
  const fields = { servers: servers.addresses };
  if (state.kind === "failed") {
    const message = `${failureOf(state, servers)}; it is tried again`;
    return { level: "warn", event: "nats_failed", message, fields };
  }
  const message = `NATS at ${servers.addresses.join(", ")} carries messages`;
  return { level: "info", event: "nats_attached", message, fields };
}

/** What the process shows peers: the certificate of any of its branches, since they trust all. */
function ownTrust(trust: BranchTrust, { bank }: BankFounding) {
  if ("secret" in trust) return trust;
  const [credentials] = trust.credentials.values();
  if (credentials === undefined) throw new TypeError("no branch has credentials");
  return { bank, credentials };
}

function strangerAt({ address, founding }: Refusal, own: BankFounding): string {
  return `the branch at ${address} is not of this bank: ${strangeness(founding, own)}`;
}
