import { eventWords } from "./event_words.ts";
import { durationWords } from "./explanation.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import type { Arrow, Diagram, Mark, Shade } from "./space_time.ts";
import type { Mail } from "./trace_mail.ts";

/** Pixels at normal size. */
const sizes = { digit: 6.2, columnGap: 9, top: 16, side: 22, name: 7 } as const;

/** How high a lane is: less where there are many. */
function laneHeight(lanes: number): number {
  return lanes <= 10 ? 36 : 26;
}

interface Layout {
  readonly x: (column: number) => number;
  readonly y: (lane: number) => number;
  readonly width: number;
  readonly height: number;
}

/** Draws a space-time diagram; the names of its lanes stay in sight where it has to scroll. */
export function spaceTimeSvg(diagram: Diagram, title: string): Markup {
  const layout = layoutOf(diagram);
  const { width, height } = layout;
  const words = `${diagram.lanes.length} processes from top to bottom: ${
    diagram.lanes.join(", ")
  }. ${diagram.marks.length} events, ${diagram.arrows.length} messages.`;
  const nameWidth = Math.max(...diagram.lanes.map((lane) => lane.length)) * sizes.name + 14;
  return markup`<div class="scroll diagram" tabindex="0" role="region" aria-label="${title}"><svg class="names" style="--w:${nameWidth};--h:${height}" viewBox="0 0 ${nameWidth} ${height}" aria-hidden="true">${
    diagram.lanes.map((name, lane) => (
      markup`<text x="${nameWidth - 8}" y="${layout.y(lane) + 4}" text-anchor="end">${name}</text>`
    ))
  }</svg><svg class="space-time" style="--w:${width};--h:${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}. ${words}">${
    diagram.lanes.map((name, lane) => (
      markup`<path class="lane ${name.split(" ")[0]}" d="M0 ${layout.y(lane)}H${width}"/>`
    ))
  }${diagram.shades.map((shade) => shadeSvg(shade, layout))}${
    diagram.arrows.map((arrow) => arrowSvg(arrow, layout))
  }${diagram.marks.map((mark) => markSvg(mark, layout))}</svg></div>`;
}

function layoutOf({ lanes, columns, marks }: Diagram): Layout {
  const digits = `${marks.reduce((most, { clock }) => Math.max(most, clock), 0)}`.length;
  const step = Math.max(20, Math.ceil(digits * sizes.digit + sizes.columnGap));
  const lane = laneHeight(lanes.length);
  return {
    x: (column) => sizes.side + column * step,
    y: (index) => sizes.top + lane / 2 + index * lane,
    width: sizes.side * 2 + Math.max(0, columns - 1) * step,
    height: sizes.top + lanes.length * lane + 4,
  };
}

function markSvg({ lane, column, shape, clock, event }: Mark, { x, y }: Layout): Markup {
  const [left, top] = [x(column), y(lane)];
  return markup`<g class="event"><title>${event.by} #${event.n}, clock ${clock}, at ${
    durationWords(event.ms)
  }: ${
    eventWords(event)
  }</title><use href="#m-${shape}" x="${left}" y="${top}"/><text class="clock" x="${left}" y="${
    top - 8
  }">${clock}</text></g>`;
}

function shadeSvg({ lane, from, to, what }: Shade, { x, y }: Layout): Markup {
  const [left, height] = [x(from) - 9, what === "cut" ? 10 : 18];
  return markup`<rect class="shade ${what}" x="${left}" y="${y(lane) - height / 2}" width="${
    x(to) + 9 - left
  }" height="${height}"/>`;
}

const groups: Readonly<Record<Mail, string>> = {
  phase: "phase",
  command: "command",
  result: "command answer",
  propagate: "entries",
  propagated: "receipt",
  ["fetch"]: "entries request",
  fetched: "entries",
  claim: "claim",
  claimed: "claim answer",
};

/** How far a message is drawn that does not arrive. */
const way = { lost: 0.55, cut: 0.4, gone: 0.55, later: 1, earlier: 1, arrived: 1 } as const;

