import { balancePlot } from "./balance_plot.ts";
import { durationWords } from "./explanation.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import { commandList } from "./report_commands.ts";
import { reportStyle } from "./report_style.ts";
import { SpaceTime } from "./space_time.ts";
import { diagramParts, spaceTimeSvg } from "./space_time_svg.ts";
import { type Window, windowsOf } from "./space_time_windows.ts";
import type { Trace } from "./trace.ts";
import { TraceHistory } from "./trace_history.ts";
import { readTrace } from "./trace_reader.ts";
import { runWords } from "./trace_summary.ts";
import { counted, type Finding, type Verdict } from "./verdict.ts";
import { judge } from "./verdicts.ts";

/** Makes a page of the text of a trace. @throws {TraceError} when it is none. */
export function pageOf(text: string): string {
  return reportPage(readTrace(text));
}

/**
 * Makes of a trace one page that explains the run: it needs no network and no script, and what
 * it shows is bounded, however long the trace is.
 */
export function reportPage(trace: Trace): string {
  const history = new TraceHistory(trace);
  const spaceTime = new SpaceTime(history);
  const verdicts = judge(trace);
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title(trace)}</title>
<style>${reportStyle}</style>
</head>
<body>
<a class="skip" href="#commands">Skip to the commands</a>
${diagramParts()}
<header><h1>${title(trace)}</h1>${summaryLine(verdicts)}
<nav aria-label="Sections"><a href="#run">Run</a><a href="#verdicts">Verdicts</a><a href="#balances">Balances</a><a href="#messages">Messages</a><a href="#commands">Commands</a></nav></header>
<main>
<section id="run" aria-labelledby="run-name"><h2 id="run-name">What was run</h2><dl>${
    runWords(trace).map(({ what, is }) => markup`<div><dt>${what}</dt><dd>${is}</dd></div>`)
  }</dl></section>
<section id="verdicts" aria-labelledby="verdicts-name"><h2 id="verdicts-name">Verdicts</h2><p class="note">Worked out from the trace alone, by code that shares nothing with the branches.</p><ul class="verdicts">${
    verdicts.map(verdictItem)
  }</ul></section>
<section id="balances" aria-labelledby="balances-name"><h2 id="balances-name">Balances</h2>${
    balancePlot(history)
  }</section>
<section id="messages" aria-labelledby="messages-name"><h2 id="messages-name">Messages</h2>${
    messages(trace, spaceTime)
  }</section>
<section id="commands" aria-labelledby="commands-name"><h2 id="commands-name">Commands</h2><p class="note">Why each was answered so: each line opens.</p>${
    commandList(history, spaceTime)
  }</section>
</main>
<footer>Made from the trace of run ${trace.header.run}. This page loads nothing and runs no script.</footer>
</body>
</html>
`;
  return page.text;
}

function title({ header: { dialect, branches, customers } }: Trace): string {
  return `A ${dialect} run: ${counted(branches.length, "branch", "branches")}, ${
    counted(customers.length, "customer")
  }`;
}

const marks: Readonly<Record<Finding, { readonly sign: string; readonly words: string }>> = {
  holds: { sign: "✓", words: "holds" },
  fails: { sign: "✗", words: "fails" },
  open: { sign: "?", words: "cannot be told" },
};

function summaryLine(verdicts: readonly Verdict[]): Markup {
  const parts = (["fails", "holds", "open"] as const).flatMap((finding) => {
    const count = verdicts.filter((verdict) => verdict.finding === finding).length;
    const { sign, words } = marks[finding];
    const verb = count > 1 && finding !== "open" ? words.replace(/s$/, "") : words;
    return count === 0 ? [] : [
      markup`<li class="${finding}"><span aria-hidden="true">${sign}</span> ${count} ${verb}</li>`,
    ];
  });
  return markup`<ul class="counts" aria-label="Verdicts in short">${parts}</ul>`;
}

function verdictItem({ law, demands, finding, because, evidence }: Verdict): Markup {
  const { sign, words } = marks[finding];
  const list = evidence.map(({ by, n, says }) => (
    markup`<li>${says} <span class="place">${by} #${n}</span></li>`
  ));
  const shown = list.length === 0
    ? undefined
    : markup`<details><summary>${
      counted(list.length, "piece")
    } of evidence</summary><ul>${list}</ul></details>`;
  return markup`<li class="verdict ${finding}"><span class="sign" aria-hidden="true">${sign}</span><div><h3>${law} <span class="finding">${words}</span></h3><p>${because}.</p><p class="demands">${demands}.</p>${shown}</div></li>`;
}

