import type { OptionTable } from "./arguments.ts";
import { dialects } from "./dialect.ts";

/** What `--help` says of a run. */
export const runHelp =
  `Runs a scenario on a bank of its own, over gRPC on loopback, or on one that runs already.

  deno task run SCENARIO [options]

  --output FILE      where the answers go, as .txt, .json or .jsonl; they are printed too
                     (output.txt for classic scenarios, output.json for all others). In
                     clock-classic clocks go there, and in clock three files of them go into
                     the folder of this name, or into the one it is run in
  --dialect DIALECT  how to read the scenario, instead of telling from the file:
                     classic, sequential, session, session-classic, clock or clock-classic
                     (which is never told from a file)
  --spelling WORD    how the file of all events of clock spells it: propogate (the default)
                     or propagate
  --no-response      in clock-classic, answers to customers are no events
  --plan free        all customers at once, each seeing only what it has seen itself,
                     to watch branches differ and then agree
  --ack POLICY       which branches must have a write before it is answered:
                     all (the default), majority or local
  --propagation URLS what carries messages between branches, instead of calls of theirs: servers
                     of NATS with JetStream, as nats://127.0.0.1:4222 (docs/scaling.md)
  --faults LIST      what goes wrong with messages between branches, such as
                     "delay=20ms..200ms,drop=0.1,double=0.1,cut=1|2,3@0.5s..2s": all or any
                     of these; a cut without times lasts until the customers are done
  --data DIR         keep the bank in this folder, and go on with the one that is there;
                     without it the bank ends with the run, and its journals are removed
  --secret FILE      where the branches have addresses, they run already, and the customers turn
                     to those: on loopback with the secret in this file,
  --tls DIR          anywhere with certificates: customer 7 with that in DIR/customer-7
  --trace FILE       what happened, as JSON lines (docs/trace.md); written also when the run fails
  --report FILE      the same as an HTML page for people (docs/report.md); likewise
  --quiet, -q        no summary and no progress on standard error
  --help, --version

  deno task explain TRACE [--command ID] [--report FILE]

  tells of a run that was traced whether it kept its promises and what each command was answered;
  or of one command, such as 7/1, why

Exit code 0: done; 1: the run failed, and no output was written; 2: the scenario or the
arguments are wrong, and nothing was started; 130, 143, 129: ended by SIGINT, SIGTERM, SIGHUP.
`;

/** The options of a run, and of its explanation. */
export const runOptions = {
  values: {
    output: "any",
    data: "any",
    trace: "any",
    report: "any",
    explain: "any",
    command: "any",
    secret: "any",
    tls: "any",
    propagation: "any",
    faults: "any",
    dialect: dialects,
    spelling: ["propogate", "propagate"],
    plan: ["free"],
    ack: ["all", "majority", "local"],
  },
  flags: ["no-response", "quiet"],
  positional: ["SCENARIO"],
} as const satisfies OptionTable;
