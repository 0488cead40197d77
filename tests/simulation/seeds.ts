/** Seeds that once found something; the test runs them first. */
export const foundSeeds: readonly number[] = [];

/** How many seeds, from 1 on, the test runs besides. */
export const fixedSeeds = 800;
