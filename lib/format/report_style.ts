import { Markup } from "./markup.ts";
import { pageStyle } from "./page_style.ts";

/** How a report looks, on light and dark screens and on paper. */
export const reportStyle = new Markup(`${pageStyle.text}
html { scroll-padding-top: 1rem; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.75rem; }
section { margin: 2.25rem 0; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: .75rem; padding: .5rem 0;
  border-block: 1px solid var(--rule); }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--panel); }
.parts { position: absolute; }
.note, .demands, footer { color: var(--quiet); font-size: .875rem; max-width: 75ch; }
.note { margin-bottom: .6rem; }
.place { color: var(--quiet); font-size: .8rem; white-space: nowrap; }
ul.counts, ul.legend, ul.verdicts { list-style: none; padding: 0; margin: 0; }
ul.counts { display: flex; flex-wrap: wrap; gap: 0 1.25rem; font-weight: 600; }
.holds .finding, .counts .holds, .holds .sign { color: var(--good); }
.fails .finding, .counts .fails, .fails .sign { color: var(--bad); }
.open .finding, .counts .open, .open .sign { color: var(--open); }
dl { margin: 0; display: grid; gap: .35rem; }
dl div { display: grid; grid-template-columns: 5rem 1fr; gap: .75rem; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.verdicts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: .75rem; }
.verdict { display: grid; grid-template-columns: 1.5rem 1fr; gap: .4rem; padding: .75rem .9rem;
  background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; overflow-wrap: anywhere; }
.verdict.fails { border: 2px solid var(--bad); } .verdict.open { border-style: dashed; }
.verdict p::first-letter, dd::first-letter { text-transform: uppercase; }
.sign { font-size: 1.15rem; line-height: 1.3; font-weight: 700; }
.finding { font-weight: 600; font-size: .85rem; margin-left: .3rem; }
.verdict details { font-size: .875rem; margin-top: .3rem; } .verdict ul { padding-left: 1.1rem; margin: .3rem 0; }
figure { margin: 0; } figcaption { color: var(--quiet); font-size: .875rem; max-width: 75ch; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .84rem; margin: .3rem 0 .6rem; }
.legend li { display: inline-flex; align-items: center; gap: .35rem; }
.scroll { overflow-x: auto; }
.plot { display: block; width: 100%; min-width: 44rem; max-width: 64rem; height: auto; }
svg text { font: 11px system-ui, sans-serif; font-variant-numeric: tabular-nums; fill: var(--ink); }
.plot text { font-size: 12px; }
svg path { fill: none; }
.tick, .axis { fill: var(--quiet); }
.grid { stroke: var(--grid); } .grid.zero { stroke: var(--quiet); }
path.all { stroke: var(--all); stroke-width: 6; stroke-linejoin: round; }
path.band { fill: var(--band); stroke: var(--s1); stroke-width: .75; }
path.line { stroke-width: 1.9; }
.s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); stroke-dasharray: 7 3; }
.s3 { stroke: var(--s3); stroke-dasharray: 2 2.5; } .s4 { stroke: var(--s4); stroke-dasharray: 9 3 2 3; }
.s5 { stroke: var(--s5); stroke-dasharray: 14 4; } .s6 { stroke: var(--s6); stroke-dasharray: 4 2 1 2; }
.shade.faults { fill: url(#hatch-faults); } .shade.cut { fill: url(#hatch-cut); }
.hatch { stroke: var(--hatch); stroke-width: 1.2; } .hatch.strong { stroke: var(--hatch-strong); stroke-width: 1.6; }
.plot .shade { opacity: .55; }
.smalls { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .5rem 1rem; padding-top: .5rem; }
.small { width: 100%; height: auto; } .small .all { stroke-width: 4; } .small .line { stroke-width: 1.5; }
.diagram { display: flex; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; --zoom: 1; }
.diagram svg { flex: none; display: block; width: calc(var(--w) * var(--zoom) * 1px); height: calc(var(--h) * var(--zoom) * 1px); }
.names { position: sticky; left: 0; z-index: 1; background: var(--panel); border-right: 1px solid var(--rule); }
.lane { stroke: var(--quiet); } .lane.customer { stroke-dasharray: 5 3; opacity: .7; } .lane.run { stroke-dasharray: 1 4; }
.event use, .legend .event use { fill: var(--ink); stroke: none; color: var(--ink); }
.event path { fill: inherit; } #m-sent .hollow, #m-refused .hollow { fill: var(--panel); stroke: var(--ink); stroke-width: 1.5; }
defs g path { fill: var(--ink); } .stroke, defs g path.stroke { fill: none; stroke: var(--ink); stroke-width: 1.7; }
.clock { text-anchor: middle; font-size: 9px; fill: var(--quiet); paint-order: stroke; stroke: var(--panel); stroke-width: 3px; }
.remark { font-size: 9px; font-weight: 700; text-anchor: middle; paint-order: stroke; stroke: var(--panel); stroke-width: 3px; }
g.command > path { stroke: var(--ink); stroke-width: 1.3; } g.entries > path { stroke: var(--s1); stroke-width: 1.3; }
g.receipt > path { stroke: var(--quiet); stroke-width: .9; stroke-dasharray: 1.5 2.5; }
g.claim > path { stroke: var(--s4); stroke-width: 1.3; stroke-dasharray: 6 3; }
g.phase > path { stroke: var(--quiet); stroke-width: .8; stroke-dasharray: 1 4; }
g.answer > path { stroke-width: 1; }
g.command > path { marker-end: url(#tip-command); } g.entries > path { marker-end: url(#tip-entries); }
g.receipt > path { marker-end: url(#tip-receipt); } g.claim > path { marker-end: url(#tip-claim); }
g.phase > path { marker-end: url(#tip-phase); }
g.lost > path { marker-end: url(#tip-lost); } g.cut > path { marker-end: url(#tip-cut); }
g.gone > path, g.later > path { marker-end: none; } g.gone > path { stroke-dasharray: 2 3; } g.later, g.earlier { opacity: .75; }
marker.command path { fill: var(--ink); } marker.entries path { fill: var(--s1); } marker.claim path { fill: var(--s4); }
marker.receipt path, marker.phase path { fill: var(--quiet); }
.event:hover use { fill: var(--link); } g:hover > path { stroke-width: 3; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .9rem 0; padding: .45rem 0; border-block: 1px solid var(--rule); }
.choices { border: 0; padding: 0; margin: 0 0 .5rem; display: flex; flex-wrap: wrap; gap: .2rem .9rem; font-size: .9rem; align-items: baseline; }
.controls .choices { margin: 0; } .choices legend { float: left; line-height: inherit; color: var(--quiet); padding: 0; margin-right: .9rem; }
.choices label { display: inline-flex; gap: .3rem; align-items: center; } input { accent-color: var(--link); margin: 0; }
main:has(#draw-receipt:not(:checked)) .diagram .receipt, main:has(#draw-claim:not(:checked)) .diagram .claim,
main:has(#draw-phase:not(:checked)) .diagram .phase, main:has(#draw-clock:not(:checked)) .diagram .clock { display: none; }
main:has(#size-60:checked) .diagram { --zoom: .6; } main:has(#size-150:checked) .diagram { --zoom: 1.5; }
summary { cursor: pointer; padding: .3rem 0; }
.window { margin-bottom: .4rem; } .window summary { font-weight: 600; } .count { color: var(--quiet); font-weight: 400; margin-left: .75rem; font-size: .875rem; }
.commands { border-top: 1px solid var(--rule); }
.command { border-bottom: 1px solid var(--rule); }
.command summary { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr) minmax(0, 1fr); gap: .75rem; list-style: none; }
.command summary::before { content: "▸"; position: absolute; margin-left: -1rem; color: var(--quiet); }
.command[open] summary::before { content: "▾"; }
.command summary b { font-weight: 650; padding-left: .1rem; }
.command.undone .outcome { font-weight: 650; } .outcome { overflow-wrap: anywhere; }
.why { padding: .25rem 0 1.1rem; display: grid; gap: .75rem; grid-template-columns: minmax(0, 1fr); }
.steps { list-style: none; padding: 0; margin: 0; max-width: 62rem; }
.steps li { display: grid; grid-template-columns: 4.75rem 1fr; gap: .75rem; padding: .12rem 0; overflow-wrap: anywhere; }
.when, .number { text-align: right; color: var(--quiet); white-space: nowrap; }
table { border-collapse: collapse; font-size: .9rem; } caption { text-align: left; font-weight: 600; padding-bottom: .2rem; }
th, td { text-align: left; padding: .15rem 1.1rem .15rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; font-weight: 400; }
thead th { color: var(--quiet); } .number { text-align: right; }
main:has(#show-deposit:checked) .command:not(.deposit), main:has(#show-withdraw:checked) .command:not(.withdraw),
main:has(#show-query:checked) .command:not(.query), main:has(#show-undone:checked) .command:not(.undone),
main:has(#show-waited:checked) .command:not(.waited), main:has(#show-trouble:checked) .command:not(.trouble) { display: none; }
footer { padding-block: 1rem 2.5rem; overflow-wrap: anywhere; max-width: 76rem; }
@media (min-width: 90rem) { .command summary::before { margin-left: -1.1rem; } }
@media (max-width: 40rem) { header, main, footer { padding-inline: 1rem 1rem; } .commands { padding-left: .9rem; }
  .command summary { grid-template-columns: 3.25rem minmax(0, 1fr); gap: 0 .5rem; } .outcome { grid-column: 2; color: var(--quiet); }
  dl div { grid-template-columns: 1fr; gap: 0; } .steps li { grid-template-columns: 1fr; gap: 0; } .when { text-align: left; } }
@media print { body { font-size: 11px; background: #fff; } nav, .controls, .choices, .skip { display: none; }
  .scroll { overflow: visible; } section { break-inside: auto; } .verdict, .command { break-inside: avoid; } }
`);
