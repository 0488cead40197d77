import { assert, assertEquals } from "@std/assert";
import { isCallersFault, rejected } from "../../lib/format/status_error.ts";
import { branch, commandId, vector } from "../core/samples.ts";

const id = commandId("a");

Deno.test("rejected() says by the status what a caller may do, and in words why", () => {
  const answers = [
    rejected({ kind: "contradiction", id }),
    rejected({ kind: "stranger", origin: branch(9) }),
    rejected({ kind: "unissued", origin: branch(1), sequence: 5 }),
    rejected({ kind: "behind", lacking: vector({ 2: 3, 4: 1 }) }),
    rejected({ kind: "recalling", id }),
    rejected({ kind: "recovering", unheard: [] }),
    rejected({ kind: "recovering", unheard: [branch(2), branch(3)] }),
    rejected({ kind: "expired", id }),
    rejected({ kind: "ahead", id }),
  ].map(({ code, message }) => [code, message]);
  const sure = "the branch makes sure that it has forgotten nothing";
  assertEquals(answers, [
    ["ALREADY_EXISTS", `command id ${id} was used for another write`],
    ["INVALID_ARGUMENT", "session names branch 9, which this bank does not have"],
    ["INVALID_ARGUMENT", "session names entry 5 of branch 1, which it has not written"],
    [
      "UNAVAILABLE",
      "the branch has not yet heard of entry 3 of branch 2, entry 1 of branch 4, which the session has seen",
    ],
    ["UNAVAILABLE", `the branch still reads in its journal what became of command id ${id}`],
    ["UNAVAILABLE", `${sure}; it fetches what others have`],
    ["UNAVAILABLE", `${sure}; it waits for branch 2, branch 3`],
    ["FAILED_PRECONDITION", `command id ${id} is too old to tell whether it was executed`],
    ["INVALID_ARGUMENT", `command id ${id} says that it was made in the future`],
  ]);
});

Deno.test("rejected() names the first of many branches, since a status has to be short", () => {
  const branches = Array.from({ length: 1_000 }, (_, id) => branch(id));
  const lacking = new Map(branches.map((id) => [id, 1]));
  for (
    const rejection of [
      { kind: "behind", lacking } as const,
      { kind: "recovering", unheard: branches } as const,
    ]
  ) {
    const { message } = rejected(rejection);
    assert(message.length < 1_000, message);
    assert(message.includes("branch 19 and 980 more"), message);
  }
});

Deno.test("isCallersFault() tells what grpc-js says of malformed calls from its own faults", () => {
  for (const details of ["Failed to decompress message", 'Invalid grpc-timeout value "soon"']) {
    assert(isCallersFault(details), details);
  }
  for (const details of ["", "OK", "the branch has a fault", "Error serializing response"]) {
    assert(!isCallersFault(details), details);
  }
});
