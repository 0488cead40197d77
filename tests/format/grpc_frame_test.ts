import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CallError, frameOf, messageIn, statusNames } from "../../lib/format/grpc_frame.ts";

const answered = { "content-type": "application/grpc" };

/** Reads a response with these headers, and gives the error in its place. */
function failure(headers: Record<string, string>, body: Uint8Array = new Uint8Array()): CallError {
  return assertThrows(() => messageIn(new Headers(headers), body), CallError);
}

/** Lets a server say a status and a message. */
function said(status: string, message?: string): CallError {
  const words = message === undefined ? {} : { "grpc-message": message };
  return failure({ ...answered, "grpc-status": status, ...words });
}

Deno.test("messageIn() takes out the message that frameOf() put in", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1_000 }), (message) => {
    assertEquals(messageIn(new Headers(answered), frameOf(message)), message);
  }));
});

Deno.test("frameOf() writes that nothing is compressed, and the length in network order", () => {
  const frame = frameOf(new Uint8Array(0x010203).fill(7));
  assertEquals([...frame.subarray(0, 6)], [0, 0, 1, 2, 3, 7]);
  assertEquals(frame.length, 5 + 0x010203);
});

Deno.test("messageIn() takes a message out of the middle of a larger buffer", () => {
  const buffer = Uint8Array.from([9, 9, 9, 9, 9, 9, ...frameOf(Uint8Array.of(1, 2)), 9, 9]);
  const body = buffer.subarray(6, -2);
  assertEquals([...messageIn(new Headers(answered), body)], [1, 2]);
});

Deno.test("messageIn() takes a response of any encoding of gRPC, its status said or not", () => {
  for (const type of ["application/grpc", "application/grpc+proto"]) {
    for (const status of [{}, { "grpc-status": "0" }]) {
      const headers = new Headers({ "content-type": type, ...status });
      assertEquals([...messageIn(headers, frameOf(Uint8Array.of(5)))], [5]);
    }
  }
});

Deno.test("messageIn() names each status of gRPC by its number", () => {
  for (const [number, name] of statusNames.entries()) {
    if (name === "OK") continue;
    assertEquals(said(`${number}`, "why").code, name);
  }
  const known = {
    1: "CANCELLED",
    4: "DEADLINE_EXCEEDED",
    14: "UNAVAILABLE",
    16: "UNAUTHENTICATED",
  };
  for (const [number, name] of Object.entries(known)) assertEquals(said(number).code, name);
});

Deno.test("messageIn() takes a status that gRPC does not have for UNKNOWN", () => {
  for (
    const status of [
      "17",
      "-1",
      "1.5",
      "99999999999999999999",
      "NaN",
      "UNAVAILABLE",
      "",
      "00",
      "0x1",
    ]
  ) {
    const { code, details } = said(status, "why");
    assertEquals([code, details], ["UNKNOWN", "why"], status);
  }
});

Deno.test("messageIn() undoes the percent-encoding of what the server said", () => {
  const cases = {
    "the branch is full": "the branch is full",
    "100%25 of %C3%A9t%C3%A9 %22 %0A%F0%9F%8F%A6": '100% of été " \n🏦',
    "100% wrong %zz": "100% wrong %zz",
    "half a letter %C3": "half a letter %C3",
  };
  for (const [message, details] of Object.entries(cases)) {
    assertEquals(said("3", message).details, details);
    assertEquals(said("3", message).message, `INVALID_ARGUMENT: ${details}`);
  }
  assertEquals(said("3").details, "");
});

Deno.test("messageIn() believes the status, whatever the type and the body", () => {
  const headers = { "content-type": "text/html", "grpc-status": "14", "grpc-message": "gone" };
  assertEquals(failure(headers, frameOf(Uint8Array.of(1))).message, "UNAVAILABLE: gone");
});

Deno.test("messageIn() refuses a response that is not gRPC", () => {
  const body = frameOf(Uint8Array.of(1));
  const { code, details } = failure({ "content-type": "text/html" }, body);
  assertEquals([code, details], ["UNKNOWN", "a response of the type text/html, which is not gRPC"]);
  assertEquals(failure({}, body).code, "UNKNOWN");
});

Deno.test("messageIn() refuses a body that is not one whole message", () => {
  const frame = frameOf(Uint8Array.of(1, 2, 3));
  const bodies = {
    "empty": [],
    "less than a prefix": [0, 0, 0, 0],
    "short": frame.subarray(0, -1),
    "long": [...frame, 0],
    "compressed": [1, ...frame.subarray(1)],
    "two messages": [...frame, ...frame],
  };
  for (const [what, bytes] of Object.entries(bodies)) {
    const { code, details } = failure(answered, Uint8Array.from(bytes));
    const words = `${bytes.length} bytes that are not one whole message`;
    assertEquals([code, details], ["INTERNAL", words], what);
  }
});

Deno.test("CallError.isRetriable only where the branch cannot have executed the call", () => {
  const retriable = statusNames.filter((name) => new CallError(name, "").isRetriable);
  assertEquals(retriable, ["UNAVAILABLE"]);
});
