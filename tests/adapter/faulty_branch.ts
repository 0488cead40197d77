/**
 * Serves a branch with a bug in the place that its argument names, and says where it listens;
 * grpc_server_test.ts runs this file and sees how it ends.
 */
import { Listener } from "../../lib/adapter/listener.ts";
import { CallGate } from "../../lib/adapter/call_gate.ts";
import { bearers, serveBranch } from "../../lib/adapter/grpc_server.ts";
import { print, runProgram } from "../../lib/adapter/program.ts";
import type { Command } from "../../lib/core/command.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import { type Executed, Host } from "../../lib/host/host.ts";
import { branch } from "../core/samples.ts";

const [place = "", secret = ""] = Deno.args;
const one = branch(1);

class FaultyHost extends Host {
  override execute(commands: readonly Command[]): Promise<Executed> {
    if (place === "handler") return Promise.reject(new InvariantError("it answers"));
    return super.execute(commands, new Map());
  }
}

async function main(): Promise<number> {
  const config = { id: one, members: [one], opening: money(0), acknowledge: "all" } as const;
  const host = new FaultyHost({
    replica: Replica.restore(config),
    journal: {
      read: () => ({ checkpoint: undefined, remembered: [], records: [] }),
      after: () => {
        throw new InvariantError("it finds");
      },
      recall: () => {
        throw new InvariantError("it recalls");
      },
      latest: () => [],
      commit: () => {
        throw new InvariantError("it commits");
      },
      close: () => {},
    },
    transport: { send: () => undefined, ask: () => undefined, claim: () => undefined },
    schedule: setImmediate,
  });
  const hosts = new Map([[one, host]]);
  const bank = { founding: "of a bank", digest: "d1ge57" };
  const address = await serveBranch({
    branch: one,
    hosts,
    gate: new CallGate(bearers(secret)),
    bank,
    address: "127.0.0.1:0",
    listen: new Listener().listen,
  });
  print(`${address}\n`);
  // Should it survive its bug, it ends well with its input.
  for await (const _ of Deno.stdin.readable);
  return 0;
}

await runProgram("faulty", main);
