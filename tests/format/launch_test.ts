import { assertEquals } from "@std/assert";
import { asProcess, launch, type Origin } from "../../lib/format/launch.ts";

const fromSource: Origin = {
  standalone: false,
  execPath: "/usr/bin/deno",
  folder: "file:///home/a%20b/bank/",
};

function compiled(execPath: string): Origin {
  return { standalone: true, execPath, folder: "file:///nowhere/" };
}

function started(origin: Origin, program: "branch" | "customer" = "branch") {
  return launch({ name: "it", program, hosts: ["127.0.0.1"] }, origin);
}

Deno.test("launch() starts a branch, or a customer that is no more than a teller, with Deno", () => {
  const scripts = { branch: "branch.ts", customer: "lib/adapter/teller.ts" } as const;
  for (const program of ["branch", "customer"] as const) {
    const { command, args } = started(fromSource, program);
    assertEquals(command, "/usr/bin/deno");
    assertEquals(args[0], "run");
    assertEquals(args.slice(-2), [`file:///home/a%20b/bank/${scripts[program]}`, asProcess]);
  }
});

Deno.test("launch() allows a process the network of its hosts, and a branch what grpc-js reads", () => {
  const hosts = ["127.0.0.1:5001", "127.0.0.1:5002"];
  const environment = "--allow-env=GRPC_*,grpc_proxy,http_proxy,https_proxy,no_grpc_proxy";
  const more = { branch: [environment], customer: [] };
  for (const program of ["branch", "customer"] as const) {
    const { args } = launch({ name: "it", program, hosts }, fromSource);
    const permissions = args.filter((argument) =>
      /^(--allow|-[A-Z]|--deny|--no-prompt)/.test(argument)
    );
    const network = "--allow-net=127.0.0.1:5001,127.0.0.1:5002";
    assertEquals(permissions, ["--no-prompt", network, ...more[program]]);
  }
});

Deno.test("launch() allows a process to read and write in its folder only, whatever its name", () => {
  const folders = {
    "/data/bank": "/data/bank",
    "/a,b/,c": "/a,,b/,,c",
    "relative folder": "relative folder",
  };
  for (const [folder, written] of Object.entries(folders)) {
    const { args } = launch({ name: "it", program: "branch", hosts: ["h"], folder }, fromSource);
    const flags = args.slice(0, -2).filter((argument) => /^--allow-(read|write)/.test(argument));
    assertEquals(flags, [`--allow-read=${written}`, `--allow-write=${written}`]);
  }
});

Deno.test("launch() allows a process without a folder no file, and an executable no more", () => {
  const request = { name: "it", program: "branch", hosts: ["h"] } as const;
  for (const none of [request, { ...request, folder: undefined }]) {
    const { args } = launch(none, fromSource);
    assertEquals(args.filter((argument) => /read|write/.test(argument)), []);
  }
  const { args } = launch({ ...request, folder: "/data" }, compiled("/opt/bank/customer"));
  assertEquals(args, [asProcess]);
});

Deno.test("launch() starts a process that fetches nothing, prints no notices, and has a roomy nursery", () => {
  for (const program of ["branch", "customer"] as const) {
    const { args } = started(fromSource, program);
    for (const flag of ["--cached-only", "--quiet", "--v8-flags=--min-semi-space-size=16"]) {
      assertEquals(args.slice(0, -2).includes(flag), true, `${program} ${flag}`);
    }
  }
});

Deno.test("launch() of an executable starts the one beside it, whatever the system's paths", () => {
  const siblings = {
    "/opt/bank/customer": "/opt/bank/branch",
    "C:\\bank\\customer.exe": "C:\\bank\\branch.exe",
    "/opt/bank/bank-customer-x64": "/opt/bank/bank-branch-x64",
    "customer": "branch",
  };
  for (const [execPath, sibling] of Object.entries(siblings)) {
    assertEquals(started(compiled(execPath)), { command: sibling, args: [asProcess] });
    assertEquals(started(compiled(execPath), "customer").command, execPath);
  }
});

Deno.test("launch() changes the name of the executable, and of no folder above it", () => {
  const siblings = {
    "/home/customer/bin/customer": "/home/customer/bin/branch",
    "C:\\customers\\customer.exe": "C:\\customers\\branch.exe",
    "/a/customer.d/customer": "/a/customer.d/branch",
  };
  for (const [execPath, sibling] of Object.entries(siblings)) {
    assertEquals(started(compiled(execPath)).command, sibling);
  }
});

Deno.test("launch() allows a branch to write in the folder of its trace, and not to read there", () => {
  const request = { name: "it", program: "branch", hosts: ["h"], traceFolder: "/a,b" } as const;
  for (
    const [folder, flags] of [
      ["/data", ["--allow-read=/data", "--allow-write=/data,/a,,b"]],
      [undefined, ["--allow-write=/a,,b"]],
    ] as const
  ) {
    const { args } = launch({ ...request, folder }, fromSource);
    assertEquals(args.filter((argument) => /^--allow-(read|write)/.test(argument)), [...flags]);
  }
});
