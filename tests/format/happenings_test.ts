import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Happened, happeningsIn } from "../../lib/format/happenings.ts";
import type { WriteEntry } from "../../lib/format/trace_message.ts";
import { asked, falseRun, scripts, traceOf } from "./false_trace.ts";

/** Writes what happened as `7/1 propagate 1>2`: to which command, and between which branches. */
function linesOf(happened: readonly Happened[]): readonly string[] {
  return happened.map(({ what, command, origin, peer }) => (
    `${command} ${what} ${origin}${peer === undefined ? "" : `>${peer}`}`
  ));
}

function entry(command: string): WriteEntry {
  return { action: "deposit", command, amount: 10 };
}

function sent(command: string, attempt = 1) {
  return { event: "sent", to: 1, phase: 1, ...asked(command, "deposit", attempt) } as const;
}

function received(command: string, attempt = 1) {
  return { event: "received", ...asked(command, "deposit", attempt) } as const;
}

function executed(command: string, sequence = 1) {
  return { event: "executed", sequence, ...entry(command) } as const;
}

function came(event: "applied" | "found", first: number, ...commands: readonly string[]) {
  return { event, origin: 1, first, entries: commands.map(entry) } as const;
}

function propagated(from: number, has: number) {
  return { event: "received", from, message: "propagated", attempt: 1, has } as const;
}

function answered(command: string) {
  const written = { result: "written", branches: 2, known: {} } as const;
  return { event: "sent", message: "result", command, attempt: 1, ...written } as const;
}

Deno.test("happeningsIn() has a write sent to every peer when it is executed, and back", () => {
  const trace = traceOf(
    [3, 1, 2],
    ["customer 7", sent("7/1")],
    ["branch 1", received("7/1")],
    ["branch 1", executed("7/1")],
    ["branch 3", came("applied", 1, "7/1")],
    ["branch 2", came("applied", 1, "7/1")],
    ["branch 1", propagated(3, 1)],
    ["branch 1", propagated(2, 1)],
    ["branch 1", answered("7/1")],
  );
  assertEquals(linesOf(happeningsIn(trace)), [
    "7/1 send 1",
    "7/1 request 1",
    "7/1 execute 1",
    "7/1 propagate 1>2",
    "7/1 propagate 1>3",
    "7/1 propagate_request 1>3",
    "7/1 propagate_execute 1>3",
    "7/1 propagate_request 1>2",
    "7/1 propagate_execute 1>2",
    "7/1 propagate_response 1>3",
    "7/1 propagate_response 1>2",
    "7/1 response 1",
  ]);
});

Deno.test("happeningsIn() tells once what was sent, received, applied and answered again", () => {
  const trace = traceOf(
    [1, 2],
    ["customer 7", sent("7/1")],
    ["branch 1", received("7/1")],
    ["customer 7", sent("7/1", 2)],
    ["branch 1", executed("7/1")],
    ["branch 1", received("7/1", 2)],
    ["branch 2", came("applied", 1, "7/1")],
    ["branch 1", propagated(2, 1)],
    ["branch 1", answered("7/1")],
    ["branch 2", came("applied", 1, "7/1")],
    ["branch 1", propagated(2, 1)],
    ["branch 1", answered("7/1")],
    ["branch 1", came("applied", 1, "7/1")],
  );
  const happened = linesOf(happeningsIn(trace));
  assertEquals(happened.length, new Set(happened).size, happened.join("\n"));
  assertEquals(happened.length, 8);
});

Deno.test("happeningsIn() takes each answer for all that it says, and no more", () => {
  const trace = traceOf(
    [1, 2],
    ["customer 7", sent("7/1")],
    ["customer 7", sent("7/2")],
    ["customer 7", sent("7/3")],
    ["branch 1", executed("7/1", 4)],
    ["branch 1", executed("7/2", 5)],
    ["branch 1", executed("7/3", 7)],
    ["branch 2", came("applied", 4, "7/1", "7/2")],
    ["branch 1", propagated(2, 3)],
    ["branch 1", propagated(2, 6)],
    ["branch 2", came("applied", 7, "7/3")],
    ["branch 1", propagated(2, 6)],
    ["customer 8", sent("8/1")],
    ["branch 1", received("8/1")],
    ["branch 1", propagated(2, 7)],
  );
  assertEquals(linesOf(happeningsIn(trace)).slice(-11), [
    "7/2 propagate_request 1>2",
    "7/2 propagate_execute 1>2",
    "7/1 propagate_response 1>2",
    "7/1 response 1",
    "7/2 propagate_response 1>2",
    "7/2 response 1",
    "7/3 propagate_request 1>2",
    "7/3 propagate_execute 1>2",
    "8/1 request 1",
    "7/3 propagate_response 1>2",
    "7/3 response 1",
  ]);
});

