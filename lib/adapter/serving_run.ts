import { ascending } from "../core/ids.ts";
import { money } from "../core/money.ts";
import { merged, nothingKnown, type VersionVector } from "../core/version_vector.ts";
import type { Open, OpenBranches } from "../format/branch_opening.ts";
import { expectLine, type Line } from "../format/control_line.ts";
import { jsonLine, readJsonLines } from "../format/json_lines.ts";
import { settledBalance } from "../host/settled_balance.ts";

/**
 * Serves the branches that a run asks for on standard input, and ends when the run does.
 *
 * `startTicking` lets time go by for them, from when they know each other.
 */
export async function serveRun(
  open: Open,
  startTicking: (hosts: Iterable<{ tick(nowMs: number): void }>) => void,
): Promise<void> {
  const lines = readJsonLines(Deno.stdin);
  const first = await lines.next();
  if (first.done === true) return;
  const setup = expectLine(first.value, "branch setup");
  const { bank, folder, isTemporary, secret, trace } = setup;
  const members = setup.members.toSorted(ascending);
  const branches = await open({
    ...setup,
    trust: { secret },
    founding: { bank, members, opening: money(setup.opening) },
    serve: new Map(setup.serve),
    journalOf: (id) => `${folder}/branch-${id}.journal`,
    lasting: isTemporary ? "process" : "disk",
    // All commands of a run bear the time when it began, however late they are executed.
    heldOutcomesMax: Infinity,
  });
  const { hosts, addresses, faulty } = branches;
  const known = hosts.values().map((host) => host.inspect().known).reduce(merged, nothingKnown);
  tell({ kind: "listening", addresses: [...addresses], known: [...known] });
  const second = await lines.next();
  let isSettled = false;
  if (second.done !== true) {
    faulty?.begin();
    branches.route(new Map(expectLine(second.value, "peers").addresses));
    startTicking(hosts.values());
    // Not awaited: without it the run ends, but what it says until then is to be heard.
    const carried = branches.carried();
    carried.catch(reportError);
    for await (const line of lines) {
      faulty?.heal();
      isSettled = true;
      // Not awaited: the end of the input is the end of the process, whatever it waits for.
      const { known } = expectLine(line, "settle");
      void carried.then(() => settle(branches, new Map(known)), () => undefined);
    }
  }
  await branches.close({ forgets: isTemporary });
  if (isTemporary) discard(folder);
  // A run that has come so far is there to read it.
  if (trace !== undefined && !isSettled) discard(trace.folder);
}

/** Removes the folder of a run that may not have lived to remove it; the last branch can. */
function discard(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch {
    // The run or another branch has removed it, or is about to.
  }
}

async function settle({ hosts, faulty }: OpenBranches, known: VersionVector): Promise<void> {
  const balances = [...hosts].map(async ([id, host]) =>
    [id, String(await settledBalance(host, known))] as const
  );
  tell({ kind: "settled", balances: await Promise.all(balances), injected: faulty?.injected });
}

/** Tells the run something; one that has been killed hears nothing, and the input ends too. */
function tell(line: Line): void {
  try {
    Deno.stdout.writeSync(jsonLine(line));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
