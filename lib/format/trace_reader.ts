import { type Trace, type TraceEvent, type TraceHeader, traceVersion } from "./trace.ts";
import { faultIn, headerShape, isObject, kindOf, placeShape, shapeOf } from "./trace_shape.ts";

/** Says what is wrong with a trace, and in which line. */
export class TraceError extends SyntaxError {
  override readonly name = "TraceError";
  /** Counts from 1. */
  readonly line: number;

  /** Says what is wrong in which line. */
  constructor(line: number, claim: string) {
    super(`line ${line} of the trace: ${claim}`);
    this.line = line;
  }
}

/**
 * Reads a trace, and takes nothing in it on trust: each line is of the form that docs/trace.md
 * gives, and each process counts its events from 1 without a gap.
 *
 * Whether each message was sent before it was received is told by `causalFaults`: the trace of
 * a run that was killed may lack what its processes could not tell any more.
 *
 * @throws {TraceError} for the first line that is wrong.
 */
export function readTrace(text: string): Trace {
  const lines = text.split("\n");
  if (lines.at(-1) !== "") throw new TraceError(lines.length, "it is not ended by a line feed");
  const [first = "", ...rest] = lines.slice(0, -1);
  const header = headerIn(first);
  const counts = new Map<string, number>();
  const events = rest.map((each, index) => {
    const line = index + 2;
    const event = eventIn(each, line);
    const { by, n } = event;
    const due = (counts.get(by) ?? 0) + 1;
    if (n !== due) throw new TraceError(line, `n of ${by} is ${n}; it must be ${due}`);
    counts.set(by, due);
    return event;
  });
  return { header, events };
}

function headerIn(text: string): TraceHeader {
  const value = objectIn(text, 1);
  if (value.trace !== traceVersion) {
    const found = value.trace === undefined ? "no version" : `version ${String(value.trace)}`;
    throw new TraceError(1, `it has ${found}; this program reads version ${traceVersion}`);
  }
  const fault = faultIn(value, headerShape);
  if (fault !== undefined) throw new TraceError(1, `in the header, ${fault}`);
  return value as unknown as TraceHeader;
}

function eventIn(text: string, line: number): TraceEvent {
  const value = objectIn(text, line);
  const { by, n, ms, event } = value;
  const misplaced = faultIn({ by, n, ms, event }, placeShape);
  if (misplaced !== undefined) throw new TraceError(line, misplaced);
  const kind = kindOf(value);
  const shape = shapeOf(kind);
  if (shape === undefined) {
    throw new TraceError(line, `there is no event ${JSON.stringify(kind)} in version 1`);
  }
  const fault = faultIn(value, shape);
  if (fault !== undefined) throw new TraceError(line, `in ${JSON.stringify(kind)}, ${fault}`);
  return value as unknown as TraceEvent;
}

function objectIn(text: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TraceError(line, "it is not JSON");
  }
  if (isObject(value)) return value;
  throw new TraceError(line, "it is not a JSON object");
}
