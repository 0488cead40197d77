import { type Content, Markup, markup } from "./markup.ts";
import type { BranchStatus, EntryStatus, PeerStatus, Status, Throughput } from "./status.ts";
import liveScript from "./status_live.js" with { type: "text" };
import { statusStyle } from "./status_style.ts";
import { counted } from "./verdict.ts";

/** What stands in the page's own style and script, for whoever allows just these to run. */
export const statusPageParts = { style: statusStyle.text, script: liveScript } as const;

/** How a branch or a peer is, as a colour and, for those who do not see it, as a sign. */
type Level = "good" | "open" | "bad";

const signs: Readonly<Record<Level, string>> = { good: "✓", open: "!", bad: "✗" };

/**
 * Makes a page of how branches are. What is on it is made here only: the page asks for itself
 * again and again, and takes over what has changed, so without scripts it is as good, once.
 */
export function statusPage(status: Status): string {
  const { branches } = status;
  const level = worst(branches.map(levelOf));
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${titleOf(status)}</title>
<link id="icon" rel="icon" href="${iconOf(level)}">
<style>${statusStyle}</style>
<noscript><meta http-equiv="refresh" content="2"></noscript>
</head>
<body>
<div class="lost" id="lost" hidden><div><p class="word"><span class="sign" aria-hidden="true">✗</span> No answer</p><p role="status" id="lost-since"></p><p class="note" id="lost-for"></p></div></div>
<div id="live">${branches.length > 1 ? contentsOf(branches) : undefined}
<main>${branches.map((branch) => branchSection(branch, status))}</main>
<footer><p>As of ${
    timeOf(status)
  } · version ${status.version} · the same <a href="status.json">as JSON</a>, and <a href="healthz">for a probe</a></p></footer>
</div>
<script type="module">${new Markup(liveScript)}</script>
</body>
</html>
`;
  return page.text;
}

function titleOf({ branches }: Status): string {
  return branches.map((branch) => {
    const level = levelOf(branch);
    return `${signs[level]} Branch ${branch.id} ${words[level].toLowerCase()}`;
  }).join(" · ");
}

function timeOf({ at }: Status): string {
  return `${at.slice(0, 19).replace("T", " ")} UTC`;
}

const words: Readonly<Record<Level, string>> = {
  good: "Serving",
  open: "Serving, with trouble",
  bad: "Not serving",
};

function levelOf({ serving, troubles }: BranchStatus): Level {
  if (!serving) return "bad";
  return troubles.length > 0 ? "open" : "good";
}

function worst(levels: readonly Level[]): Level {
  return (["bad", "open"] as const).find((level) => levels.includes(level)) ?? "good";
}

const iconColours: Readonly<Record<Level, string>> = {
  good: "1a6b45",
  open: "c98a00",
  bad: "b3261e",
};

function iconOf(level: Level): string {
  const circle = `<circle cx='4' cy='4' r='4' fill='%23${iconColours[level]}'/>`;
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'>${circle}</svg>`;
  return `data:image/svg+xml,${svg.replaceAll("<", "%3C").replaceAll(">", "%3E")}`;
}

function contentsOf(branches: readonly BranchStatus[]): Markup {
  return markup`<nav aria-label="Branches that are served here"><ul>${
    branches.map((branch) => {
      const level = levelOf(branch);
      return markup`<li><a href="#branch-${branch.id}">Branch ${branch.id}</a> <span class="${level}">${
        signs[level]
      } ${words[level].toLowerCase()}</span></li>`;
    })
  }</ul></nav>`;
}

function branchSection(branch: BranchStatus, { bank }: Status): Markup {
  const { id, address, upSeconds, reasons, troubles, peers, entries } = branch;
  const level = levelOf(branch);
  const sentences = [...reasons, ...troubles];
  if (sentences.length === 0) sentences.push(calm(peers));
  return markup`<section id="branch-${id}" aria-labelledby="name-${id}">
<div class="name"><h1 id="name-${id}">Branch ${id}</h1><span class="place">bank ${bank} · ${address} · up ${
    lasting(upSeconds)
  }</span></div>
<div class="state ${level}"><p class="word" role="status"><span class="sign" aria-hidden="true">${
    signs[level]
  }</span> ${words[level]}</p><ul>${
    sentences.map((sentence) => markup`<li>${sentence}</li>`)
  }</ul></div>
${figures(branch)}
<h2 id="peers-${id}">Other branches</h2>${peerTable(id, peers)}
<h2 id="throughput-${id}">Throughput</h2>${throughputTable(id, branch.throughput)}
<h2 id="entries-${id}">Last entries</h2>${entryTable(id, entries)}
</section>`;
}

function calm(peers: readonly PeerStatus[]): string {
  if (peers.length === 0) return "it is the only branch of its bank";
  const behind = peers.filter(({ state }) => state !== "in step");
  if (behind.length === 0) return "every other branch has all its entries, and it lacks none";
  return `${counted(behind.length, "branch", "branches")} of ${peers.length} not in step yet`;
}

