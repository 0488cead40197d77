import { confinedBranch, confinementOf } from "../format/confinement.ts";
import type { CommandLine } from "../format/launch.ts";

/** Signals that are for the branch. */
const signals = ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2"] as const;

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
  return (await child.status).code;
}

if (import.meta.main) {
  const origin = {
    standalone: false,
    execPath: Deno.execPath(),
    folder: new URL("../../", import.meta.url).href,
  };
  Deno.exit(await confine(confinedBranch(confinementOf(Deno.args, Deno.readTextFileSync), origin)));
}
