/**
 * Writes `lib/gen` from the `.proto` files: descriptors that the programs load instead of the
 * files, so they need neither a path nor a permission, and types of the messages. What gRPC has
 * standardised stands apart from the contract of the bank: a run does not load it.
 *
 * `deno task generate` writes; `deno task generate --check` fails if anything would change.
 */
import { loaderOptions } from "../lib/format/loader_options.ts";
import protobuf from "protobufjs";
import { descriptors } from "./descriptors.ts";

const protoFolder = import.meta.dirname ?? ".";
const bank = ["branch_service", "replication_service", "journal"].map((name) =>
  `bank/v1/${name}.proto`
);
const standard = ["grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto"];
const generator = "npm:@grpc/proto-loader@0.8.1/proto-loader-gen-types";

function contract(files: readonly string[]): string {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => `${protoFolder}/${target}`;
  // Not `load`: that reads the files side by side, and the order of the result varies.
  root.loadSync([...files], { keepCase: loaderOptions.keepCase });
  return JSON.stringify(root.toJSON()) + "\n";
}

async function generate(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/bank.json`, contract(bank));
  await Deno.writeTextFile(`${folder}/grpc.json`, contract(standard));
  await Deno.writeTextFile(`${folder}/descriptors.json`, await descriptors(protoFolder));
  const options = [
    `--longs=${loaderOptions.longs.name}`,
    `--enums=${loaderOptions.enums.name}`,
    "--defaults",
    "--grpcLib=@grpc/grpc-js",
    "--importFileExtension=.ts",
    "--includeDirs=.",
    `--outDir=${folder}`,
  ];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "-RWE",
      "--allow-sys=uid,gid",
      generator,
      ...options,
      ...bank,
      ...standard,
    ],
    cwd: protoFolder,
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function listing(folder: string, below = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
    const path = `${below}${name}`;
    names.push(...isDirectory ? await listing(folder, `${path}/`) : [path]);
  }
  return names.sort();
}

async function contents(folder: string): Promise<string> {
  const paths = await listing(folder);
  const texts = paths.map(async (path) =>
    `${path}\n${await Deno.readTextFile(`${folder}/${path}`)}`
  );
  return (await Promise.all(texts)).join("\n");
}

const target = `${protoFolder}/../lib/gen`;
if (Deno.args.includes("--check")) {
  const fresh = await Deno.makeTempDir();
  await generate(fresh);
  const same = await contents(fresh) === await contents(target);
  await Deno.remove(fresh, { recursive: true });
  if (!same) throw new Error("lib/gen differs from what proto/ gives: run deno task generate");
} else {
  await Deno.remove(target, { recursive: true }).catch(() => undefined);
  await generate(target);
}
