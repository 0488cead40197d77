import {
  type Course,
  courseOfAll,
  coursesOf,
  envelopeOf,
  type FaultTime,
  faultTimes,
  servedTime,
  type Span,
  thinned,
} from "./balance_course.ts";
import { listed } from "./explanation.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import { type Scale, scaleOf } from "./plot_scale.ts";
import type { TraceHistory } from "./trace_history.ts";

/** How many branches have a line each in one plot; more have a band, and a small plot each. */
const linesMax = 6;

const big = { width: 900, height: 330, left: 64, right: 140, top: 28, bottom: 46 } as const;
const small = { width: 220, height: 84, left: 4, right: 44, top: 22, bottom: 8 } as const;

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The scales of a plot. */
interface Axes {
  readonly x: Scale;
  readonly y: Scale;
  readonly time: Span;
  readonly steps: number;
}

/** Draws the balance that each branch showed over time. */
export function balancePlot(history: TraceHistory): Markup {
  const courses = coursesOf(history.trace.events);
  const all = courseOfAll(history);
  const time = servedTime(history.trace.events);
  const axes = axesOf([...courses.values(), all], time, big);
  const isMany = courses.size > linesMax;
  const faults = faultTimes(history);
  return markup`<figure>${legend([...courses.keys()], { hasAll: all.length > 0, faults })}
<div class="scroll" tabindex="0" role="region" aria-label="Plot of balances"><svg class="plot" viewBox="0 0 ${big.width} ${big.height}" role="img" aria-labelledby="plot-title plot-words">
<title id="plot-title">The balance of each branch over time</title>
<desc id="plot-words">${inWords(courses)}</desc>
${faults.map((span) => shade(span, axes))}${grid(axes)}
${all.length === 0 ? undefined : markup`<path class="all" d="${stepPath(all, axes)}"/>`}
${isMany ? band([...courses.values()], axes) : lines(courses, axes)}
${endLabels(courses, axes)}</svg></div>
<figcaption>Each step is a turn in which a branch executed or applied something.</figcaption></figure>
${isMany ? smallPlots(courses, { all, time }) : undefined}`;
}

function axesOf(courses: readonly Course[], time: Span, frame: Frame): Axes {
  const balances = courses.flatMap((course) => course.map(({ balance }) => balance));
  const most = balances.reduce((high, balance) => Math.max(high, balance), 1);
  const least = balances.reduce((low, balance) => Math.min(low, balance), 0);
  const [bottom, right] = [frame.height - frame.bottom, frame.width - frame.right];
  return {
    x: scaleOf({ least: time.from, most: time.to }, { from: frame.left, to: right, ticksMax: 7 }),
    y: scaleOf({ least, most: most * 1.04 }, { from: bottom, to: frame.top, ticksMax: 6 }),
    time,
    steps: right - frame.left,
  };
}

function grid({ x, y }: Axes): Content {
  const [left, right, bottom] = [big.left, big.width - big.right, big.height - big.bottom];
  const isLong = x.most - x.least > 5_000;
  const rows = y.ticks.map((tick) => (
    markup`<path class="grid${tick === 0 ? " zero" : ""}" d="M${left} ${
      y.at(tick)
    }H${right}"/><text class="tick" x="${left - 8}" y="${
      y.at(tick) + 4
    }" text-anchor="end">${tick}</text>`
  ));
  const columns = x.ticks.map((tick) => (
    markup`<path class="grid" d="M${x.at(tick)} ${bottom}v5"/><text class="tick" x="${
      x.at(tick)
    }" y="${bottom + 18}" text-anchor="middle">${isLong ? tick / 1_000 : tick}</text>`
  ));
  return [
    ...rows,
    ...columns,
    markup`<text class="axis" x="${left}" y="14">balance</text><text class="axis" x="${right}" y="${
      bottom + 36
    }" text-anchor="end">${isLong ? "seconds" : "milliseconds"} since the run began</text>`,
  ];
}

function shade(span: FaultTime, { x, time }: Axes): Content {
  const [from, to] = [Math.max(span.from, time.from), Math.min(span.to, time.to)];
  if (from >= to) return undefined;
  const [left, width] = [x.at(from), Math.round(x.at(to) - x.at(from))];
  const height = big.height - big.top - big.bottom;
  return markup`<rect class="shade ${span.what}" x="${left}" y="${big.top}" width="${width}" height="${height}"/>`;
}

function lines(courses: ReadonlyMap<number, Course>, axes: Axes): Content {
  return [...courses].map(([branch, course], index) => (
    markup`<path class="line s${index + 1}" d="${
      stepPath(course, axes)
    }"><title>branch ${branch}</title></path>`
  ));
}

