import { invariant } from "./invariant.ts";

/**
 * Every maximum of the system, in one place: nothing is queued, sent or stored without one.
 *
 * Where two of them depend on each other, the relation is asserted below, so that changing
 * one alone cannot make a message that its receiver refuses.
 */
export const limits = {
  /** The largest id of a branch or a customer: what a protobuf `uint32` carries. */
  idMax: 2 ** 32 - 1,
  /** Branches in one bank. */
  branchesMax: 1024,
  /** Characters in a command id, ASCII. */
  commandIdCharactersMax: 128,
  /** Minor units in one deposit or withdrawal. */
  amountMax: 1_000_000_000_000,
  /** Minor units that a bank may open with. */
  openingBalanceMax: 1_000_000_000_000_000,
  /** Minor units that a balance may ever reach: what JSON and a double carry exactly. */
  balanceMax: Number.MAX_SAFE_INTEGER,
  /** Commands in one request of a customer. */
  requestCommandsMax: 1_000,
  /** Commands that one step executes. */
  stepCommandsMax: 1_000,
  /** Entries of one record: of those commands, and of a grant to each peer. */
  recordEntriesMax: 3_024,
  /** Bytes of the records in one request to a peer, or in one answer to a peer that fetches. */
  propagateBytesMax: 3 * 1024 * 1024,
  /** Servers of NATS that may be named. */
  natsServersMax: 16,
  /** Servers of NATS that keep a stream. */
  natsReplicasMax: 5,
  /** Bytes of one message over NATS: what its servers take unless they are told otherwise. */
  natsMessageBytesMax: 1024 * 1024,
  /** Bytes of the records in one. */
  natsRecordsBytesMax: 960 * 1024,
  /** Entries of its own log that a branch holds for peers; who lacks older ones fetches them. */
  logEntriesMax: 50_000,
  /** Entries and refusals that a journal holds after a checkpoint, before there is another. */
  checkpointEntries: 50_000,
  /**
   * Outcomes that are held in memory, besides those since the last checkpoint: 14 MiB. At 1,000
   * writes a second they are those of three minutes, and a retry comes within seconds.
   */
  heldOutcomesMax: 200_000,
  /** Generations of these, each of which a command is looked up in. */
  heldGenerationsMax: 64,
  /**
   * Generations of which only sums are held. So many have a day of 1,000 writes a second in pieces
   * of a checkpoint each; where there are more, they are joined, and take longer to read.
   */
  generationsMax: 2_048,
  /** Commands of a generation that are known one by one, for the unusual time they were made at. */
  straysMax: 4_096,
  /** Such commands of all generations: a checkpoint takes 8 bytes for each. */
  straysTotalMax: 65_536,
  /** Commands that are waited for until it is read in the journal what became of them. */
  recallIdsMax: 10_000,
  /** Outcomes that a turn reads again, about: 1 ms, by which others wait longer. */
  recallOutcomesMax: 500,
  /** Outcomes that are read again in a tick: a third of the time, however many are asked for. */
  recallOutcomesTickMax: 10_000,
  /** The least time for which outcomes are kept, in milliseconds: a day. */
  outcomeMsMin: 24 * 60 * 60 * 1_000,
  /** The longest time for which they may be kept, in days. */
  outcomeDaysMax: 3_650,
  /** The latest moment that an id can say, in milliseconds since 1970. */
  issuedMsMax: 2 ** 48 - 1,
  /** How far a command's id may be ahead of the branch's clock, in milliseconds: an hour. */
  commandAheadMsMax: 60 * 60 * 1_000,
  /** Commands that wait in a branch, for its next step or for what their session has seen. */
  inboxCommandsMax: 100_000,
  /** Requests that a branch answers in one turn, before it looks for new ones. */
  turnRepliesMax: 16,
  /** Requests of customers and peers that a branch holds at once, unanswered. */
  openRequestsMax: 50_000,
  /** Bytes of a record besides its entries and its vector. */
  recordBytesMax: 64,
  /** Bytes of one entry in a record: id, action, amount and their protobuf tags. */
  entryBytesMax: 160,
  /** Bytes of one branch with its sequence in a version vector. */
  vectorElementBytesMax: 20,
  /** Bytes of one request of a customer, and of a peer's besides records. */
  requestBytesMax: 192 * 1024,
  /** Records in one request to a peer. */
  propagateRecordsMax: 14_044,
  /** Bytes of one gRPC message, either way. */
  messageBytesMax: 4 * 1024 * 1024,
  /** Calls that one connection may have open at a branch. */
  connectionCallsMax: 1_000,
  /** Calls that one caller may have open as a customer, over all of its connections. */
  callerCallsMax: 500,
  /** Commands of one caller that are not answered. */
  callerCommandsMax: 10_000,
  /** Bytes of messages of one caller that have not come whole. */
  arrivingBytesMax: 8 * 1024 * 1024,
  /** How long a message may be on its way, from its first byte to its last, in milliseconds. */
  arrivalMs: 10_000,
  /** Streams that a peer may have open on one connection; it needs one at a time. */
  connectionStreamsMax: 16,
  /** Bytes of answers to a peer that are not read, beyond which it may fetch no more. */
  unreadBytesMax: 16 * 1024 * 1024,
  /** The same, beyond which a stream ends; its answers are small, and each takes some memory. */
  unreadStreamBytesMax: 1024 * 1024,
  /** Bytes that the other end of a connection has not taken, beyond which it ends. */
  untakenBytesMax: 64 * 1024 * 1024,
  /** Connections of a process, whoever is at their other ends. */
  connectionsMax: 8_192,
  /** Of those, the ones of all customers together, where callers have certificates. */
  customerConnectionsMax: 2_048,
  /** Connections of one caller with a certificate; as many more are told so, others are closed. */
  callerConnectionsMax: 32,
  /** Connections from one host of which it is not yet known who is at the other end. */
  strangersMax: 64,
  /** How long one may take to say who it is, in milliseconds. */
  handshakeMs: 5_000,
  /** Calls that watch whether a branch serves. */
  healthWatchesMax: 1_000,
  /** Customers of a scenario, each of which gets a process. */
  customersMax: 2_000,
  /** Bytes of a scenario file. */
  scenarioBytesMax: 64 * 1024 * 1024,
} as const;

