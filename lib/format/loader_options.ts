/**
 * How messages look in the programs: the same for the loader and for the generated types.
 *
 * 64-bit numbers become doubles: every amount, balance and sequence is at most 2^53 - 1, and
 * whatever came from outside above that is no safe integer and so refused.
 */
export const loaderOptions = {
  keepCase: false,
  longs: Number,
  enums: String,
  defaults: true,
} as const;