function band(courses: readonly Course[], axes: Axes): Content {
  const envelope = thinned(envelopeOf(courses), axes.time, axes.steps);
  const upper = stepPath(envelope.map(({ ms, most }) => ({ ms, balance: most })), axes);
  const lower = envelope.toReversed().map(({ ms, least }, index) => {
    const later = envelope.at(-index);
    const end = index === 0 || later === undefined
      ? axes.time.to
      : Math.max(later.ms, axes.time.from);
    return `L${axes.x.at(end)} ${axes.y.at(least)}H${axes.x.at(Math.max(ms, axes.time.from))}`;
  });
  return markup`<path class="band" d="${upper}${lower.join("")}Z"/>`;
}

/** Draws a course as steps, from the beginning of the time to its end. */
function stepPath(course: Course, { x, y, time, steps }: Axes): string {
  const before = course.findLast(({ ms }) => ms <= time.from) ?? course[0];
  const after = course.filter((point) => point.ms > time.from && point !== before);
  const path = thinned(after, time, steps).map(({ ms, balance }) => (
    `H${x.at(ms)}V${y.at(balance)}`
  ));
  const start = Math.max(before?.ms ?? time.from, time.from);
  return `M${x.at(start)} ${y.at(before?.balance ?? 0)}${path.join("")}H${x.at(time.to)}`;
}

/** Names the lines at their ends: one name for those that end on the same balance. */
function endLabels(courses: ReadonlyMap<number, Course>, { x, y, time }: Axes): Content {
  const ends = Map.groupBy([...courses], ([, course]) => course.at(-1)?.balance ?? 0);
  let free = Infinity;
  return [...ends].sort(([left], [right]) => left - right).map(([balance, group]) => {
    const place = Math.min(y.at(balance) + 4, free - 13);
    free = place;
    const names = group.length === courses.size && group.length > 1
      ? `all ${group.length}`
      : group.length > 3
      ? `${group.length} branches`
      : `branch ${listed(group.map(([branch]) => `${branch}`))}`;
    return markup`<text class="end" x="${
      x.at(time.to) + 6
    }" y="${place}">${balance} ${names}</text>`;
  });
}

function legend(
  branches: readonly number[],
  { hasAll, faults }: { readonly hasAll: boolean; readonly faults: readonly FaultTime[] },
): Content {
  const isMany = branches.length > linesMax;
  const keys = isMany
    ? [key("band", "from the least to the greatest balance of all branches")]
    : branches.map((branch, index) => key(`line s${index + 1}`, `branch ${branch}`));
  const all = hasAll ? key("all", "all entries that anyone has made") : undefined;
  const shades = [...new Set(faults.map(({ what }) => what))].map((what) => (
    markup`<li><svg width="34" height="14" aria-hidden="true"><rect class="shade ${what}" width="34" height="14"/></svg>${
      shadeWords[what]
    }</li>`
  ));
  return markup`<ul class="legend">${keys}${all}${shades}</ul>`;
}

const shadeWords = { faults: "messages may go wrong", cut: "links are cut" } as const;

function key(style: string, words: string): Markup {
  return markup`<li><svg width="34" height="12" aria-hidden="true"><path class="${style}" d="${
    style === "band" ? "M1 2H33V10H1Z" : "M1 6H33"
  }"/></svg>${words}</li>`;
}

function smallPlots(
  courses: ReadonlyMap<number, Course>,
  { all, time }: { readonly all: Course; readonly time: Span },
): Markup {
  const axes = { ...axesOf([...courses.values(), all], time, small) };
  const plots = [...courses].map(([branch, course]) => {
    const end = course.at(-1)?.balance ?? 0;
    const truth = all.length === 0
      ? undefined
      : markup`<path class="all" d="${stepPath(all, axes)}"/>`;
    return markup`<svg class="small" viewBox="0 0 ${small.width} ${small.height}" role="img" aria-label="branch ${branch} ends on ${end}"><text class="name" x="4" y="14">branch ${branch}</text><path class="grid zero" d="M${small.left} ${
      axes.y.at(0)
    }H${small.width - small.right}"/>${truth}<path class="line s1" d="${
      stepPath(course, axes)
    }"/><text class="tick" x="${axes.x.at(time.to) + 4}" y="${
      axes.y.at(end) + 4
    }">${end}</text></svg>`;
  });
  return markup`<details><summary>Each branch by itself</summary><div class="smalls">${plots}</div></details>`;
}

function inWords(courses: ReadonlyMap<number, Course>): string {
  const ends = [...courses].map(([branch, course]) => {
    const balances = course.map(({ balance }) => balance);
    const [low, high] = [Math.min(...balances), Math.max(...balances)];
    return `branch ${branch} from ${balances[0]} to ${balances.at(-1)}, between ${low} and ${high}`;
  });
  return `${listed(ends, 12)}.`;
}