const vectorBytesMax = limits.branchesMax * limits.vectorElementBytesMax;
invariant(
  limits.requestCommandsMax <= limits.stepCommandsMax,
  "a request fits into one step",
);
invariant(
  limits.stepCommandsMax + limits.branchesMax <= limits.recordEntriesMax,
  "a step has room for a grant to each peer, however many commands it executes",
);
invariant(
  limits.recordEntriesMax <= limits.recallIdsMax,
  "all commands of a record or a request can be waited for together",
);
invariant(
  limits.recordBytesMax + limits.recordEntriesMax * limits.entryBytesMax + vectorBytesMax <=
    Math.min(limits.propagateBytesMax, limits.natsRecordsBytesMax),
  "a record fits into one request to a peer, and into one message over NATS",
);
invariant(
  limits.propagateBytesMax + vectorBytesMax <= limits.messageBytesMax,
  "the largest request to a peer, with its destinations, is a message that the peer takes",
);
invariant(
  limits.natsRecordsBytesMax + 2 * vectorBytesMax <= limits.natsMessageBytesMax,
  "the largest message over NATS is one that its servers take",
);
invariant(
  limits.propagateBytesMax <=
    limits.propagateRecordsMax * (limits.recordBytesMax + limits.entryBytesMax),
  "a request to a peer has no more records than the peer takes",
);
invariant(
  limits.requestCommandsMax * limits.entryBytesMax + vectorBytesMax <= limits.requestBytesMax &&
    2 * vectorBytesMax + limits.recordBytesMax <= limits.requestBytesMax &&
    limits.requestBytesMax <= limits.messageBytesMax,
  "the largest request of a customer, and a peer's without its records, is one that is taken",
);
invariant(
  limits.callerCallsMax < limits.connectionCallsMax &&
    10 * limits.callerCommandsMax <= limits.inboxCommandsMax,
  "nobody can fill a branch alone, and hears so before a connection is full",
);
invariant(
  2 * limits.messageBytesMax <= limits.arrivingBytesMax &&
    2 * (limits.unreadBytesMax + limits.messageBytesMax) <= limits.untakenBytesMax,
  "a connection outlives the largest messages that may be on it",
);
invariant(
  limits.customerConnectionsMax + 2 * limits.branchesMax + limits.strangersMax <=
    limits.connectionsMax,
  "however many customers there are, every branch can connect, and again when it has restarted",
);
invariant(
  limits.openingBalanceMax + limits.branchesMax * limits.amountMax <= limits.balanceMax,
  "every branch of the richest bank can take the largest deposit",
);
