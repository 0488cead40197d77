import type { BranchId } from "../core/ids.ts";
import { BranchTrace } from "../format/branch_trace.ts";
import type { BranchTraceSetup } from "../format/control_line.ts";
import type { BranchEvent } from "../format/trace.ts";
import { formatTold, traceFileName, untold } from "../format/trace_log.ts";
import type { FaultObserver, Misfortune } from "../host/faulty_transport.ts";
import type { HostParts } from "../host/host.ts";
import { NumberedTransport } from "../host/numbered_transport.ts";
import { withObserver } from "../host/observers.ts";

/** What tells of the branches of a process, each in a file of its own. */
export class BranchTraces implements FaultObserver {
  readonly #setup: BranchTraceSetup;
  readonly #traces = new Map<BranchId, BranchTrace>();

  /** Tells where and how the setup says. */
  constructor(setup: BranchTraceSetup) {
    this.#setup = setup;
  }

  /** Begins to tell of a branch, and gives the parts of its host with what that takes. */
  observed(parts: HostParts, members: readonly BranchId[]): HostParts {
    const { folder, run, life, told } = this.#setup;
    const { replica, journal } = parts;
    const view = replica.inspect();
    const { id } = view;
    const file = `${folder}/${traceFileName(id, life)}`;
    const observer = new BranchTrace({ id, life, run }, this.#writer(file));
    const before = new Map(told.find(([branch]) => branch === id)?.[1]);
    observer.started(view, life === 1 ? [] : untold(journal, { members, told: before }));
    this.#traces.set(id, observer);
    const transport = new NumberedTransport(parts.transport, life);
    return withObserver({ ...parts, transport }, observer);
  }

  /** Tells that messages may go wrong. */
  begun(): void {
    for (const trace of this.#traces.values()) trace.faults("faults begun");
  }

  /** Tells that none does any more. */
  healed(): void {
    for (const trace of this.#traces.values()) trace.faults("faults healed");
  }

  /** Tells what was done to a message. */
  befell(misfortune: Misfortune, asker: BranchId): void {
    this.#traces.get(asker)?.befell(misfortune);
  }

  /** Writes at once what is told: it is there before anything leaves, whatever happens then. */
  #writer(path: string): (events: readonly BranchEvent[]) => void {
    const file = Deno.openSync(path, { write: true, createNew: true });
    const encoder = new TextEncoder();
    return (events) => {
      const ms = performance.timeOrigin + performance.now() - this.#setup.startedMs;
      let bytes = encoder.encode(formatTold(events, ms));
      while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
    };
  }
}