Deno.test("happeningsIn() puts an answer that was lost behind all else", () => {
  const trace = traceOf(
    [1, 2],
    ["customer 7", sent("7/1")],
    ["customer 7", sent("7/2")],
    ["branch 1", received("7/1")],
    ["branch 1", executed("7/1")],
    ["branch 2", came("applied", 1, "7/1")],
    ["branch 1", answered("7/1")],
    ["branch 1", received("7/2")],
  );
  assertEquals(linesOf(happeningsIn(trace)).slice(-3), [
    "7/2 request 1",
    "7/1 propagate_response 1>2",
    "7/1 response 1",
  ]);
});

Deno.test("happeningsIn() lets nothing follow from a write that was not executed", () => {
  const answer = { event: "sent", message: "result", command: "7/1", attempt: 1 } as const;
  const refusal = "insufficient funds";
  const trace = traceOf(
    [1, 2],
    ["customer 7", sent("7/1")],
    ["branch 1", received("7/1")],
    ["branch 1", { ...answer, result: "unavailable", known: {} }],
    ["branch 1", received("7/1", 2)],
    ["branch 1", { ...answer, result: "refused", refusal, known: {} }],
  );
  assertEquals(linesOf(happeningsIn(trace)), ["7/1 send 1", "7/1 request 1", "7/1 response 1"]);
});

Deno.test("happeningsIn() knows what a branch found when it was started again", () => {
  const trace = traceOf(
    [1, 2],
    ["customer 7", sent("7/1")],
    ["customer 7", sent("7/2")],
    ["branch 1", came("found", 1, "7/1")],
    ["branch 1", received("7/1", 2)],
    ["branch 2", came("found", 1, "7/1")],
    ["branch 2", came("found", 2, "7/2")],
    ["branch 1", executed("7/2", 2)],
  );
  assertEquals(linesOf(happeningsIn(trace)).slice(2), [
    "7/1 request 1",
    "7/1 execute 1",
    "7/1 propagate 1>2",
    "7/1 propagate_request 1>2",
    "7/1 propagate_execute 1>2",
    "7/2 request 1",
    "7/2 execute 1",
    "7/2 propagate 1>2",
    "7/2 propagate_request 1>2",
    "7/2 propagate_execute 1>2",
    "7/1 propagate_response 1>2",
    "7/1 response 1",
    "7/2 propagate_response 1>2",
    "7/2 response 1",
  ]);
});

Deno.test("happeningsIn() has the only branch of a bank answer at once", () => {
  const trace = traceOf([1], ["customer 7", sent("7/1")], ["branch 1", executed("7/1")]);
  assertEquals(linesOf(happeningsIn(trace)), [
    "7/1 send 1",
    "7/1 request 1",
    "7/1 execute 1",
    "7/1 response 1",
  ]);
});

Deno.test("happeningsIn() leaves out grants, and commands of earlier runs", () => {
  const grant = { action: "grant", claim: "c", to: 2, amount: 5 } as const;
  const entries = [grant, entry("0197f3c2-8a41-5f0e9b7c21aa/7/1")];
  const trace = traceOf(
    [1, 2],
    ["branch 1", { event: "granted", sequence: 1, claim: "c", to: 2, amount: 5 }],
    ["branch 2", { event: "applied", origin: 1, first: 1, entries }],
    ["branch 1", executed("0197f3c2-8a41-5f0e9b7c21aa/7/2", 3)],
    ["branch 1", answered("0197f3c2-8a41-5f0e9b7c21aa/7/2")],
  );
  assertEquals(happeningsIn(trace), []);
});

Deno.test("happeningsIn() tells of any run all that has to happen, each message sent first", () => {
  fc.assert(fc.property(scripts({ kills: true }), (script) => {
    const { trace, executed, refused, queries } = falseRun(script);
    const happened = happeningsIn(trace);
    const peers = script.branches.length - 1;
    assertEquals(happened.length, executed * (4 + 4 * peers) + refused * 3 + queries * 3);
    const before = new Set<string>();
    for (const { what, command, peer } of happened) {
      const cause = causes.get(what);
      if (cause !== undefined) {
        assertEquals(before.has(`${cause} ${command} ${peer}`), true, `${command} ${what}`);
      }
      before.add(`${what} ${command} ${peer}`);
    }
    assertEquals(before.size, happened.length);
  }));
});

const causes: ReadonlyMap<Happened["what"], Happened["what"]> = new Map([
  ["request", "send"],
  ["propagate_request", "propagate"],
  ["propagate_execute", "propagate_request"],
  ["propagate_response", "propagate_execute"],
]);
