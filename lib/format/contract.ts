import { fromJSON, type MessageTypeDefinition } from "@grpc/proto-loader";
import descriptor from "../gen/bank.json" with { type: "json" };
import type { BranchServiceDefinition } from "../gen/bank/v1/BranchService.ts";
import type {
  CheckpointRecord,
  CheckpointRecord__Output,
} from "../gen/bank/v1/CheckpointRecord.ts";
import type { EntriesRecord, EntriesRecord__Output } from "../gen/bank/v1/EntriesRecord.ts";
import type { RefusalRecord, RefusalRecord__Output } from "../gen/bank/v1/RefusalRecord.ts";
import type { ReplicationServiceDefinition } from "../gen/bank/v1/ReplicationService.ts";
import { loaderOptions } from "./loader_options.ts";

// The loader knows neither the shape of a descriptor nor that of what it makes of it. The
// generated types come from the same files and options (`deno task generate`), so they may be
// named here.
const namespace = descriptor as unknown as Parameters<typeof fromJSON>[0];
const definition = fromJSON(namespace, loaderOptions) as unknown as {
  "bank.v1.BranchService": BranchServiceDefinition;
  "bank.v1.ReplicationService": ReplicationServiceDefinition;
  "bank.v1.EntriesRecord": MessageTypeDefinition<EntriesRecord, EntriesRecord__Output>;
  "bank.v1.RefusalRecord": MessageTypeDefinition<RefusalRecord, RefusalRecord__Output>;
  "bank.v1.CheckpointRecord": MessageTypeDefinition<CheckpointRecord, CheckpointRecord__Output>;
};

/** What customers can call, with the codecs of its messages. */
export const branchService: BranchServiceDefinition = definition["bank.v1.BranchService"];

/** What branches can call, with the codecs of its messages. */
export const replicationService: ReplicationServiceDefinition =
  definition["bank.v1.ReplicationService"];

/**
 * The codec of the records that branches store and forward, as anyone would have it. Branches have
 * faster ones of their own, `record_reader.ts` and `record_writer.ts`, which are held to it.
 */
export const entriesRecord: MessageTypeDefinition<EntriesRecord, EntriesRecord__Output> =
  definition["bank.v1.EntriesRecord"];

/** The codec of the refusals that a branch writes down. */
export const refusalRecord: MessageTypeDefinition<RefusalRecord, RefusalRecord__Output> =
  definition["bank.v1.RefusalRecord"];

/** The codec of the checkpoints that a branch writes down. */
export const checkpointRecord: MessageTypeDefinition<CheckpointRecord, CheckpointRecord__Output> =
  definition["bank.v1.CheckpointRecord"];
