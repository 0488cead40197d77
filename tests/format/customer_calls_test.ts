import { assertEquals, assertRejects } from "@std/assert";
import { isCustomerId } from "../../lib/core/ids.ts";
import { money } from "../../lib/core/money.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import type { Attempted, Line } from "../../lib/format/control_line.ts";
import { type CallObserver, CustomerCalls } from "../../lib/format/customer_calls.ts";
import { sealCall } from "../../lib/format/sealed_call.ts";
import type { Step } from "../../lib/host/conductor.ts";
import { type Process, ProcessError } from "../../lib/host/ports.ts";
import { branch, query, withdrawal } from "../core/samples.ts";

const one = branch(1);
const session = nothingKnown;
const address = "127.0.0.1:5001";

function stepOf(command: Step["command"]): Step {
  const customer = 7;
  if (!isCustomerId(customer)) throw new RangeError("7 names a customer");
  return { customer, branch: one, command, record: 0, event: 0 };
}

function attempted(attempt: number, stage: Attempted["stage"]): Attempted {
  return { kind: "attempted", attempt, stage, ms: 1 };
}

/** A customer's process that says what a test lets it say, and what its observer hears. */
function caller(...said: readonly Line[]) {
  const told: Line[] = [];
  const heard: string[] = [];
  const lines = said.values();
  const process: Process = {
    name: "customer 7",
    tell: (line) => void told.push(line as Line),
    next: () => Promise.resolve(lines.next().value),
    finish: () => Promise.resolve(void heard.push("finished")),
    kill: () => Promise.resolve(),
  };
  const observer: CallObserver = {
    attempted: (_, { attempt, stage }) => void heard.push(`${attempt} ${stage}`),
    answered: (_, { attempt }, { result }) => void heard.push(`${attempt} ${result.kind}`),
  };
  return { told, heard, process, observer };
}

Deno.test("CustomerCalls lets a process make a sealed call, and opens the response", async () => {
  const { process, told } = caller({ kind: "answer", response: "" });
  const step = stepOf(query);
  const reply = await new CustomerCalls(process).call(step, { session, address });
  assertEquals(reply, { result: { kind: "balance", balance: money(0) }, session });
  const { path, request } = sealCall(query, { branch: one, session });
  assertEquals(told, [{ kind: "call", address, path, request: request.toBase64(), tried: 0 }]);
});

Deno.test("CustomerCalls tells what happened to each attempt, and goes on counting when it asks again", async () => {
  const { process, observer, told, heard } = caller(
    attempted(1, "sent"),
    attempted(1, "unanswered"),
    attempted(2, "sent"),
    attempted(2, "answered"),
    { kind: "answer", response: "CAQ=" }, // Outcome 4: nothing is decided.
    attempted(3, "sent"),
    attempted(3, "answered"),
    { kind: "answer", response: "CAEQAg==" }, // Outcome 1, at 2 branches.
    attempted(1, "sent"),
    attempted(1, "answered"),
    { kind: "answer", response: "" },
  );
  const calls = new CustomerCalls(process, observer);
  const step = stepOf(withdrawal("w", 5));
  await calls.call(step, { session, address });
  await calls.call(step, { session, address });
  await calls.call(stepOf(query), { session, address });
  const tried = told.map((line) => line.kind === "call" && line.tried);
  assertEquals(tried, [0, 2, 0]);
  assertEquals(heard, [
    ...["1 sent", "1 unanswered", "2 sent", "2 unavailable"],
    ...["3 sent", "3 written", "1 sent", "1 balance"],
  ]);
});

Deno.test("CustomerCalls says whose call failed, and lets the process end", async () => {
  const { process, observer, heard } = caller(
    attempted(1, "sent"),
    attempted(1, "rejected"),
    { kind: "answer", failure: "INTERNAL: no" },
  );
  const calls = new CustomerCalls(process, observer);
  const call = () => calls.call(stepOf(query), { session, address });
  const { message } = await assertRejects(call, ProcessError);
  assertEquals(message, "customer 7: INTERNAL: no");
  await calls.finish();
  assertEquals(heard, ["1 sent", "1 rejected", "finished"]);
});
