import type { CheckpointRecord } from "../core/checkpoint_record.ts";
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
  const { number, ledger, after, hasBegun, expiredMs, generations } = checkpoint;
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
    generations: [...generations],
  });
}

/** Reads a checkpoint from a journal. @throws {MalformedError} */
export function decodeCheckpoint(bytes: Uint8Array): CheckpointRecord {
  const { number, accounts, after, hasBegun, expiredMs, generations } = parsed(bytes);
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
    generations: generations.map(({ number, size, latestMs }) => ({
      number: readSequence("checkpoint.generations.number", number),
      size: readSequence("checkpoint.generations.size", size),
      latestMs: readSequence("checkpoint.generations.latest_ms", latestMs),
    })),
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
