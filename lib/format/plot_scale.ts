/** Maps values to places along an axis. */
export interface Scale {
  readonly least: number;
  readonly most: number;
  /** Round values to mark, in order. */
  readonly ticks: readonly number[];
  /** Gives the place of a value, in tenths of a pixel. */
  at(value: number): number;
}

/**
 * Makes a scale from values to pixels, with not more than so many ticks at 1, 2 or 5 times a
 * power of ten.
 */
export function scaleOf(
  { least, most }: { readonly least: number; readonly most: number },
  { from, to, ticksMax }: { readonly from: number; readonly to: number; readonly ticksMax: number },
): Scale {
  const span = most > least ? most - least : 1;
  const step = stepFor(span / Math.max(1, ticksMax - 1));
  const first = Math.ceil(least / step);
  const count = Math.floor((least + span) / step) - first + 1;
  return {
    least,
    most: least + span,
    ticks: Array.from({ length: count }, (_, index) => (first + index) * step),
    at: (value) => Math.round((from + (to - from) * (value - least) / span) * 10) / 10,
  };
}

/** The least of 1, 2 and 5 times a power of ten that is not below `least`. */
function stepFor(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5].find((factor) => factor * power >= least) ?? 10;
  return step * power;
}
