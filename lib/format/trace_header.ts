import type { AcknowledgePolicy } from "../core/acknowledgements.ts";
import type { Faults } from "../host/faulty_transport.ts";
import type { Dialect } from "./dialect.ts";
import type { Scenario } from "./scenario.ts";
import { type TraceHeader, traceVersion } from "./trace.ts";

/** The run that is traced. */
export interface Traced {
  readonly program: string;
  readonly run: string;
  readonly startedMs: number;
  readonly scenario: Scenario;
  readonly dialect: Dialect;
  /** Whether all customers go at once. */
  readonly free: boolean;
  readonly acknowledge: AcknowledgePolicy;
  readonly faults: Faults | undefined;
}

/** Says what is run, in the first line of its trace; whether the bank is old is seen later. */
export function traceHeader(traced: Traced): Omit<TraceHeader, "isOld"> {
  const { program, run, startedMs, scenario, dialect, free, acknowledge } = traced;
  return {
    ...{ trace: traceVersion, program, run, startedMs, dialect },
    plan: free ? "free" : "settled",
    acknowledge,
    opening: Number(scenario.opening),
    branches: scenario.branches,
    customers: [...new Set(scenario.customers.map(({ id }) => id))],
    ...traced.faults === undefined ? {} : { faults: traced.faults },
  };
}
