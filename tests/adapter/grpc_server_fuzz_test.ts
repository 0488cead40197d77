import { assert, assertEquals, AssertionError } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import fc from "fast-check";
import { statusNames } from "../../lib/format/grpc_frame.ts";
import { branch } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import type { HostileCall } from "./hostile_calls.ts";
import { network } from "./network.ts";

/** `-- --seed N --runs N` looks elsewhere, or longer. */
const options = parseArgs(Deno.args, {
  string: ["seed", "runs"],
  default: { seed: "1", runs: "9" },
});
const [firstSeed, runs] = [Number(options.seed), Number(options.runs)];
const callsOfRun = 300;
const connectionsOfRun = 30;
const members = [branch(1), branch(2), branch(3)];

/** What customers are promised to be answered, whatever they send. */
const toCustomers = [
  ...["OK", "INVALID_ARGUMENT", "ALREADY_EXISTS", "FAILED_PRECONDITION", "UNAVAILABLE"],
  // The last two are for what is no message: too long, or in a way that nobody understands.
  ...["RESOURCE_EXHAUSTED", "UNIMPLEMENTED"],
];
const toPeers = [...toCustomers, "NOT_FOUND"];
/** A client may say itself how long it waits. */
const toHasty = [...toPeers, "DEADLINE_EXCEEDED"];

/** Two branches of three, each in a process of its own as far as they know, and their books. */
async function openBank() {
  const { bank, openBranches, secret } = await import("./grpc_bank.ts");
  const { RawCaller } = await import("./raw_caller.ts");
  const { Auditor } = await import("./hostile_audit.ts");
  const { nowMs } = await import("./hostile_calls.ts");
  const options = { members, acknowledge: "local", isTimed: false } as const;
  const opened = await Promise.all([1, 2].map((id) => openBranches([branch(id)], options)));
  const addresses = new Map(opened.flatMap(({ addresses }) => [...addresses]));
  for (const { transport } of opened) transport.route(addresses);
  const hosts = opened.flatMap(({ hosts }) => [...hosts.values()]);
  const tick = () => hosts.forEach((host) => host.tick(nowMs));
  tick();
  const clock = setInterval(tick, 1);
  const callers = [...addresses].map(([id, address]) =>
    [id, new RawCaller(address, { secret, digest: bank.digest })] as const
  );
  const auditors = opened.flatMap(({ hosts, journals }) =>
    [...hosts].map(([id, host]) => {
      const journal = journals.get(id);
      assert(journal !== undefined);
      return new Auditor({ id, members, host, journal });
    })
  );
  const close = () => {
    clearInterval(clock);
    for (const [, caller] of callers) caller[Symbol.dispose]();
  };
  return { addresses, callers: new Map(callers), auditors, [Symbol.dispose]: close };
}

/** Hears of all that would end the process; the first of that, or a long time, is the end. */
function watch() {
  const faults: unknown[] = [];
  const { promise: end, resolve } = Promise.withResolvers<"no answer">();
  const timer = setTimeout(() => resolve("no answer"), 10_000);
  const hear = (event: ErrorEvent | PromiseRejectionEvent) => {
    event.preventDefault();
    faults.push("reason" in event ? event.reason : event.error);
    resolve("no answer");
  };
  globalThis.addEventListener("error", hear);
  globalThis.addEventListener("unhandledrejection", hear);
  const stop = () => {
    clearTimeout(timer);
    globalThis.removeEventListener("error", hear);
    globalThis.removeEventListener("unhandledrejection", hear);
  };
  return { faults, end, [Symbol.dispose]: stop };
}

