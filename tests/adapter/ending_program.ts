import {
  beforePrinting,
  complain,
  exitCodes,
  ExitError,
  print,
  reportFailuresTo,
  runProgram,
  versionLine,
} from "../../lib/adapter/program.ts";
import { InvariantError } from "../../lib/core/invariant.ts";

/** Ways of a program to end, by name; program_test.ts runs this file with one of them. */
const ends: Readonly<Record<string, () => number | Promise<number>>> = {
  done: () => exitCodes.done,
  "done while a timer runs": () => {
    setInterval(() => undefined, 1_000);
    return exitCodes.done;
  },
  "an exit": () => {
    throw new ExitError(exitCodes.wrongInput, "the input is wrong\nin two places");
  },
  "an exit with places": () => {
    throw new ExitError(exitCodes.wrongInput, "a.json:1:2: one\na.json:3:4: two");
  },
  "an error": () => Promise.reject(new TypeError("it failed")),
  "no error": () => Promise.reject("just a text"),
  "a bug": () => Promise.reject(new InvariantError("money is conserved")),
  "a bug of a timer": () => forever(() => setTimeout(fail, 0)),
  "a bug of nobody": () => forever(() => void Promise.reject(new InvariantError("it holds"))),
  "a bug reported": () => forever(() => reportError(new InvariantError("it holds"))),
  "an exit of nobody": () => forever(() => void Promise.reject(new ExitError(2, "wrong"))),
  "much text": () => {
    print(`${"x".repeat(1_000_000)}\n`);
    complain("printed all");
    return exitCodes.done;
  },
  "something in the way": () => {
    let times = 0;
    beforePrinting(() => void Deno.stderr.writeSync(new TextEncoder().encode(`<${++times}>`)));
    print("");
    complain("a note");
    throw new ExitError(exitCodes.failed, "it failed");
  },
  "an error that is reported": () => {
    reportFailuresTo((message, code) => complain(`${code}: ${message}`));
    return Promise.reject(new InvariantError("it holds\ntwice"));
  },
  version: () => {
    print(versionLine("ending"));
    return exitCodes.done;
  },
};

function fail(): never {
  throw new InvariantError("it holds");
}

/** A program that waits for something when it fails elsewhere. */
function forever(start: () => void): Promise<never> {
  const pending = Promise.withResolvers<never>();
  setInterval(() => undefined, 1_000);
  start();
  return pending.promise;
}

await runProgram("ending", () => Promise.resolve(ends[Deno.args[0] ?? ""]?.() ?? 99));