function messages(trace: Trace, spaceTime: SpaceTime): Content {
  const { windows, leftOut } = windowsOf(trace.events);
  const parts = windows.map((window, index) => windowItem(trace, { window, index, spaceTime }));
  const rest = leftOut === 0
    ? undefined
    : markup`<p class="note">The diagrams end here: ${leftOut} later events are only in the trace. The commands below have diagrams of their own.</p>`;
  return markup`<p class="note">Processes have a line each; time goes to the right, in steps of Lamport's clock, which stands at each event. Whatever stands in one column happened side by side. Hover over anything to see what it is.</p>${legend}${controls}${parts}${rest}`;
}

function windowItem(
  { events }: Trace,
  { window: { picked, phases }, index, spaceTime }: {
    readonly window: Window;
    readonly index: number;
    readonly spaceTime: SpaceTime;
  },
): Markup {
  const [first, last] = [events[picked[0] ?? 0]?.ms ?? 0, events[picked.at(-1) ?? 0]?.ms ?? 0];
  const name = `${phaseWords(phases)}, from ${durationWords(first)} to ${durationWords(last)}`;
  return markup`<details class="window"${
    index === 0 ? markup` open` : undefined
  }><summary>${name}<span class="count">${counted(picked.length, "event")}</span></summary>${
    spaceTimeSvg(spaceTime.layOut(picked), `Messages: ${name}`)
  }</details>`;
}

function phaseWords(phases: readonly number[]): string {
  const [first, last] = [phases[0], phases.at(-1)];
  if (first === undefined) return "Before the first phase";
  return first === last ? `Phase ${first}` : `Phases ${first} to ${last}`;
}

const legend = markup`<ul class="legend">${
  ([
    ["executed", "executes a command"],
    ["applied", "applies entries of others"],
    [
      "granted",
      "grants allowance",
    ],
    ["refused", "refuses"],
    ["sent", "sends"],
    ["received", "receives"],
  ] as const).map((
    [shape, words],
  ) => (
    markup`<li class="event"><svg width="18" height="14" aria-hidden="true"><use href="#m-${shape}" x="9" y="7"/></svg>${words}</li>`
  ))
}${
  ([
    ["command", "customers' commands and answers"],
    ["entries", "entries between branches"],
    [
      "receipt",
      "receipts",
    ],
    ["claim", "claims and answers"],
    ["phase", "the run"],
  ] as const).map(([kind, words]) => (
    markup`<li><svg width="38" height="12" aria-hidden="true"><g class="${kind} arrived"><path d="M1 6H34"/></g></svg>${words}</li>`
  ))
}<li><svg width="38" height="12" aria-hidden="true"><g class="entries lost"><path d="M1 6H30"/></g></svg>lost</li><li><svg width="38" height="12" aria-hidden="true"><g class="entries cut"><path d="M1 6H30"/></g></svg>cut off</li><li><b>+20</b> late by 20 ms</li><li><b>×2</b> doubled</li><li><svg width="38" height="14" aria-hidden="true"><rect class="shade faults" width="38" height="14"/></svg>messages may go wrong</li><li><svg width="38" height="14" aria-hidden="true"><rect class="shade cut" width="38" height="14"/></svg>links are cut</li></ul>`;

const controls = markup`<div class="controls"><fieldset class="choices"><legend>Show</legend>${
  ([["receipt", "receipts"], ["claim", "claims"], ["phase", "the run"], [
    "clock",
    "clocks",
  ]] as const)
    .map(([kind, words]) => (
      markup`<label><input type="checkbox" id="draw-${kind}" checked>${words}</label>`
    ))
}</fieldset><fieldset class="choices"><legend>Size</legend>${
  (["60", "100", "150"] as const).map((size) => (
    markup`<label><input type="radio" name="size" id="size-${size}"${
      size === "100" ? markup` checked` : undefined
    }>${size} %</label>`
  ))
}</fieldset></div>`;
