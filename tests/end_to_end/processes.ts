import { fail } from "@std/assert";
import { shellSays } from "./shell_client.ts";

/** A process that a program of the bank has started, or its own. */
export interface Seen {
  readonly pid: number;
  /** Its command line. */
  readonly command: string;
}

/**
 * Tells which processes have `folder` for temporary files; those of a run inherit that of it.
 *
 * So none is missed that its parent has left behind. It needs the /proc of Linux.
 */
export async function processesIn(folder: string): Promise<readonly Seen[]> {
  const lines = (await shellSays(listing, folder)).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const end = line.indexOf(" ");
    return { pid: Number(line.slice(0, end)), command: line.slice(end + 1) };
  });
}

/** Tells which of them serve branches. */
export async function branchesIn(folder: string): Promise<readonly Seen[]> {
  const seen = await processesIn(folder);
  return seen.filter(({ command }) => command.includes("/branch.ts "));
}

const listing = `
for found in $(grep -lsF "TMPDIR=$1" /proc/[0-9]*/environ); do
  process=\${found%/environ}
  command=$(tr '\\0' ' ' < "$process/cmdline") && echo "\${process#/proc/} $command"
done 2> /dev/null; :
`;

/** Ends a process that has no chance to say anything. */
export async function killProcess(process: Seen): Promise<void> {
  await signalProcess(process, "KILL");
}

/** Ends processes all at once, so that none ends by itself for want of another before its turn. */
export async function killAll(processes: readonly Seen[]): Promise<void> {
  await shellSays("kill -KILL $1", processes.map(({ pid }) => pid).join(" "));
}

/** Sends a signal to a process. */
export async function signalProcess(
  { pid }: Seen,
  signal: "INT" | "TERM" | "HUP" | "KILL",
): Promise<void> {
  await shellSays(`kill -${signal} "$1"`, `${pid}`);
}

const triesMax = 4_000;

/**
 * Asks until there is an answer, or so often that there will be none.
 *
 * Nothing sleeps between two tries: what is asked is about processes, and to ask takes some.
 */
export async function eventually<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined>,
): Promise<Answer> {
  for (let tries = 0; tries < triesMax; tries++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  return fail(`it did not come to pass that ${what}`);
}

/** Resolves when no process is left that has `folder` for temporary files. */
export async function noneLeft(folder: string): Promise<void> {
  await eventually("all processes end", async () => {
    const left = await processesIn(folder);
    return left.length === 0 ? left : undefined;
  });
}
