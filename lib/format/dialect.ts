/** The dialects of scenario files: what they ask for, how it is run, and what comes out. */
export const dialects = [
  "classic",
  "sequential",
  "session",
  "session-classic",
  "clock",
  "clock-classic",
] as const;

/** One of the dialects of scenario files. */
export type Dialect = typeof dialects[number];

/** A dialect that asks for the answers of a run. */
export type AnswerDialect = Exclude<Dialect, ClockDialect>;

/** A dialect that asks for logical clocks, which are computed from the trace of a run. */
export type ClockDialect = "clock" | "clock-classic";

/** What tells the dialect of a scenario. */
export interface ScenarioShape {
  /** Some customer lists its events under `customer-requests`. */
  readonly hasCustomerRequests: boolean;
  /** Some event has `branch`. */
  readonly hasBranch: boolean;
  /** Some event has `dest`. */
  readonly hasDest: boolean;
  /** Every query has `money`; also true when there is no query. */
  readonly hasMoneyOnQueries: boolean;
}

/** Tells whether `name` is that of a dialect. */
export function isDialect(name: string): name is Dialect {
  return dialects.some((dialect) => dialect === name);
}

/** Tells whether the dialect asks for logical clocks. */
export function asksForClocks(dialect: Dialect): dialect is ClockDialect {
  return dialect === "clock" || dialect === "clock-classic";
}

/**
 * Tells which dialect a scenario is written in.
 *
 * It never answers `clock-classic`, whose files look like those of `classic`: that one must be
 * asked for.
 *
 * ```ts
 * import { dialectOf } from "./dialect.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = {
 *   hasCustomerRequests: false,
 *   hasBranch: false,
 *   hasDest: false,
 *   hasMoneyOnQueries: true,
 * };
 * assertEquals(dialectOf(shape), "classic");
 * assertEquals(dialectOf({ ...shape, hasMoneyOnQueries: false }), "sequential");
 * ```
 */
export function dialectOf(shape: ScenarioShape): Dialect {
  if (shape.hasCustomerRequests) return "clock";
  if (shape.hasBranch) return "session";
  if (shape.hasDest) return "session-classic";
  return shape.hasMoneyOnQueries ? "classic" : "sequential";
}
