import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { claimOutput, claimOutputs, isSameFile } from "../../lib/adapter/output_file.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const files = [{ name: "read" }, { name: "write" }] as const;

function refusal(action: () => unknown, path: string): string {
  const { message } = assertThrows(action, Error, `the output ${path} cannot be written: `);
  assertMatch(message, /^[^\n]+$/);
  return message;
}

permitted("claimOutput() leaves no trace until the file is written", files, () => {
  using folder = new TemporaryFolder();
  const output = claimOutput(folder.at("output.txt"));
  assertEquals(folder.names(), []);
  output.write("all of it\n");
  assertEquals(folder.names(), ["output.txt"]);
  assertEquals(folder.read("output.txt"), "all of it\n");
});

permitted("claimOutput() has an old file replaced, and untouched until then", files, () => {
  using folder = new TemporaryFolder();
  const path = folder.write("output.txt", "old and longer\n");
  const output = claimOutput(path);
  assertEquals(folder.read("output.txt"), "old and longer\n");
  output.write("new\n");
  assertEquals(folder.read("output.txt"), "new\n");
  output.write("newest\n");
  assertEquals(folder.read("output.txt"), "newest\n");
  assertEquals(folder.names(), ["output.txt"]);
});

permitted("claimOutput() never shows a reader half a file", files, () => {
  using folder = new TemporaryFolder();
  const path = folder.write("output.txt", "old\n");
  using reader = Deno.openSync(path);
  claimOutput(path).write("new\n");
  // Whoever had the old file open reads the old one to its end.
  const bytes = new Uint8Array(64);
  const length = reader.readSync(bytes) ?? 0;
  assertEquals(new TextDecoder().decode(bytes.subarray(0, length)), "old\n");
});

permitted("claimOutput() refuses a folder that is not there, or is a file", files, () => {
  using folder = new TemporaryFolder();
  const file = folder.write("file", "");
  for (const path of [folder.at("absent/output.txt"), `${file}/output.txt`]) {
    refusal(() => claimOutput(path), path);
  }
  assertEquals(folder.names(), ["file"]);
});

permitted("claimOutput() refuses a path that is a folder", files, () => {
  using folder = new TemporaryFolder();
  const message = refusal(() => claimOutput(folder.path), folder.path);
  assert(message.endsWith("it is a folder"), message);
});

permitted("claimOutput() keeps the old file when the new one cannot be written", files, () => {
  using folder = new TemporaryFolder();
  Deno.mkdirSync(folder.at("results"));
  folder.write("results/output.txt", "old\n");
  const output = claimOutput(folder.at("results/output.txt"));
  Deno.renameSync(folder.at("results"), folder.at("moved"));
  refusal(() => output.write("new\n"), folder.at("results/output.txt"));
  assertEquals(folder.names(), ["moved"]);
  assertEquals([...Deno.readDirSync(folder.at("moved"))].map(({ name }) => name), ["output.txt"]);
  assertEquals(Deno.readTextFileSync(folder.at("moved/output.txt")), "old\n");
});

permitted("claimOutput() leaves no temporary file when the last step fails", files, () => {
  using folder = new TemporaryFolder();
  const output = claimOutput(folder.at("output.txt"));
  Deno.mkdirSync(folder.at("output.txt"));
  refusal(() => output.write("new\n"), folder.at("output.txt"));
  assertEquals(folder.names(), ["output.txt"]);
  assertEquals([...Deno.readDirSync(folder.at("output.txt"))], []);
});

permitted("claimOutput() writes through a link, and leaves the link there", files, () => {
  using folder = new TemporaryFolder();
  const path = folder.write("real.txt", "old\n");
  Deno.symlinkSync(path, folder.at("link.txt"));
  claimOutput(folder.at("link.txt")).write("new\n");
  assertEquals(folder.read("real.txt"), "new\n");
  assert(Deno.lstatSync(folder.at("link.txt")).isSymlink);
});

permitted("claimOutput() takes a name as long as a file's may be", files, () => {
  using folder = new TemporaryFolder();
  const name = `${"n".repeat(251)}.txt`;
  claimOutput(folder.at(name)).write("all of it\n");
  assertEquals(folder.names(), [name]);
});

permitted("claimOutput() says what a file is for that cannot be written", files, () => {
  using folder = new TemporaryFolder();
  const path = folder.at("nowhere/trace.jsonl");
  const claim = () => claimOutput(path, "trace");
  assertThrows(claim, Error, `the trace ${path} cannot be written: `);
});

permitted("claimOutputs() writes all files or none, and leaves nothing else", files, () => {
  using folder = new TemporaryFolder();
  const paths = ["a.json", "b.json"].map((name) => folder.at(name));
  const outputs = claimOutputs(paths);
  assertEquals(folder.names(), []);
  outputs.write(["a\n", "b\n"]);
  assertEquals(folder.names(), ["a.json", "b.json"]);
  assertEquals([folder.read("a.json"), folder.read("b.json")], ["a\n", "b\n"]);
  Deno.removeSync(folder.at("b.json"));
  Deno.mkdirSync(folder.at("b.json"));
  refusal(() => outputs.write(["c\n", "d\n"]), folder.at("b.json"));
  assertEquals(folder.names(), ["a.json", "b.json"]);
  assertEquals(folder.read("a.json"), "a\n");
  refusal(() => claimOutputs(paths), folder.at("b.json"));
});

permitted("claimOutputs() makes the folder of several files when they are written", files, () => {
  using folder = new TemporaryFolder();
  const pathsIn = (name: string) =>
    ["a.json", "b.json"].map((each) => folder.at(`${name}/${each}`));
  const outputs = claimOutputs(pathsIn("new"));
  assertEquals(folder.names(), []);
  outputs.write(["a\n", "b\n"]);
  assertEquals(pathsIn("new").map((path) => Deno.readTextFileSync(path)), ["a\n", "b\n"]);
  assertEquals(folder.names(), ["new"]);
  folder.write("file", "");
  refusal(() => claimOutputs(pathsIn("absent/new")), folder.at("absent/new"));
  refusal(() => claimOutputs(pathsIn("file")), folder.at("file/a.json"));
  assertEquals(folder.names(), ["file", "new"]);
});

permitted(
  "isSameFile() sees through links and folders, whether the file is there or not",
  files,
  () => {
    using folder = new TemporaryFolder();
    Deno.mkdirSync(folder.at("inner"));
    const path = folder.write("real.txt", "");
    Deno.symlinkSync(path, folder.at("link.txt"));
    const { path: at } = folder;
    assert(isSameFile(path, folder.at("link.txt")));
    assert(isSameFile(path, `${at}/inner/../real.txt`));
    assert(isSameFile(`${at}/new.txt`, `${at}/inner/../new.txt`));
    assert(isSameFile("new.txt", `${Deno.cwd()}/new.txt`));
    assert(!isSameFile(`${at}/new.txt`, `${at}/inner/new.txt`));
    assert(!isSameFile(path, folder.at("real.tx")));
  },
);
