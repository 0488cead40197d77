import { assertEquals } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { branchRecord, customerRecord, ended, permissionsOf, programs, records } from "./bank.ts";

const script = (name: string) => new URL(name, import.meta.url).href;

/** Stands in for an executable: what `deno compile` would make of a program. */
function executable(folder: TemporaryFolder, name: "customer" | "branch"): string {
  const permissions = [
    `--allow-net=127.0.0.1`,
    "--allow-env",
    "--allow-read",
    "--allow-write",
    "--no-prompt",
    "--quiet",
  ];
  const program = script(`../../${name}.ts`);
  const path = folder.write(
    name,
    `#!/bin/sh\nexec "${Deno.execPath()}" run ${permissions.join(" ")} "${program}" "$@"\n`,
  );
  Deno.chmodSync(path, 0o755);
  return path;
}

permitted(
  "executables start their processes from themselves and each other",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    const paths = [executable(folder, "customer"), executable(folder, "branch")];
    const scenario = JSON.stringify([
      customerRecord(1, "deposit 5", "query 0"),
      customerRecord(2, "withdraw 1"),
      ...records(2, (id) => branchRecord(id, 10)),
    ]);
    const permissions = permissionsOf("run").filter((flag) =>
      /^--allow-(?:env|read|write)/.test(flag)
    );
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--quiet", `--allow-run=${paths.join(",")}`, ...permissions],
        ...[script("standalone.ts"), folder.path, scenario],
      ],
      env: { TMPDIR: folder.path },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    assertEquals(await ended(child), { code: 0, stdout: "14 14", stderr: "" });
    assertEquals(folder.names(), ["branch", "customer"]);
  },
);
