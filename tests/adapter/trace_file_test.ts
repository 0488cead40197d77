import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { explained } from "../../lib/adapter/trace_file.ts";
import { story, traceOf } from "../format/false_trace.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const files = [{ name: "read" }, { name: "write" }, { name: "env" }] as const;

function writeTrace(folder: TemporaryFolder): string {
  const { header, events } = traceOf(story());
  const lines = [header, ...events].map((line) => `${JSON.stringify(line)}\n`);
  return folder.write("trace.jsonl", lines.join(""));
}

permitted("explained() tells of a run, or of a command, and makes a page if asked", files, () => {
  using folder = new TemporaryFolder();
  const path = writeTrace(folder);
  const pages: string[] = [];
  const page = { write: (text: string) => void pages.push(text) };
  assertMatch(explained(path, undefined, undefined), /^run: session scenario/);
  assertEquals(pages, []);
  assertMatch(explained(path, "7/1", page), /^7\/1 deposits 100 at branch 1/);
  assertMatch(pages[0] ?? "", /^<!DOCTYPE html>/);
});

permitted("explained() says in a sentence what it cannot explain", files, () => {
  using folder = new TemporaryFolder();
  const path = writeTrace(folder);
  const other = folder.write("other.jsonl", "[]\n");
  const gone = folder.at("gone.jsonl");
  const refusal = (file: string, command?: string) => {
    const error = assertThrows(() => explained(file, command, undefined), Error);
    return error.message;
  };
  assertEquals(refusal(path, "9/9"), `${path} has no command "9/9"`);
  assertMatch(refusal(other), /other\.jsonl cannot be explained: line 1 of the trace: it is not/);
  assertMatch(refusal(gone), /gone\.jsonl cannot be explained: no such file/);
});