function arrowSvg(arrow: Arrow, layout: Layout): Markup {
  const { kind, fate, lateMs, isDouble, name } = arrow;
  const { from, to } = endsOf(arrow, layout);
  const tip = shortened(from, to, fate === "arrived" || fate === "earlier" ? 6 : 0);
  const words = [
    name,
    fateWords[fate],
    lateMs === undefined ? "" : `late by ${durationWords(lateMs)}`,
    isDouble ? "doubled" : "",
  ].filter((each) => each !== "").join(", ");
  const remark = [lateMs === undefined ? "" : `+${Math.round(lateMs)}`, isDouble ? "×2" : ""]
    .filter((each) => each !== "").join(" ");
  const [middleX, middleY] = [(from.x + tip.x) / 2, (from.y + tip.y) / 2];
  const note: Content = remark === ""
    ? undefined
    : markup`<text class="remark" x="${round(middleX)}" y="${round(middleY)}">${remark}</text>`;
  const late = lateMs === undefined ? "" : " late";
  return markup`<g class="${groups[kind]} ${fate}${late}"><title>${words}</title><path d="M${
    round(from.x)
  } ${round(from.y)}L${round(tip.x)} ${round(tip.y)}"/>${note}</g>`;
}

const fateWords: Readonly<Record<Arrow["fate"], string>> = {
  arrived: "",
  later: "arrives later",
  earlier: "sent earlier",
  lost: "lost",
  cut: "cut off",
  gone: "without arrival",
};

interface Pixel {
  readonly x: number;
  readonly y: number;
}

function endsOf(
  { from, to, fate }: Arrow,
  { x, y, width }: Layout,
): { readonly from: Pixel; readonly to: Pixel } {
  const start = { x: from.column < 0 ? 0 : x(from.column), y: y(from.lane) };
  if (to.column !== undefined) {
    const end = { x: x(to.column), y: y(to.lane) };
    if (from.column >= 0) return { from: start, to: end };
    // It comes in at the left edge, as steep as one that is cut off there.
    const near = { x: Math.max(0, end.x - 18), y: end.y + Math.sign(start.y - end.y) * 14 };
    return { from: near, to: end };
  }
  const down = Math.sign(y(to.lane) - start.y);
  if (fate === "later") {
    return { from: start, to: { x: Math.min(width, start.x + 18), y: start.y + down * 14 } };
  }
  const end = { x: start.x + 40, y: y(to.lane) };
  const share = way[fate];
  return {
    from: start,
    to: { x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share },
  };
}

/** Ends a line so many pixels before its end, where a mark is. */
function shortened(from: Pixel, to: Pixel, by: number): Pixel {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length > by ? (length - by) / length : 0;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function round(pixels: number): number {
  return Math.round(pixels);
}

/** What all diagrams of a page use: the shapes of events, the tips of arrows, the hatchings. */
export function diagramParts(): Markup {
  const tips = ["command", "entries", "receipt", "claim", "phase"].map((kind) => (
    markup`<marker id="tip-${kind}" class="${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 .8L8 4L0 7.2Z"/></marker>`
  ));
  return markup`<svg class="parts" width="0" height="0" aria-hidden="true"><defs>
<g id="m-sent"><circle class="hollow" r="3.4"/></g>
<g id="m-received"><circle r="3.6"/></g>
<g id="m-executed"><path d="M0 -6L6 0L0 6L-6 0Z"/></g>
<g id="m-applied"><path d="M-4 -4H4V4H-4Z"/></g>
<g id="m-granted"><path d="M0 -5.5L5.5 4.5H-5.5Z"/></g>
<g id="m-refused"><path class="hollow" d="M-5 -5H5V5H-5Z"/><path class="stroke" d="M-5 -5L5 5M5 -5L-5 5"/></g>
<g id="m-other"><path class="stroke" d="M0 -6V6"/></g>
${tips}
<marker id="tip-lost" viewBox="0 0 10 10" refX="5" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse"><path class="stroke" d="M1 1L9 9M9 1L1 9"/></marker>
<marker id="tip-cut" viewBox="0 0 10 10" refX="5" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto"><path class="stroke" d="M3 0V10M7 0V10"/></marker>
<pattern id="hatch-faults" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V7"/></pattern>
<pattern id="hatch-cut" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><path class="hatch strong" d="M0 0V5"/></pattern>
</defs></svg>`;
}
