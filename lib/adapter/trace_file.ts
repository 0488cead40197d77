import { commandText, runText } from "../format/explain_text.ts";
import { reasonOf } from "../format/reason.ts";
import { reportPage } from "../format/report.ts";
import type { Trace } from "../format/trace.ts";
import { readTrace } from "../format/trace_reader.ts";

/** How large a trace may be that is explained: what is read of it takes several times as much. */
const bytesMax = 256 * 1024 * 1024;

/**
 * Explains the run whose trace is in a file, or one command of it, and makes a page of the run
 * if there is a file for it.
 *
 * @throws {Error} when there is no trace, or no such command in it.
 */
export function explained(
  path: string,
  command: string | undefined,
  page: { write(text: string): void } | undefined,
): string {
  const trace = traceIn(path);
  const text = command === undefined ? runText(trace) : commandText(trace, command);
  if (text === undefined) {
    throw new RangeError(`${path} has no command ${JSON.stringify(command)}`);
  }
  page?.write(reportPage(trace));
  return text;
}

function traceIn(path: string): Trace {
  try {
    const { size } = Deno.statSync(path);
    if (size > bytesMax) {
      throw new RangeError(`it has ${size} bytes, more than ${bytesMax}`);
    }
    return readTrace(Deno.readTextFileSync(path));
  } catch (error) {
    throw new Error(`${path} cannot be explained: ${reasonOf(error)}`, { cause: error });
  }
}