function figures({ balance, allowance, throughput }: BranchStatus): Markup {
  return markup`<dl class="figures"><div class="balance"><dt>Balance</dt><dd>${
    grouped(balance)
  }</dd></div><div><dt>Allowance here</dt><dd>${
    grouped(allowance)
  }</dd></div><div><dt>Writes per second</dt><dd>${
    throughput.perSecond.written.toFixed(1)
  }</dd></div></dl>`;
}

function peerTable(id: number, peers: readonly PeerStatus[]): Content {
  if (peers.length === 0) return markup`<p class="note">There is none.</p>`;
  const rows = peers.map((peer) =>
    markup`<tr data-peer="${peer.id}"><th scope="row">${peer.id}</th><td>${
      stateCell(peer)
    }</td><td class="number">${lagCell(peer)}</td><td class="number">${
      grouped(peer.allowance)
    }</td></tr>`
  );
  return markup`<table class="peers" aria-labelledby="peers-${id}"><thead><tr><th scope="col">Branch</th><th scope="col">State</th><th scope="col" class="number">Lag</th><th scope="col" class="number">Allowance</th></tr></thead><tbody>${rows}</tbody></table><p class="note">As far as this branch knows. The lag is how many of its entries another one is not known to have. It notices that one is gone when it has something for it, not before.</p>`;
}

const levels: Readonly<Record<PeerStatus["state"], Level>> = {
  "in step": "good",
  "behind": "good",
  "not heard": "open",
  "no answer": "bad",
};

function stateCell({ state, silentSeconds, missing }: PeerStatus): Content {
  const level = levels[state];
  const silence = silentSeconds === null
    ? undefined
    : markup`<small>for ${lasting(silentSeconds)}</small>`;
  const gap = missing === 0
    ? undefined
    : markup`<small>${counted(missing, "entry", "entries")} of it missing here</small>`;
  return markup`<span class="peer-state ${level}"><span class="sign" aria-hidden="true">${
    signs[level]
  }</span>${state}</span>${silence}${gap}`;
}

function lagCell({ lag, lagChange }: PeerStatus): Content {
  if (lag === null) return "unknown";
  const change = lagChange === null || lagChange === 0
    ? undefined
    : markup`<small>${lagChange > 0 ? "+" : "−"}${
      grouped(`${Math.abs(lagChange)}`)
    } lately</small>`;
  return markup`<span class="lag">${grouped(`${lag}`)}</span>${change}`;
}

function entryTable(id: number, entries: readonly EntryStatus[]): Content {
  if (entries.length === 0) return markup`<p class="note">There is none yet.</p>`;
  const rows = entries.toReversed().map(({ origin, sequence, action, amount, to, id }) => (
    markup`<tr><th scope="row"><span title="entry ${sequence} of branch ${origin}">${origin}·${sequence}</span></th><td>${action} <span class="amount">${
      grouped(amount)
    }</span>${to === undefined ? undefined : ` to branch ${to}`}</td><td class="id">${id}</td></tr>`
  ));
  return markup`<table class="entries" aria-labelledby="entries-${id}"><thead><tr><th scope="col">No.</th><th scope="col">Entry</th><th scope="col">Command, or claim</th></tr></thead><tbody>${rows}</tbody></table><p class="note">In the order in which this branch applied them, the newest first. The number is that of the branch whose log it is in, and its place there.</p>`;
}

const counters = [
  ["written", "Writes done"],
  ["refused", "Writes refused"],
  ["unavailable", "Withdrawals not decided"],
  ["queried", "Queries"],
  ["rejected", "Requests turned away"],
  ["entriesWritten", "Entries written"],
  ["entriesTaken", "Entries of others applied"],
] as const;

function throughputTable(id: number, { windowSeconds, perSecond, total }: Throughput): Markup {
  const rows = counters.map(([key, name]) => (
    markup`<tr><th scope="row">${name}</th><td class="number">${
      perSecond[key].toFixed(1)
    }</td><td class="number">${grouped(`${total[key]}`)}</td></tr>`
  ));
  return markup`<table class="throughput" aria-labelledby="throughput-${id}"><thead><tr><th scope="col">What</th><th scope="col" class="number">Per second</th><th scope="col" class="number">In all</th></tr></thead><tbody>${rows}</tbody></table><p class="note">Per second over the last ${
    lasting(windowSeconds)
  }; in all since it started.</p>`;
}

/** Sets digits in groups of three, between which only a very long number breaks. */
function grouped(digits: string): string {
  const space = digits.length <= 9 ? "\u202f" : "\u2009";
  return digits.replace(/\B(?=(?:\d{3})+$)/g, space);
}

/** Says how long something has been so: `42 s`, `5 min`, `3 h 20 min`, `9 days`. */
function lasting(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${Math.round(seconds)} s`;
  if (hours === 0) return `${minutes} min`;
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
