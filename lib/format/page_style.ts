import { Markup } from "./markup.ts";

/** What all pages have in common: their colours on light and dark screens, their letters. */
export const pageStyle = new Markup(`
:root { color-scheme: light dark; --paper: #fafaf7; --panel: #fff; --ink: #1c2227; --quiet: #59636c;
  --rule: #dcdfe1; --grid: #e8eaeb; --link: #0b57a4; --good: #1a6b45; --bad: #b3261e; --open: #7a5900;
  --s1: #0067a8; --s2: #c04f00; --s3: #007a5a; --s4: #9b4080; --s5: #806000; --s6: #444b52;
  --all: #d9dcdd; --band: #bcd6ea; --hatch: #b9bfc4; --hatch-strong: #d08a52; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --panel: #1b1f23; --ink: #e6e9eb;
  --quiet: #9ca6ae; --rule: #333a40; --grid: #2a3036; --link: #8cc1f5; --good: #6fce9f; --bad: #ff9a8f;
  --open: #e2bd5a; --s1: #62b6ef; --s2: #f2935a; --s3: #47c9a0; --s4: #dd9ac6; --s5: #dcb64c;
  --s6: #c9ced2; --all: #3d444a; --band: #28475f; --hatch: #4a525a; --hatch-strong: #9a6233; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
  font-variant-numeric: tabular-nums; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; font-weight: 650; }
h2 { font-size: 1.1rem; margin: 0 0 .5rem; font-weight: 650; }
h3 { font-size: 1rem; margin: 0; font-weight: 600; }
p { margin: .15rem 0; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
`);
