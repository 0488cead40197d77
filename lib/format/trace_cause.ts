import type { TraceEvent } from "./trace.ts";

/**
 * What an event makes possible, and what made it possible, by name, such as
 * `propagate 4 from branch 1 to branch 2`: events that share a name are a message and its
 * receipt, or as good as that.
 */
export interface Causes {
  readonly gives: readonly string[];
  readonly needs: readonly string[];
  /** Of several events that give what it needs: whether it follows all, or the first at least. */
  readonly follows?: "all";
  /** Whether nobody has to tell of what it needs. */
  readonly isLoose?: true;
}

const nothing: Causes = { gives: [], needs: [] };

/** Tells what an event gives, and what it needs beside what its own process told before it. */
export function causesOf(event: TraceEvent): Causes {
  switch (event.event) {
    case "sent":
      return causesOfSent(event);
    case "received":
      return causesOfReceived(event);
    case "process started":
      return { ...nothing, gives: event.processes.map((name) => lifeOf(name, event.life)) };
    case "started":
      return { ...nothing, needs: [lifeOf(event.by, event.life)] };
    case "phase begun":
      return { ...nothing, gives: [`phase ${event.phase}`] };
    case "phase ended":
      return { ...nothing, needs: event.commands.map(answerTo), follows: "all" };
    case "branches introduced":
    case "settling":
      return { ...nothing, gives: [event.event] };
    case "faults begun":
      return { ...nothing, needs: ["branches introduced"] };
    case "faults healed":
      return { ...nothing, needs: ["settling"] };
    default:
      return nothing;
  }
}

function causesOfSent(event: Extract<TraceEvent, { readonly event: "sent" }>): Causes {
  const { by } = event;
  switch (event.message) {
    case "command":
      return { gives: [commandName(event)], needs: [`phase ${event.phase}`] };
    case "result":
      return { ...nothing, gives: [resultName(event)] };
    default: {
      const gives = event.to.map((to) => messageName(event, { from: by, to: `branch ${to}` }));
      return { ...nothing, gives };
    }
  }
}

function causesOfReceived(event: Extract<TraceEvent, { readonly event: "received" }>): Causes {
  switch (event.message) {
    case "command":
      return { ...nothing, needs: [commandName(event)] };
    case "result": {
      const causes = { gives: [answerTo(event.command)], needs: [resultName(event)] };
      // A server may turn a request down before its branch has heard of it.
      return event.result === "rejected" ? { ...causes, isLoose: true } : causes;
    }
    default: {
      const ends = { from: `branch ${event.from}`, to: event.by };
      return { ...nothing, needs: [messageName(event, ends)] };
    }
  }
}

function lifeOf(name: string, life: number): string {
  return `life ${life} of ${name}`;
}

function commandName({ command, attempt }: { command: string; attempt: number }): string {
  return `command ${command}, attempt ${attempt}`;
}

function resultName({ command, attempt }: { command: string; attempt: number }): string {
  return `result of ${commandName({ command, attempt })}`;
}

function answerTo(command: string): string {
  return `answer to ${command}`;
}

/** Names a message between branches: what is sent gives it, and its receipt needs it. */
export function messageName(
  { message, attempt }: { readonly message: string; readonly attempt: number },
  { from, to }: { readonly from: string; readonly to: string },
): string {
  return `${message} ${attempt} from ${from} to ${to}`;
}
