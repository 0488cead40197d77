import type { Carriage } from "./options.ts";

/** Seeds that once found something, by what carries messages; the test runs them first. */
export const foundSeeds: Readonly<Record<Carriage, readonly number[]>> = {
  mesh: [
    // A refusal that went with a disk, in a bank where nobody had written an entry.
    ...[49, 531, 986, 1564],
    // A disk that was lost while another branch got its entries back.
    ...[2212, 5586, 9631],
    // A crash with half of the own log got back, and a checkpoint in the journal by then.
    ...[24_141, 28_345],
    // An older copy of a disk that lacks nothing but a refusal.
    ...[2203, 14_507],
  ],
  log: [
    // A branch that lost its disk, and a peer that had started to read behind its last entry.
    21,
    // The same, with a peer whose place in the log was one in an older log.
    22,
    // An answer to a life of a branch that was over, taken for one to the next life.
    307,
    // An entry that only the log had, and that its readers had passed over: nobody read it again.
    93,
  ],
};

/** How many seeds, from 1 on, the test runs besides. */
export const fixedSeeds = 350;
