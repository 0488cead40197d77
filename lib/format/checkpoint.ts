import type { CheckpointRecord, Generation } from "../core/checkpoint_record.ts";
import type { Generation__Output } from "../gen/bank/v1/Generation.ts";
import { checkpointRecord } from "./contract.ts";
import {
  MalformedError,
  readBalance,
  readBranchId,
  readCommandId,
  readSequence,
  readVector,
} from "./malformed.ts";
import { reasonOf } from "./reason.ts";
import { writeVector } from "./record.ts";

/** Writes a checkpoint for a journal. */
export function encodeCheckpoint(checkpoint: CheckpointRecord): Uint8Array {
  const { number, ledger, after, hasBegun, expiredMs, generations, heldFrom } = checkpoint;
  return checkpointRecord.serialize({
    number,
    accounts: ledger.accounts.map(({ branch, known, lastId, deposited, allowance }) => ({
      branch,
      known,
      deposited: Number(deposited),
      allowance: Number(allowance),
      lastCommandId: lastId ?? "",
    })),
    after: writeVector(after),
    hasBegun,
    expiredMs,
    generations: generations.map((generation) => (
      { ...generation, strays: [...generation.strays] }
    )),
    heldFrom,
  });
}

/** Reads a checkpoint from a journal. @throws {MalformedError} */
export function decodeCheckpoint(bytes: Uint8Array): CheckpointRecord {
  const { number, accounts, after, hasBegun, expiredMs, generations, heldFrom } = parsed(bytes);
  return {
    kind: "checkpoint",
    number: readSequence("checkpoint.number", number),
    ledger: {
      accounts: accounts.map(({ branch, known, deposited, allowance, lastCommandId }) => ({
        branch: readBranchId("checkpoint.accounts.branch", branch),
        known: readSequence("checkpoint.accounts.known", known),
        lastId: lastCommandId === ""
          ? undefined
          : readCommandId("checkpoint.accounts.last_command_id", lastCommandId),
        deposited: readBalance("checkpoint.accounts.deposited", deposited),
        allowance: readBalance("checkpoint.accounts.allowance", allowance),
      })),
    },
    after: readVector("checkpoint.after", after),
    hasBegun,
    expiredMs: readSequence("checkpoint.expired_ms", expiredMs),
    generations: generations.map(readGeneration),
    heldFrom: readSequence("checkpoint.held_from", heldFrom),
  };
}

/** Reads a generation; before there was more to say of it, it had a number, a size and an end. */
function readGeneration(generation: Generation__Output): Generation {
  const read = (name: string, value: number) =>
    readSequence(`checkpoint.generations.${name}`, value);
  return {
    number: read("number", generation.number),
    size: read("size", generation.size),
    oldest: read("oldest", generation.oldest),
    earliestMs: read("earliest_ms", generation.earliestMs),
    latestMs: read("latest_ms", generation.latestMs),
    usualFromMs: read("usual_from_ms", generation.usualFromMs),
    usualUntilMs: read("usual_until_ms", generation.usualUntilMs),
    strays: generation.strays.map((stray) => read("strays", stray)),
  };
}

function parsed(bytes: Uint8Array) {
  try {
    return checkpointRecord.deserialize(
      bytes as Parameters<typeof checkpointRecord.deserialize>[0],
    );
  } catch (error) {
    throw new MalformedError(`a checkpoint cannot be read: ${reasonOf(error)}`);
  }
}
