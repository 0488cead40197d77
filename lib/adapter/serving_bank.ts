import type { BranchJob } from "../format/branch_job.ts";
import type { BranchOpening, BranchTrust, Open } from "../format/branch_opening.ts";
import { branchWords } from "../format/health.ts";
import type { Log } from "../format/log_record.ts";
import { reasonOf } from "../format/reason.ts";
import { drained } from "../host/drain.ts";

/** What branches that are started by hand are served with. */
export interface BankServing {
  readonly open: Open;
  /** Lets time go by for them. */
  readonly startTicking: (hosts: Iterable<{ tick(nowMs: number): void }>) => void;
  /** Resolves when a tick has gone by. */
  readonly ticked: () => Promise<void>;
  /** What they show, and whom they trust. */
  readonly trust: BranchTrust;
  /** Reads that anew. */
  readonly readTrust: () => Promise<BranchTrust>;
  readonly print: (text: string) => void;
  readonly log: Log;
}

/**
 * Serves branches of a bank that are started by hand, until a signal comes; they then answer what
 * they have been asked, and end.
 */
export async function serveBank(
  job: BranchJob & Pick<BranchOpening, "nats">,
  { open, startTicking, ticked, trust, readTrust, print, log }: BankServing,
): Promise<void> {
  const who = branchWords([...job.serve.keys()]);
  const branches = await open({
    ...job,
    ...{ log, trust },
    journalOf: () => job.data,
    lasting: "disk",
    mayBeOld: true,
  });
  const { hosts, addresses, page } = branches;
  branches.route(job.addresses);
  startTicking(hosts.values());
  const stopped = Promise.withResolvers<string>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stopped.resolve(signal));
  }
  if ("credentials" in trust) {
    const renew = async () => {
      const read = await readTrust();
      if ("credentials" in read) branches.renew(read.credentials);
    };
    Deno.addSignalListener("SIGHUP", () => void renew().then(...renewed(log)));
  }
  if (job.backup !== undefined) {
    const backUp = () => void branches.backUp();
    Deno.addSignalListener("SIGUSR2", backUp);
    setInterval(backUp, job.backup.minutes * 60_000);
  }
  for (const [branch, address] of addresses) {
    const message = `branch ${branch} listens on ${address}`;
    print(`${message}\n`);
    log({ level: "info", event: "listening", message, fields: { branch, address } });
  }
  if (page !== undefined) print(`status page of ${who} on ${page}\n`);
  const signal = await stopped.promise;
  const message =
    `${signal}: ${who} will end; no more commands are taken, those that wait are answered`;
  log({ level: "info", event: "draining", message, fields: { signal } });
  branches.drain();
  await ticked(); // Else whoever watches would hear of its end, but not that it was meant.
  await Promise.all([...hosts.values()].map((host) => drained(host, ticked)));
  await branches.close();
  log({ level: "info", event: "ended", message: `the end of ${who}` });
}

/** Tells what became of certificates that were to be read anew; where that fails, the old go on. */
function renewed(log: Log): [() => void, (error: unknown) => void] {
  return [
    () =>
      log({ level: "info", event: "certificates_renewed", message: "certificates are renewed" }),
    (error) => {
      const message = `the certificates stay as they are: ${reasonOf(error)}`;
      log({ level: "error", event: "certificates_kept", message });
    },
  ];
}
