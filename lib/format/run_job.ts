import type { AcknowledgePolicy } from "../core/acknowledgements.ts";
import type { Faults } from "../host/faulty_transport.ts";
import { isLoopback } from "./address.ts";
import type { Arguments } from "./arguments.ts";
import { asksForClocks } from "./dialect.ts";
import { readFaults } from "./faults.ts";
import { isTrustDomain } from "./identity.ts";
import { type NatsServers, readNatsServers } from "./nats_servers.ts";
import type { Place } from "./place_reader.ts";
import { faultsOfWanted, type Wanted } from "./run_result.ts";
import type { Scenario, ScenarioReading } from "./scenario.ts";

/** What a run is to do. */
export interface RunJob extends Wanted {
  readonly file: string;
  readonly scenario: Scenario;
  /** Where the trace goes, if there is to be one. */
  readonly trace: string | undefined;
  /** Where the page goes that explains the run, if there is to be one. */
  readonly report: string | undefined;
  /** The folder of the bank's journals, if they are kept. */
  readonly data: string | undefined;
  readonly acknowledge: AcknowledgePolicy;
  readonly free: boolean;
  /** The servers of NATS that carry messages between branches, if these do not do it. */
  readonly nats: NatsServers | undefined;
  /** What is to go wrong with messages between branches, if anything. */
  readonly faults: Faults | undefined;
  /** The bank to turn to, if it runs already. */
  readonly running: RunningJob | undefined;
  /** Whether people asked for quiet. */
  readonly isQuiet: boolean;
}

/** A bank that runs already, and the file or the folder of what its customers show. */
export interface RunningJob extends Place {
  readonly trust: { readonly secretFile: string } | { readonly folder: string };
}

/** A job, or all that is wrong with it, a sentence each. */
export type RunJobReading =
  | { readonly kind: "read"; readonly job: RunJob }
  | { readonly kind: "wrong"; readonly complaints: readonly string[] };

/** Holds the options of a run against its scenario, which was read from `file`. */
export function readRunJob(
  { values, flags }: Arguments,
  { scenario, dialect, file }: Omit<ScenarioReading, "repairs"> & { readonly file: string },
): RunJobReading {
  const spelling = values.get("spelling");
  const wanted: Wanted = {
    dialect,
    output: values.get("output"),
    spelling: spelling === "propogate" || spelling === "propagate" ? spelling : undefined,
    omitsResponse: flags.has("no-response"),
  };
  const complaints = [...faultsOfWanted(wanted)];
  const faults = faultsIn(values.get("faults"), { scenario, complaints });
  const servers = values.get("propagation");
  const nats = servers === undefined ? undefined : readNatsServers(servers, complaints);
  const running = runningIn(values, { scenario, wanted, file, complaints });
  if (complaints.length > 0) return { kind: "wrong", complaints };
  const ack = values.get("ack");
  const job = {
    file,
    scenario,
    ...wanted,
    trace: values.get("trace"),
    report: values.get("report"),
    data: values.get("data"),
    acknowledge: ack === "majority" || ack === "local" ? ack : "all",
    free: values.get("plan") === "free",
    nats,
    faults,
    running,
    isQuiet: flags.has("quiet"),
  } as const;
  return { kind: "read", job };
}

function faultsIn(
  text: string | undefined,
  { scenario, complaints }: { scenario: Scenario; complaints: string[] },
): Faults | undefined {
  if (text === undefined) return undefined;
  const reading = readFaults(text, scenario.branches);
  if (reading.kind === "faults") return reading.faults;
  complaints.push(...reading.complaints);
  return undefined;
}

function runningIn(
  values: Arguments["values"],
  { scenario, wanted, file, complaints }: {
    readonly scenario: Scenario;
    readonly wanted: Wanted;
    readonly file: string;
    readonly complaints: string[];
  },
): RunningJob | undefined {
  const { place } = scenario;
  const [secretFile, folder] = [values.get("secret"), values.get("tls")];
  if (place === undefined) {
    for (const option of ["secret", "tls"]) {
      if (!values.has(option)) continue;
      complaints.push(`--${option} is for a bank that runs already; ${file} says nowhere where`);
    }
    return undefined;
  }
  const runs = "a bank that runs already, as the addresses of its branches say";
  for (const option of ["data", "ack", "propagation", "faults", "trace", "report"]) {
    if (values.has(option)) complaints.push(`--${option} does not go with ${runs}`);
  }
  if (asksForClocks(wanted.dialect)) {
    complaints.push(`clocks need what branches tell, and those of ${runs}, do not`);
  }
  if (scenario.customers.length === 0) {
    complaints.push(`${file} has no customer to turn to ${runs}`);
  }
  for (const [branch, address] of place.addresses) {
    if (address.endsWith(":0")) {
      complaints.push(`branch ${branch} is at ${address}, which is no port`);
    }
    if (folder !== undefined || isLoopback(address)) continue;
    complaints.push(
      `branch ${branch} is at ${address}, which is not on loopback: others could read along and ` +
        "take the secret, so it needs --tls",
    );
  }
  if (folder !== undefined) {
    if (secretFile !== undefined) complaints.push("--secret does not go with --tls");
    if (!isTrustDomain(place.name)) {
      complaints.push(`the bank's name is ${JSON.stringify(place.name)}, which no certificate has`);
    }
    return { ...place, trust: { folder } };
  }
  if (secretFile === undefined) complaints.push(`--secret or --tls is missing, for ${runs}`);
  return { ...place, trust: { secretFile: secretFile ?? "" } };
}
