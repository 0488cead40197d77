/** Seeds that once found something; the test runs them first. */
export const foundSeeds: readonly number[] = [
  // A refusal that went with a disk, in a bank where nobody had written an entry.
  ...[49, 531, 986, 1564],
  // A disk that was lost while another branch got its entries back.
  ...[2212, 5586, 9631],
  // A crash with half of the own log got back, and a checkpoint in the journal by then.
  ...[24_141, 28_345],
  // An older copy of a disk that lacks nothing but a refusal.
  ...[2203, 14_507],
];

/** How many seeds, from 1 on, the test runs besides. */
export const fixedSeeds = 300;
