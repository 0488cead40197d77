import type { AcknowledgePolicy } from "../core/acknowledgements.ts";
import { ascending, type BranchId } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import { isAddress, isLoopback } from "./address.ts";
import { type AdminAddress, readAdminAddress } from "./admin_address.ts";
import type { Arguments } from "./arguments.ts";
import type { Bank } from "./bank_file.ts";
import type { BankFounding } from "./founding.ts";
import { isTrustDomain } from "./identity.ts";
import { type NatsServers, readNatsServers } from "./nats_servers.ts";
import { logFormats, logLevels, type LogOptions } from "./log_record.ts";

/** Where a journal is copied, and how often. */
export interface BackupOptions {
  readonly file: string;
  readonly minutes: number;
}

/** What branches that are started by hand are to do. */
export interface BranchJob {
  readonly founding: BankFounding;
  /** The branches to serve, and the `host:port` at which each listens. */
  readonly serve: ReadonlyMap<BranchId, string>;
  /** The `host:port` of every branch of the bank. */
  readonly addresses: ReadonlyMap<BranchId, string>;
  /** The file of the secret, or the folder with the folders of certificates. */
  readonly trust: { readonly secretFile: string } | { readonly folder: string };
  /** The file of the journal; in memory, if there is none. */
  readonly data: string | undefined;
  /** Where to copy the journal, and how often; nowhere, if it is not said. */
  readonly backup: BackupOptions | undefined;
  readonly acknowledge: AcknowledgePolicy;
  /** The servers of NATS that carry messages, and the file of a login, if there are any. */
  readonly nats: (NatsServers & { readonly loginFile: string | undefined }) | undefined;
  /** How long outcomes are kept, in milliseconds. */
  readonly outcomeMs: number;
  /** Where to serve a status page, if anywhere. */
  readonly admin: AdminAddress | undefined;
  /** What to log, and how. */
  readonly log: LogOptions;
}

/** A job, or all that is wrong with it, a sentence each. */
export type BranchJobReading =
  | { readonly kind: "read"; readonly job: BranchJob }
  | { readonly kind: "wrong"; readonly complaints: readonly string[] };

/** Finds which of the options are missing that a bank file cannot make up for. */
export function missingOptions({ values, repeated }: Arguments): readonly string[] {
  const missing = values.has("bank") ? [] : ["--bank is missing"];
  if (!values.has("secret") && !values.has("tls")) missing.push("--secret or --tls is missing");
  if (repeated.get("id")?.length === 0) missing.push("--id is missing");
  return missing;
}

/** Holds the options of branches against their bank, which was read from `file`. */
export function readBranchJob(
  { values, repeated }: Arguments,
  { bank, file }: { readonly bank: Bank; readonly file: string },
): BranchJobReading {
  const complaints: string[] = [];
  const given = repeated.get("id") ?? [];
  const ids = [...bank.addresses.keys()].filter((id) => given.includes(String(id)));
  for (const id of given) {
    if (!ids.some((known) => String(known) === id)) complaints.push(`--id ${id} is not in ${file}`);
  }
  for (const option of ["data", "listen"]) {
    if (!values.has(option) || given.length <= 1) continue;
    complaints.push(`--${option} is of one branch, and --id is given ${given.length} times`);
  }
  const listen = values.get("listen");
  if (listen !== undefined && !isAddress(listen)) {
    complaints.push(`--listen is ${JSON.stringify(listen)}; it must be HOST:PORT`);
  }
  const serve = new Map(ids.map((id) => [id, listen ?? bank.addresses.get(id) ?? ""]));
  const days = values.get("outcome-days") ?? "1";
  if (!/^[1-9]\d{0,3}$/.test(days) || Number(days) > limits.outcomeDaysMax) {
    const most = limits.outcomeDaysMax;
    complaints.push(`--outcome-days is ${days}; it must be a whole number from 1 to ${most}`);
  }
  const page = values.get("admin");
  const admin = page === undefined ? undefined : readAdminAddress(page, complaints);
  const nats = natsIn(values, { bank, complaints });
  const backup = backupIn(values, complaints);
  const trust = trustIn(values, { bank, serve, complaints });
  if (complaints.length > 0) return { kind: "wrong", complaints };
  const job = {
    founding: {
      bank: bank.name,
      members: [...bank.addresses.keys()].sort(ascending),
      opening: bank.opening,
    },
    serve,
    addresses: bank.addresses,
    trust,
    data: values.get("data"),
    nats,
    backup,
    acknowledge: policyOf(values.get("ack")),
    outcomeMs: Number(days) * limits.outcomeMsMin,
    admin,
    log: {
      level: logLevels.find((level) => level === values.get("log-level")) ?? "info",
      format: logFormats.find((format) => format === values.get("log-format")) ?? "text",
    },
  };
  return { kind: "read", job };
}

