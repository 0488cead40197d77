import type { TraceEvent } from "./trace.ts";
import { causesOf } from "./trace_cause.ts";

/**
 * Gives each event its clock by the rule of Lamport (1978): one more than the greatest among
 * those of the event before it at its process, and of the messages that it follows.
 *
 * Messages are all that the trace knows as such, with what the run tells its processes.
 */
export function lamportClocks(events: readonly TraceEvent[]): readonly number[] {
  const processes = new Map<string, number>();
  const messages = new Map<string, number>();
  return events.map((event) => {
    const { gives, needs } = causesOf(event);
    const received = needs.reduce((most, name) => Math.max(most, messages.get(name) ?? 0), 0);
    const clock = Math.max(processes.get(event.by) ?? 0, received) + 1;
    processes.set(event.by, clock);
    for (const name of gives) messages.set(name, Math.max(messages.get(name) ?? 0, clock));
    return clock;
  });
}
