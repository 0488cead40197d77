/**
 * The yardstick of the load bench: a plain grpc-js server that takes the messages of customers and
 * answers at once, as a branch would that had nothing to do. It prints where it listens.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { BranchServiceHandlers } from "../../lib/gen/bank/v1/BranchService.ts";
import { branchService } from "../../lib/format/contract.ts";
import { print } from "./spread.ts";

const session = { sequences: { 1: 1_000_000 } };
const written = { outcome: "OUTCOME_SUCCESS", branches: 3, session } as const;
const result = { outcome: "OUTCOME_SUCCESS", branches: 3, balance: 0 } as const;

const server = new Server({ "grpc.enable_channelz": 0 });
const handlers: BranchServiceHandlers = {
  Deposit: (_, answer) => answer(null, written),
  Withdraw: (_, answer) => answer(null, written),
  Query: (_, answer) => answer(null, { balance: 1_000_000, session }),
  Execute: ({ request }, answer) =>
    answer(null, { results: request.commands.map(() => result), session }),
};
server.addService(branchService, handlers);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  print(`127.0.0.1:${port}`);
});
