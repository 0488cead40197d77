import { Markup } from "./markup.ts";
import { pageStyle } from "./page_style.ts";

/** How the status page looks: first whether all is well, then the money, then who lacks what. */
export const statusStyle = new Markup(`${pageStyle.text}
main, footer, .lost, nav { max-width: 56rem; margin: 0 auto; padding: 0 1.25rem; }
h2 { margin: 2rem 0 .25rem; }
.name { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .75rem; margin: 1.5rem 0 .75rem; }
.name h1 { margin: 0; font-size: 1.1rem; }
.note, footer, .place { color: var(--quiet); font-size: .875rem; } .place { overflow-wrap: anywhere; }
.note { max-width: 70ch; margin: .35rem 0 0; }
.state { background: var(--panel); border: 1px solid var(--rule); border-left: .4rem solid var(--level);
  border-radius: 6px; padding: .8rem 1rem; }
.good { --level: var(--good); } .open { --level: var(--open); } .bad { --level: var(--bad); }
.word { display: flex; gap: .6rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; color: var(--level); }
.state ul { list-style: none; margin: .4rem 0 0; padding: 0; } .state li { padding: .1rem 0; overflow-wrap: anywhere; }
.state li::first-letter, .lost p::first-letter { text-transform: uppercase; }
.figures { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .75rem; margin: 1rem 0 0; }
.figures div { border-top: 1px solid var(--rule); padding-top: .4rem; }
.figures dt { color: var(--quiet); font-size: .875rem; } .figures dd { margin: 0; font-size: 1.35rem;
  line-height: 1.3; font-weight: 600; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--grid); vertical-align: top;
  font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--quiet); font-size: .8125rem; border-color: var(--rule); vertical-align: bottom; }
tbody th { font-weight: 600; overflow-wrap: anywhere; } .peer-state { white-space: nowrap; }
.number { text-align: right; } td small { display: block; color: var(--quiet); font-size: .8125rem; }
.peers .open, .peers .bad { color: var(--level); font-weight: 600; } .sign { display: inline-block; min-width: 1.1em; }
.id { font: .8125rem/1.7 ui-monospace, monospace; overflow-wrap: anywhere; } .amount { white-space: nowrap; }
.entries tbody th, .throughput tbody th { font-weight: 400; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1rem 0 0; padding: .5rem 0;
  border-bottom: 1px solid var(--rule); }
nav .good, nav .open, nav .bad { color: var(--level); font-weight: 600; }
section + section { margin-top: 3rem; border-top: 3px double var(--rule); }
.lost { position: sticky; top: 0; background: var(--paper); padding-block: .75rem; }
.lost div { background: var(--panel); border: 2px solid var(--bad); border-radius: 6px; padding: .7rem 1rem; --level: var(--bad); }
.lost[hidden] { display: none; }
.is-lost main, .is-lost nav { filter: grayscale(1); opacity: .75; } .is-lost .state { border-left-style: dotted; }
footer { padding-block: 1.5rem 2.5rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) { main, footer, .lost, nav { padding-inline: 1rem; } .figures { grid-template-columns: 1fr 1fr; }
  .figures .balance { grid-column: 1 / -1; } .figures .balance dd { font-size: 1.75rem; }
  table { font-size: .875rem; } th, td { padding-right: .6rem; } .id { font-size: .75rem; } }
`);