/** Makes all of the calls side by side, and holds the branches to their laws. */
async function survive(calls: readonly HostileCall[]): Promise<void> {
  const { customerMethods, methods } = await import("./hostile_calls.ts");
  using watching = watch();
  using bank = await openBank();
  const answers = await Promise.all(calls.map((call) => {
    const { path } = methods[call.method];
    const answer = bank.callers.get(branch(call.branch))?.call({ ...call, path });
    return Promise.race([answer, watching.end]);
  }));
  assertEquals(watching.faults, []);
  for (const [index, answer] of answers.entries()) {
    const call = calls[index];
    if (call === undefined || answer === undefined) continue;
    assert(answer !== "no answer", `${call.method} is never answered`);
    const documented = "grpc-timeout" in call.headers
      ? toHasty
      : customerMethods.includes(call.method)
      ? toCustomers
      : toPeers;
    const status = statusNames[answer.status ?? -1] ?? "none";
    assert(documented.includes(status), `${call.method} is answered ${status}: ${answer.details}`);
  }
  for (const auditor of bank.auditors) {
    const caller = bank.callers.get(auditor.id);
    assert(caller !== undefined);
    auditor.audit(calls.map((call, index) => ({ call, answer: answers[index] })));
    const answer = await Promise.race([auditor.serves(caller), watching.end]);
    assertEquals(watching.faults, []);
    assert(answer !== "no answer", "an untouched customer is never answered");
  }
}

/** Tells what breaks a law when these calls are made; nothing, if none does. */
async function faultOf(calls: readonly HostileCall[]): Promise<unknown> {
  try {
    await survive(calls);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Leaves out what a failure does not need, in ever smaller pieces, for so many attempts. */
async function smallest(calls: readonly HostileCall[]): Promise<readonly HostileCall[]> {
  let left = calls;
  let attempts = 0;
  for (let size = Math.ceil(calls.length / 2); size >= 1 && attempts < attemptsMax;) {
    let isSmaller = false;
    for (let at = 0; at < left.length && attempts < attemptsMax;) {
      const fewer = left.toSpliced(at, size);
      attempts += 1;
      if (fewer.length > 0 && await faultOf(fewer) !== undefined) {
        left = fewer;
        isSmaller = true;
      } else at += size;
    }
    if (!isSmaller || size > left.length) size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return left;
}

const attemptsMax = 200;

function inHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? value.toHex() : value;
}

function told({ method, branch, how, messages, body, headers }: HostileCall): string {
  const content = messages.length > 0 ? JSON.stringify(messages, inHex) : body.toHex();
  return `${method} at branch ${branch}, ${how}, ${JSON.stringify(headers)}: ${
    content.slice(0, 2_000)
  }`;
}

for (const who of ["customers", "peers"] as const) {
  permitted(
    `serveBranch() survives whatever ${who} send, and keeps its books`,
    network,
    async () => {
      const { customerCalls, peerCalls } = await import("./hostile_calls.ts");
      const arbitrary = who === "customers" ? customerCalls : peerCalls;
      for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
        const calls = fc.sample(arbitrary, { seed, numRuns: callsOfRun });
        if (await faultOf(calls) === undefined) continue;
        const left = await smallest(calls);
        const fault = await faultOf(left) ?? await faultOf(calls);
        throw new AssertionError(
          `what ${who} send with --seed ${seed} breaks it: ${fault}\n${left.map(told).join("\n")}`,
          { cause: fault },
        );
      }
    },
  );
}

permitted("serveBranch() survives whatever bytes come to its port", network, async () => {
  const { hostileBytes } = await import("./hostile_bytes.ts");
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    using watching = watch();
    using bank = await openBank();
    const many = fc.sample(hostileBytes, { seed, numRuns: connectionsOfRun });
    const [address = ""] = bank.addresses.values();
    await Promise.all(many.map((bytes) => throwAt(address, bytes)));
    assertEquals(watching.faults, [], `--seed ${seed}`);
    const [auditor] = bank.auditors;
    const caller = bank.callers.get(branch(1));
    assert(auditor !== undefined && caller !== undefined);
    await auditor.serves(caller);
    assertEquals(watching.faults, [], `--seed ${seed}`);
  }
});

/** Connects, sends bytes and that there are no more, and waits until the other end has enough. */
async function throwAt(address: string, bytes: Uint8Array): Promise<void> {
  const [hostname = "", port] = address.split(":");
  using connection = await Deno.connect({ hostname, port: Number(port) });
  try {
    await connection.write(bytes);
    await connection.closeWrite();
    const answer = new Uint8Array(4_096);
    while (await connection.read(answer) !== null);
  } catch {
    // The branch has ended the connection, as it may.
  }
}
