import { hasMark } from "./space_time.ts";
import type { TraceEvent } from "./trace.ts";

/** A part of a run that one diagram shows. */
export interface Window {
  /** Its events, by where they stand in the trace. */
  readonly picked: readonly number[];
  /** The phases in it. */
  readonly phases: readonly number[];
}

/** The parts of a run, and how many events are in none. */
export interface Windows {
  readonly windows: readonly Window[];
  readonly leftOut: number;
}

/** How much a diagram shows, and all of them together. */
export const windowSizes = { least: 80, most: 240, all: 6_000 } as const;

/**
 * Cuts a run into parts for diagrams: at the beginning of a phase, once a part has so many
 * events, and else where it would have too many.
 */
export function windowsOf(
  events: readonly TraceEvent[],
  { least, most, all }: { readonly least: number; readonly most: number; readonly all: number } =
    windowSizes,
): Windows {
  const marked = [...events.keys()].filter((index) => {
    const event = events[index];
    return event !== undefined && hasMark(event);
  });
  const shown = marked.slice(0, all);
  const windows: { readonly picked: number[]; readonly phases: number[] }[] = [];
  let phase = 0;
  for (const index of shown) {
    const event = events[index];
    const current = windows.at(-1);
    const count = current?.picked.length ?? Infinity;
    const isBegun = event?.event === "phase begun";
    if (isBegun) phase = event.phase;
    if (count >= most || (isBegun && count >= least)) windows.push({ picked: [], phases: [] });
    const window = windows.at(-1);
    window?.picked.push(index);
    if (phase > 0 && window?.phases.at(-1) !== phase) window?.phases.push(phase);
  }
  return { windows, leftOut: marked.length - shown.length };
}
