import type { ProcessRequest } from "../host/ports.ts";
import { hostOf } from "./address.ts";

/** How this program itself was started, which decides how it starts others. */
export interface Origin {
  /** Whether it is an executable made by `deno compile`. */
  readonly standalone: boolean;
  /** The file that runs: Deno, or the executable. */
  readonly execPath: string;
  /** The folder with `branch.ts` and `customer.ts`, as a `file:` URL that ends with a slash. */
  readonly folder: string;
}

/** A command line. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** What grpc-js reads of the environment when it is imported: all that a branch may. */
const environment = "GRPC_*,grpc_proxy,http_proxy,https_proxy,no_grpc_proxy";

/**
 * Lets V8 start with 16 MiB for young objects instead of one: a process that lives for a
 * second or two then collects hardly any garbage while it starts, 7 % of its work.
 */
const roomyNursery = "--v8-flags=--min-semi-space-size=16";

/** Says to a program of the bank that it is a process of a run. */
export const asProcess = "--as-process-of-a-run";

/** Says to a branch that another process has confined it, and holds its standard input open. */
export const asConfined = "--as-confined";

/** What each process runs: a customer's no more than it needs, since there are many of them. */
const scripts = {
  branch: { path: "branch.ts", permissions: [`--allow-env=${environment}`] },
  customer: { path: "lib/adapter/teller.ts", permissions: [] },
} as const;

/**
 * Gives the command that starts a process of a run.
 *
 * Under Deno each gets just the permissions it needs: branches and customers reach the hosts
 * they are given, a branch reads and writes in the folder of its journal, if it has one, and
 * writes in that of its trace, and neither runs anything. An executable carries the
 * permissions it was compiled with; `branch` is then looked for beside `customer`.
 */
export function launch(
  { program, hosts, folder: data, traceFolder }: ProcessRequest,
  origin: Origin,
): CommandLine {
  const { standalone, execPath, folder } = origin;
  if (standalone) {
    const sibling = execPath.replace(/[^/\\]+$/, (own) => own.replace("customer", program));
    return { command: sibling, args: [asProcess] };
  }
  const { path, permissions } = scripts[program];
  const files = [...allowed("read", [data]), ...allowed("write", [data, traceFolder])];
  const flags = ["--quiet", "--cached-only", "--no-prompt", roomyNursery];
  const script = new URL(path, folder).href;
  return {
    command: execPath,
    args: [
      "run",
      ...flags,
      `--allow-net=${hosts.join(",")}`,
      ...permissions,
      ...files,
      script,
      asProcess,
    ],
  };
}

/** What a branch that is started by hand is to do, as far as it can be told. */
export interface Confinement {
  /** The arguments of the branch. */
  readonly args: readonly string[];
  /** The files and folders that it reads, those of the journal left out. */
  readonly reads: readonly string[];
  /** The file of its journal, if it has one. */
  readonly data: string | undefined;
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
  { args, reads, data, listens, dials }: Confinement,
  { execPath, folder }: Origin,
): CommandLine {
  const journal = data === undefined ? [] : [data, `${data}-wal`, `${data}-shm`, `${data}-journal`];
  return {
    command: execPath,
    args: [
      "run",
      ...["--quiet", "--cached-only", "--no-prompt", smallNursery],
      ...allowedHosts(listens, dials),
      `--allow-env=${environment}`,
      ...allowed("read", [...reads, ...journal]),
      ...allowed("write", journal),
      new URL("branch.ts", folder).href,
      asConfined,
      ...args,
    ],
  };
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

function allowed(access: string, paths: readonly (string | undefined)[]): readonly string[] {
  const given = paths.filter((path) => path !== undefined);
  // A comma in a path is doubled, since it separates paths.
  const list = given.map((path) => path.replaceAll(",", ",,")).join(",");
  return list === "" ? [] : [`--allow-${access}=${list}`];
}
