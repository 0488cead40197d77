import { readArguments } from "../format/arguments.ts";
import { type Bank, readBankFile } from "../format/bank_file.ts";
import { branchOptions } from "../format/branch_arguments.ts";
import { readBranchJob } from "../format/branch_job.ts";
import { identityName } from "../format/identity.ts";
import { type CommandLine, confinedBranch, type Confinement } from "../format/launch.ts";

/** Signals that are for the branch. */
const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** What a shell adds to the number of a signal to tell that it ended a process. */
const signalled = 128;

/**
 * Tells what a branch with these arguments may touch. Where they are wrong it is next to nothing,
 * which is enough to say so.
 */
export function confinementOf(args: readonly string[]): Confinement {
  const options = readArguments(args, branchOptions);
  const { values } = options;
  const named = ["bank", "secret"].flatMap((name) => values.get(name) ?? []);
  const nothing = { args, reads: named, data: undefined, listens: [], dials: [] };
  const file = values.get("bank") ?? "";
  const bank = bankIn(file);
  if (bank === undefined) return nothing;
  const reading = readBranchJob(options, { bank, file });
  if (reading.kind === "wrong") return nothing;
  const { serve, addresses, data, trust } = reading.job;
  const folders = "folder" in trust
    ? [...serve.keys()].map((id) => `${trust.folder}/${identityName({ kind: "branch", id })}`)
    : [];
  const own = new Set<number>(serve.keys());
  const peers = [...addresses].filter(([id]) => !own.has(id)).map(([, address]) => address);
  const reads = [...named, ...folders];
  return { args, reads, data, listens: [...serve.values()], dials: peers };
}

function bankIn(file: string): Bank | undefined {
  try {
    return readBankFile(Deno.readTextFileSync(file), { file });
  } catch {
    // The branch says what is wrong with it.
    return undefined;
  }
}

/**
 * Starts a branch with the permissions that it needs and no others, and ends as it does.
 *
 * Signals are passed on. Should this process be killed, the branch ends with its standard input.
 */
export async function confine({ command, args }: CommandLine): Promise<number> {
  const child = new Deno.Command(command, { args: [...args], stdin: "piped" }).spawn();
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      try {
        child.kill(signal);
      } catch {
        // It has ended, and so does this process.
      }
    });
  }
  const { code } = await child.status;
  // Deno tells a signal's number in its code already.
  return code >= 0 ? code : signalled;
}

if (import.meta.main) {
  const origin = {
    standalone: false,
    execPath: Deno.execPath(),
    folder: new URL("../../", import.meta.url).href,
  };
  Deno.exit(await confine(confinedBranch(confinementOf(Deno.args), origin)));
}