function natsIn(
  values: Arguments["values"],
  { bank: { name }, complaints }: { readonly bank: Bank; readonly complaints: string[] },
): BranchJob["nats"] {
  const [servers, loginFile] = [values.get("propagation"), values.get("propagation-login")];
  if (servers === undefined) {
    if (loginFile !== undefined) {
      complaints.push("--propagation-login goes with --propagation only");
    }
    return undefined;
  }
  if (!isTrustDomain(name)) complaints.push(misnamed(name, "propagation"));
  const nats = readNatsServers(servers, complaints);
  return nats && { ...nats, loginFile };
}

function misnamed(name: string, option: string): string {
  return `the bank's name is ${JSON.stringify(name)}; for --${option} it must be 1 to 63 ` +
    "lower-case letters, digits, hyphens and dots, as in a host name";
}

/** The longest time between two copies of a journal, in minutes: a week. */
const backupMinutesMax = 7 * 24 * 60;

function backupIn(values: Arguments["values"], complaints: string[]): BackupOptions | undefined {
  const [data, file] = [values.get("data"), values.get("backup")];
  const minutes = values.get("backup-minutes") ?? "60";
  if (!/^[1-9]\d{0,4}$/.test(minutes) || Number(minutes) > backupMinutesMax) {
    const most = backupMinutesMax;
    complaints.push(`--backup-minutes is ${minutes}; it must be a whole number from 1 to ${most}`);
  }
  if (file === undefined) {
    if (values.has("backup-minutes")) {
      complaints.push("--backup-minutes does not go without --backup");
    }
    return undefined;
  }
  if (data === undefined) complaints.push("--backup is of a journal in a file, so it needs --data");
  const files = [file, `${file}.new`].map(plain);
  if (data !== undefined && files.includes(plain(data))) {
    complaints.push("--backup is the file of --data; a copy must not take the journal's place");
  }
  return { file, minutes: Number(minutes) };
}

/** Names a file without what makes no difference. */
function plain(path: string): string {
  return path.replace(/(^|\/)(\.?\/)+/g, "$1");
}

function trustIn(
  values: Arguments["values"],
  { bank, serve, complaints }: Pick<BranchJob, "serve"> & {
    readonly bank: Bank;
    readonly complaints: string[];
  },
): BranchJob["trust"] {
  const [secretFile, folder] = [values.get("secret"), values.get("tls")];
  if (folder !== undefined) {
    if (secretFile !== undefined) complaints.push("--secret does not go with --tls");
    if (!isTrustDomain(bank.name)) complaints.push(misnamed(bank.name, "tls"));
    return { folder };
  }
  const exposed = [...serve, ...bank.addresses].filter(([, address]) => !isLoopback(address));
  for (const [id, address] of new Map(exposed)) {
    complaints.push(
      `branch ${id} is at ${address}, which is not on loopback: others could read along and take ` +
        "its secret, so it needs --tls",
    );
  }
  return { secretFile: secretFile ?? "" };
}

function policyOf(name: string | undefined): AcknowledgePolicy {
  return name === "majority" || name === "local" ? name : "all";
}
