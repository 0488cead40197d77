import { hostOf } from "./address.ts";
import { hostPortOf } from "./admin_address.ts";
import { readArguments } from "./arguments.ts";
import { type Bank, readBankFile } from "./bank_file.ts";
import { branchOptions } from "./branch_arguments.ts";
import { readBranchJob } from "./branch_job.ts";
import { identityName } from "./identity.ts";
import { allowed, type CommandLine, environment, type Origin } from "./launch.ts";

/** Says to a branch that another process has confined it, and holds its standard input open. */
export const asConfined = "--as-confined";

/** What a branch that is started by hand is to do, as far as it can be told. */
export interface Confinement {
  /** The arguments of the branch. */
  readonly args: readonly string[];
  /** The files and folders that it reads, those of the journal left out. */
  readonly reads: readonly string[];
  /** The file of its journal, if it has one. */
  readonly data: string | undefined;
  /** The file to which that is copied, if any. */
  readonly backup: string | undefined;
  /** The `host:port` at which it listens. */
  readonly listens: readonly string[];
  /** The `host:port` of its peers. */
  readonly dials: readonly string[];
}

/** Lets V8 keep 8 MiB for young objects, which a branch under load fills all the time. */
const smallNursery = "--v8-flags=--max-semi-space-size=8";

/**
 * Gives the command that starts a branch by hand, with just the permissions that it needs: its
 * files, the addresses at which it listens and those of its peers.
 *
 * A peer that is known by a name may be at any address that the name stands for when it is dialled,
 * and Deno wants a permission for that: such a branch may dial any.
 */
export function confinedBranch(
  { args, reads, data, backup, listens, dials }: Confinement,
  { execPath, folder }: Origin,
): CommandLine {
  const copies = backup === undefined ? [] : [backup, ...journalFiles(`${backup}.new`)];
  const journals = [...data === undefined ? [] : journalFiles(data), ...copies];
  return {
    command: execPath,
    args: [
      "run",
      ...["--quiet", "--no-prompt", smallNursery],
      ...allowedHosts(listens, dials),
      `--allow-env=${environment}`,
      ...allowed("read", [...reads, ...journals]),
      ...allowed("write", journals),
      new URL("branch.ts", folder).href,
      asConfined,
      ...args,
    ],
  };
}

/** A journal, and what SQLite puts beside it. */
function journalFiles(path: string): readonly string[] {
  return ["", "-wal", "-shm", "-journal"].map((end) => path + end);
}

function allowedHosts(listens: readonly string[], dials: readonly string[]): readonly string[] {
  const all = [...listens, ...dials].flatMap(reachedAs);
  if (all.some((address) => isName(hostOf(address)))) return ["--allow-net"];
  const hosts = all.map((address) => address.replace(/:0$/, ""));
  return hosts.length === 0 ? [] : [`--allow-net=${[...new Set(hosts)].join(",")}`];
}

/** The one name of which it is known what it stands for. */
function reachedAs(address: string): readonly string[] {
  const port = address.slice(address.lastIndexOf(":"));
  if (hostOf(address).toLowerCase() !== "localhost") return [address];
  return ["127.0.0.1", "[::1]"].map((host) => host + port);
}

function isName(host: string): boolean {
  return /[a-z]/i.test(host) && !host.includes(":");
}

/**
 * Tells what a branch with these arguments may touch. Where they are wrong it is next to nothing,
 * which is enough to say so. `read` reads the bank file.
 */
export function confinementOf(
  args: readonly string[],
  read: (file: string) => string,
): Confinement {
  const options = readArguments(args, branchOptions);
  const { values } = options;
  const named = ["bank", "secret", "propagation-login"].flatMap((name) => values.get(name) ?? []);
  const nothing = {
    ...{ args, reads: named, listens: [], dials: [] },
    ...{ data: undefined, backup: undefined },
  };
  const file = values.get("bank") ?? "";
  const bank = bankIn(file, read);
  if (bank === undefined) return nothing;
  const reading = readBranchJob(options, { bank, file });
  if (reading.kind === "wrong") return nothing;
  const { serve, addresses, admin, data, backup, trust, nats } = reading.job;
  const folders = "folder" in trust
    ? [...serve.keys()].map((id) => `${trust.folder}/${identityName({ kind: "branch", id })}`)
    : [];
  const own = new Set<number>(serve.keys());
  const peers = nats?.addresses ??
    [...addresses].filter(([id]) => !own.has(id)).map(([, address]) => address);
  const page = admin === undefined ? [] : [hostPortOf(admin)];
  const reads = [...named, ...folders];
  const listens = [...serve.values(), ...page];
  return { args, reads, data, backup: backup?.file, listens, dials: peers };
}

function bankIn(file: string, read: (file: string) => string): Bank | undefined {
  try {
    return readBankFile(read(file), { file });
  } catch {
    // The branch says what is wrong with it.
    return undefined;
  }
}
