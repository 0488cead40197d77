import type { BranchId } from "../core/ids.ts";

/**
 * Deals branches out to processes: one each while there are at most two for every core, and
 * else one process per core, neighbours together. What branches that share a process save,
 * start and calls to each other, is most when they share as few as keep the cores busy.
 */
export function packed(branches: readonly BranchId[], cores: number): readonly BranchId[][] {
  const count = branches.length <= 2 * cores ? branches.length : cores;
  return Array.from({ length: count }, (_, index) =>
    branches.slice(
      Math.floor(index * branches.length / count),
      Math.floor((index + 1) * branches.length / count),
    ));
}
