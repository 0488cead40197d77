import { commandWindow } from "./command_window.ts";
import { explain } from "./explain.ts";
import { type Delivery, durationWords, type Explanation } from "./explanation.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import type { SpaceTime } from "./space_time.ts";
import { spaceTimeSvg } from "./space_time_svg.ts";
import type { CommandHistory, TraceHistory } from "./trace_history.ts";
import type { CommandName } from "./trace_message.ts";

/** How many commands a page explains, with a diagram or without, and how long their lists are. */
export const commandsMax = { drawn: 300, explained: 2_000, deliveries: 12 } as const;

/** Explains each command: a line for each, which opens. */
export function commandList(history: TraceHistory, spaceTime: SpaceTime): Markup {
  const commands = [...history.commands].slice(0, commandsMax.explained);
  const items = commands.map(([name, found], nth) => {
    const isDrawn = nth < commandsMax.drawn;
    return commandItem(history, { name, found, spaceTime: isDrawn ? spaceTime : undefined });
  });
  const left = history.commands.size - commands.length;
  const rest = left === 0
    ? undefined
    : markup`<p class="note">${left} more commands are not on this page; <code>deno task explain TRACE --command ID</code> explains them.</p>`;
  return markup`${choices}<div class="commands">${items}</div>${rest}`;
}

const choices = markup`<fieldset class="choices"><legend>Show</legend>${
  ([
    ["all", "all"],
    ["deposit", "deposits"],
    ["withdraw", "withdrawals"],
    ["query", "queries"],
    [
      "undone",
      "refused or not done",
    ],
    ["waited", "that waited"],
    ["trouble", "with messages gone wrong"],
  ] as const).map((
    [kind, words],
  ) => (
    markup`<label><input type="radio" name="show" id="show-${kind}"${
      kind === "all" ? markup` checked` : undefined
    }>${words}</label>`
  ))
}</fieldset>`;

function commandItem(
  history: TraceHistory,
  { name, found, spaceTime }: {
    readonly name: CommandName;
    readonly found: CommandHistory;
    readonly spaceTime: SpaceTime | undefined;
  },
): Content {
  const explanation = explain(history, name);
  if (explanation === undefined) return undefined;
  const { asked, outcome, steps, deliveries } = explanation;
  const start = steps[0]?.event.ms ?? 0;
  const rows = steps.map(({ event, says }) => (
    markup`<li><span class="when">+${
      durationWords(event.ms - start)
    }</span><span>${says} <span class="place">${event.by} #${event.n}</span></span></li>`
  ));
  const drawn = spaceTime && drawing(history, { found, explanation, spaceTime });
  return markup`<details class="command ${
    kindsOf(explanation, found)
  }"><summary><b>${name}</b><span>customer ${found.customer} ${asked}</span><span class="outcome">${outcome}</span></summary><div id="${
    idOf(name)
  }" class="why"><ol class="steps">${rows}</ol>${
    deliveryTable(deliveries)
  }${drawn}</div></details>`;
}

/** Names the place of a command on the page. */
export function idOf(command: CommandName): string {
  return `command-${command.replace(/[^\w-]/g, "-")}`;
}

function kindsOf({ outcome, steps, deliveries }: Explanation, { asked }: CommandHistory): string {
  const isDone = outcome.startsWith("done") || outcome.startsWith("the balance");
  const hasWaited = steps.some(({ says }) => /: the command waits|^While it waits/.test(says));
  const hasTrouble = deliveries.some(({ trouble }) => trouble !== "");
  return [
    asked.action,
    isDone ? "" : "undone",
    hasWaited ? "waited" : "",
    hasTrouble ? "trouble" : "",
  ].filter((kind) => kind !== "").join(" ");
}

function deliveryTable(deliveries: readonly Delivery[]): Content {
  if (deliveries.length === 0) return undefined;
  const shown = deliveries.slice(0, commandsMax.deliveries);
  const others = deliveries.slice(commandsMax.deliveries).map(({ afterMs }) => afterMs ?? 0);
  const rows = shown.map(({ branch, afterMs, by, trouble }) => (
    markup`<tr><th scope="row">branch ${branch}</th><td class="number">${
      afterMs === undefined ? "never" : `+${durationWords(afterMs)}`
    }</td><td>${by}</td><td>${trouble}</td></tr>`
  ));
  const rest = others.length === 0
    ? undefined
    : markup`<tr><td colspan="4">and ${others.length} more, after ${
      durationWords(Math.min(...others))
    } to ${durationWords(Math.max(...others))}</td></tr>`;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="How the other branches got it"><table><caption>How the other branches got it</caption><thead><tr><th scope="col">branch</th><th scope="col" class="number">after</th><th scope="col">brought by</th><th scope="col">gone wrong</th></tr></thead><tbody>${rows}${rest}</tbody></table></div>`;
}

function drawing(
  history: TraceHistory,
  { found, explanation, spaceTime }: {
    readonly found: CommandHistory;
    readonly explanation: Explanation;
    readonly spaceTime: SpaceTime;
  },
): Markup {
  const { picked, folded } = commandWindow(history, found, explanation.deliveries);
  const more = folded === 0
    ? undefined
    : markup`<p class="note">${folded} more branches got it and are not drawn.</p>`;
  return markup`${
    spaceTimeSvg(spaceTime.layOut(picked), `Messages of command ${explanation.command}`)
  }${more}`;
}
