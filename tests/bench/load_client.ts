/**
 * The client of the load bench, the same for a bank and for the yardstick: for each turn that it is
 * told, a line of JSON, it keeps calls in flight for so long, or until so many commands are done,
 * and prints how long they took.
 */
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { jsonLine, readJsonLines } from "../../lib/format/json_lines.ts";
import { branchService } from "../../lib/format/contract.ts";
import { authorization, authorizationKey } from "../../lib/format/secret.ts";
import { keepCalling } from "./keep_calling.ts";
import type { Calls, Turn } from "./load.ts";

const load: Calls = JSON.parse(Deno.args[0] ?? "");
const metadata = new Metadata();
metadata.set(authorizationKey, authorization(load.secret));
const clients = load.addresses.map((address) =>
  new Client(address, credentials.createInsecure(), { "grpc.enable_channelz": 0 })
);
const session = { sequences: load.session ?? {} };
const run = crypto.randomUUID().slice(0, 8);
const { Deposit, Withdraw, Execute } = branchService;
let calls = 0;

type Done = (error: ServiceError | null) => void;

function call(done: Done): void {
  const at = calls % clients.length;
  const [client, branch] = [clients[at], load.branches[at] ?? 0];
  const madeMs = load.madeMs?.[calls % load.madeMs.length] ?? Date.now();
  const id = `${commandIdPrefix(madeMs)}${run}/${++calls}`;
  if (client === undefined) throw new TypeError("there is nobody to call");
  if (load.commands > 1) callMany(client, { id, branch, done });
  else callOne(client, { id, branch, done });
}

interface Call {
  readonly id: string;
  readonly branch: number;
  readonly done: Done;
}

function callOne(client: Client, { id, branch, done }: Call): void {
  const method = load.action === "deposit" ? Deposit : Withdraw;
  client.makeUnaryRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    { commandId: id, amount: 1, session, branch },
    metadata,
    (error) => done(error),
  );
}

function callMany(client: Client, { id, branch, done }: Call): void {
  const action = load.action === "deposit" ? "ACTION_DEPOSIT" : "ACTION_WITHDRAW";
  const commands = Array.from({ length: load.commands }, (_, at) => (
    { action, commandId: `${id}/${at}`, amount: 1 } as const
  ));
  client.makeUnaryRequest(
    Execute.path,
    Execute.requestSerialize,
    Execute.responseDeserialize,
    { commands, session, branch },
    metadata,
    (error) => done(error),
  );
}

const { inFlight, commands } = load;
for await (const turn of readJsonLines(Deno.stdin)) {
  const { durationMs, commandsMax } = turn as Turn;
  const callsMax = commandsMax / commands;
  const isOver = (ms: number, made: number) => ms >= durationMs || made >= callsMax;
  Deno.stdout.writeSync(jsonLine(await keepCalling(call, { inFlight, isOver })));
}
Deno.exit(0);
