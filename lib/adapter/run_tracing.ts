import { RunTrace, type TraceFolder } from "../format/run_trace.ts";
import type { RunEvent } from "../format/trace.ts";
import { type Traced, traceHeader } from "../format/trace_header.ts";

/** A trace that is being made. */
export interface Tracing {
  /** Hears what happens. */
  readonly trace: RunTrace;
  /**
   * Writes it, once, with what is told last, as far as it is told, if there is a file for it.
   *
   * @throws {Error} when it cannot be written.
   */
  end(last: RunEvent): void;
}

/**
 * Begins to trace a run. The trace goes to `file`, if anyone wants it there, and to `note` what is
 * not whole about it.
 */
export function startTracing(
  traced: Traced,
  { file, note }: {
    readonly file: { write(text: string): void } | undefined;
    readonly note: (line: string) => void;
  },
): Tracing {
  const folder = makeTraceFolder();
  const nowMs = () => performance.timeOrigin + performance.now();
  const trace = new RunTrace({ header: traceHeader(traced), nowMs, folder });
  let isEnded = false;
  const end = (last: RunEvent) => {
    if (isEnded) return;
    isEnded = true;
    const written = file && trace.written(last);
    folder.remove();
    if (written === undefined) return;
    for (const fault of written.faults) note(`the trace is not whole: ${fault}`);
    file?.write(written.text);
  };
  return { trace, end };
}

/** Makes a folder in which the branches of a run tell what happens to them, until it is merged. */
function makeTraceFolder(): TraceFolder & { remove(): void } {
  const path = Deno.makeTempDirSync({ prefix: "trace-" });
  return {
    path,
    read(name) {
      try {
        return Deno.readTextFileSync(`${path}/${name}`);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return "";
        throw error;
      }
    },
    remove() {
      try {
        Deno.removeSync(path, { recursive: true });
      } catch {
        // A branch that found itself alone has removed it.
      }
    },
  };
}
