import { assertEquals } from "@std/assert";
import { reasonOf } from "../../lib/format/reason.ts";

Deno.test("reasonOf() keeps what matters of a message of the system", () => {
  const error = new Error("No such file or directory (os error 2): readfile 'a.json'");
  assertEquals(reasonOf(error), "no such file or directory");
});

Deno.test("reasonOf() leaves other messages as they are, names in capitals too", () => {
  assertEquals(reasonOf(new Error("it is a folder")), "it is a folder");
  assertEquals(reasonOf(new Error("EADDRINUSE: in use")), "EADDRINUSE: in use");
  assertEquals(reasonOf("Stopped"), "stopped");
});
