import type { ProcessRequest } from "../host/ports.ts";

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
export const environment = "GRPC_*,grpc_proxy,http_proxy,https_proxy,no_grpc_proxy";

/**
 * Lets V8 start with 16 MiB for young objects instead of one: a process that lives for a
 * second or two then collects hardly any garbage while it starts, 7 % of its work.
 */
const roomyNursery = "--v8-flags=--min-semi-space-size=16";

/** Says to a program of the bank that it is a process of a run. */
export const asProcess = "--as-process-of-a-run";

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

/** Gives the flags that allow an access to files, if there are any. */
export function allowed(access: string, paths: readonly (string | undefined)[]): readonly string[] {
  const given = paths.filter((path) => path !== undefined);
  // A comma in a path is doubled, since it separates paths.
  const list = given.map((path) => path.replaceAll(",", ",,")).join(",");
  return list === "" ? [] : [`--allow-${access}=${list}`];
}
