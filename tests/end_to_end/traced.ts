import type { TraceEvent } from "../../lib/format/trace.ts";
import type { TemporaryFolder } from "../temporary_folder.ts";
import { branchesIn, eventually, type Seen } from "./processes.ts";

/** How often each message was sent, received and made to go wrong, by its name. */
export interface Traffic {
  readonly sent: ReadonlyMap<string, number>;
  readonly received: ReadonlyMap<string, number>;
  /** Messages that bring entries, or ask or answer for a customer: none may be lost for good. */
  readonly carrying: ReadonlySet<string>;
  readonly lost: ReadonlyMap<string, number>;
  readonly doubled: ReadonlyMap<string, number>;
}

/** Counts the messages of a trace, by a reading of its own. */
export function trafficOf(events: readonly TraceEvent[]): Traffic {
  const [sent, received, lost, doubled] = [1, 2, 3, 4].map(() => new Map<string, number>());
  const carrying = new Set<string>();
  const count = (counts: Map<string, number> | undefined, name: string) =>
    counts?.set(name, (counts.get(name) ?? 0) + 1);
  for (const event of events) {
    if (event.event === "injected") {
      const name = `${event.message} ${event.from}>${event.to} ${event.attempt}`;
      if (event.fault === "doubled") count(doubled, name);
      if (event.fault === "lost" || event.fault === "cut") count(lost, name);
    }
    if (event.event !== "sent" && event.event !== "received") continue;
    for (const name of namesOf(event)) {
      count(event.event === "sent" ? sent : received, name);
      const brings = "carries" in event && event.carries.length > 0;
      if (brings || "command" in event) carrying.add(name);
    }
  }
  const none = new Map<string, number>();
  return {
    ...{ sent: sent ?? none, received: received ?? none, carrying },
    ...{ lost: lost ?? none, doubled: doubled ?? none },
  };
}

function namesOf(
  event: Extract<TraceEvent, { readonly event: "sent" | "received" }>,
): readonly string[] {
  const { message, attempt, by } = event;
  if (message === "command" || message === "result") {
    return [`${message} ${event.command} ${attempt}`];
  }
  const own = by.replace("branch ", "");
  if (event.event === "received") return [`${message} ${event.from}>${own} ${attempt}`];
  return event.to.map((to) => `${message} ${own}>${to} ${attempt}`);
}

/** Waits until the branches of a run have told so many bytes, and gives one of them. */
export async function busyBranch(
  folder: TemporaryFolder,
  { bytes }: { readonly bytes: number },
): Promise<Seen> {
  return await eventually(`the branches have told ${bytes} bytes`, async () => {
    const [branch] = await branchesIn(folder.path);
    return toldIn(folder) > bytes ? branch : undefined;
  });
}

/** Tells how much the files of a trace in the making hold. */
function toldIn(folder: TemporaryFolder): number {
  const making = folder.names().filter((name) => name.startsWith("trace-"));
  const files = making.flatMap((name) => (
    [...Deno.readDirSync(folder.at(name))].map((file) => `${folder.at(name)}/${file.name}`)
  ));
  return files.reduce((sum, file) => sum + Deno.statSync(file).size, 0);
}
