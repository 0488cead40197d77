import type { OptionTable } from "./arguments.ts";
import { logFormats, logLevels } from "./log_record.ts";

/** What `--help` says of branches that are started by hand. */
export const branchHelp = `Serves branches of a bank over gRPC.

  deno task branch --bank bank.json --id 2 --data 2.db --tls certs
  deno task branch --bank bank.json --id 2 --data 2.db --secret secret.txt

  --bank FILE     the bank: branch records of a scenario, each with an "address",
                  such as {"id": 2, "type": "branch", "balance": 400, "address": "127.0.0.1:5002"};
                  with port 0 the system chooses the port, if all branches are served here
  --id ID         a branch to serve; may be given more than once
  --listen HOST:PORT  where it listens, if not at its address: 0.0.0.0:5002, say
  --tls DIR       the folder with certificates, as "deno task certs" makes it: that of branch 2
                  is in DIR/branch-2. Callers need one too; SIGHUP reads them anew
  --secret FILE   what every caller has to show instead, on loopback only: 32 to 512 characters,
                  the same for all branches; whoever has it may do everything
  --data FILE     the branch's journal; one that is not there is founded. Without it, what the
                  branch knows is kept in memory: when it ends, it has forgotten that
  --backup FILE   copy the journal there while the branch runs, every hour and by SIGUSR2
  --backup-minutes MINUTES  copy it so often: 1 to 10080
  --ack POLICY    which branches must have a write before it is answered:
                  all (the default), majority or local
  --propagation URLS  what carries messages between branches, instead of calls of theirs: servers of
                  NATS with JetStream, as nats://127.0.0.1:4222, or tls://HOST:PORT,HOST:PORT; over
                  TLS a branch shows its certificate there too (docs/scaling.md)
  --propagation-login FILE  by what it logs in there: a credentials file of NATS
  --outcome-days DAYS  how long the outcome of a command is kept: 1 (the default) to 3650;
                  a command that is older is refused, and not executed again
  --admin HOST:PORT  serve a status page for a browser there, on loopback; a PORT alone is one
                  of 127.0.0.1, and with port 0 the system chooses
  --log-level LEVEL    the least that is said on standard error of what happens:
                  error, warn, info (the default) or debug
  --log-format FORMAT  text (the default), or json: a JSON value a line
  --help, --version

All branches are given the same bank file; its records may name the bank, as "bank".

It says where each branch listens. By SIGINT or SIGTERM it takes no more commands, answers those
that it has, brings the others what they lack of it, and ends. A branch that was away first
asks the others what it has missed or forgotten, and fetches it; one without a journal has to hear
from all of them before it serves, and refuses commands that were made before it started.
`;

/** The options of branches that are started by hand. */
export const branchOptions = {
  values: {
    bank: "any",
    secret: "any",
    tls: "any",
    listen: "any",
    data: "any",
    propagation: "any",
    "propagation-login": "any",
    backup: "any",
    "backup-minutes": "any",
    ack: ["all", "majority", "local"],
    "outcome-days": "any",
    admin: "any",
    "log-level": logLevels,
    "log-format": logFormats,
  },
  repeated: ["id"],
  flags: [],
  positional: [],
} as const satisfies OptionTable;
