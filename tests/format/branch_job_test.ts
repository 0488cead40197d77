import { assert, assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { readArguments } from "../../lib/format/arguments.ts";
import { branchOptions } from "../../lib/format/branch_arguments.ts";
import { missingOptions, readBranchJob } from "../../lib/format/branch_job.ts";
import { branch } from "../core/samples.ts";

const bank = {
  name: "first-bank",
  opening: money(400),
  addresses: new Map([[branch(2), "127.0.0.1:5002"], [branch(1), "127.0.0.1:5001"]]),
};
const exposed = { ...bank, addresses: new Map([[branch(1), "10.0.0.1:5001"]]) };

function read(args: string, of = bank) {
  const options = readArguments(args.split(" "), branchOptions);
  assertEquals(options.faults, []);
  return readBranchJob(options, { bank: of, file: "bank.json" });
}

function complaints(args: string, of = bank): readonly string[] {
  const reading = read(args, of);
  return reading.kind === "wrong" ? reading.complaints : [];
}

Deno.test("readBranchJob() says what is to be served, where, and to whom", () => {
  const reading = read("--id 1 --secret s.txt --data 1.db --ack local --outcome-days 2");
  assert(reading.kind === "read");
  const { founding, serve, addresses, ...job } = reading.job;
  const members = [branch(1), branch(2)];
  assertEquals(founding, { bank: "first-bank", members, opening: money(400) });
  assertEquals([...serve], [[branch(1), "127.0.0.1:5001"]]);
  assertEquals(addresses, bank.addresses);
  assertEquals<unknown>(job, {
    trust: { secretFile: "s.txt" },
    data: "1.db",
    backup: undefined,
    nats: undefined,
    acknowledge: "local",
    outcomeMs: 2 * 24 * 60 * 60 * 1_000,
    admin: undefined,
    log: { level: "info", format: "text" },
  });
});

Deno.test("readBranchJob() says where the journal is copied, and how often", () => {
  const backup = (args: string) => {
    const reading = read(`--id 1 --secret s.txt --data b/1.db ${args}`);
    assert(reading.kind === "read");
    return reading.job.backup;
  };
  assertEquals(backup("--backup 1.db"), { file: "1.db", minutes: 60 });
  assertEquals(backup("--backup 1.db --backup-minutes 5"), { file: "1.db", minutes: 5 });
});

Deno.test("readBranchJob() lets no copy take the place of its journal", () => {
  const fault = "--backup is the file of --data; a copy must not take the journal's place";
  for (const file of ["b/1.db", "./b/1.db", "b//./1.db"]) {
    assertEquals(complaints(`--id 1 --secret s.txt --data b/1.db --backup ${file}`), [fault]);
  }
  const before = "--id 1 --secret s.txt --data 1.db.new --backup 1.db";
  assertEquals(complaints(before), [fault], "nor a copy that is being made");
});

Deno.test("readBranchJob() wants a journal to copy, and a time that can be waited for", () => {
  const sentence = "--backup is of a journal in a file, so it needs --data";
  assertEquals(complaints("--id 1 --secret s.txt --backup 1.db"), [sentence]);
  const alone = "--backup-minutes does not go without --backup";
  assertEquals(complaints("--id 1 --secret s.txt --data 1.db --backup-minutes 5"), [alone]);
  for (const minutes of ["0", "1.5", "10081", "x"]) {
    const fault = `--backup-minutes is ${minutes}; it must be a whole number from 1 to 10080`;
    const args = `--id 1 --secret s.txt --data 1.db --backup c.db --backup-minutes ${minutes}`;
    assertEquals(complaints(args), [fault]);
  }
});

Deno.test("readBranchJob() says what is logged, and how", () => {
  const reading = read("--id 1 --secret s.txt --log-level debug --log-format json");
  assert(reading.kind === "read");
  assertEquals(reading.job.log, { level: "debug", format: "json" });
});

Deno.test("readBranchJob() lets a branch listen elsewhere than others find it", () => {
  const reading = read("--id 1 --tls certs --listen 0.0.0.0:5001");
  assert(reading.kind === "read");
  assertEquals([...reading.job.serve.values()], ["0.0.0.0:5001"]);
  assertEquals(reading.job.trust, { folder: "certs" });
});

Deno.test("readBranchJob() wants certificates wherever others could listen", () => {
  const fault = (address: string) =>
    `branch 1 is at ${address}, which is not on loopback: others could read along and take ` +
    "its secret, so it needs --tls";
  assertEquals(complaints("--id 1 --secret s", exposed), [fault("10.0.0.1:5001")]);
  assertEquals(complaints("--id 1 --secret s --listen 0.0.0.0:1"), [fault("0.0.0.0:1")]);
  assertEquals(complaints("--id 1 --tls certs", exposed), []);
  const mixed = { ...bank, addresses: new Map([...bank.addresses, [branch(3), "b3.example:1"]]) };
  assertEquals(complaints("--id 1 --secret s", mixed).length, 1, "it would show it to branch 3");
});

Deno.test("readBranchJob() lets a status page be served on loopback, and nowhere else", () => {
  const reading = read("--id 1 --secret s.txt --admin 5080");
  assert(reading.kind === "read");
  assertEquals(reading.job.admin, { hostname: "127.0.0.1", port: 5_080 });
  assertEquals(complaints("--id 1 --tls certs --admin 0.0.0.0:5080").length, 1);
});

Deno.test("readBranchJob() says which servers of NATS carry messages, and by what it logs in there", () => {
  const at = (args: string) => {
    const reading = read(`--id 1 --secret s.txt ${args}`);
    assert(reading.kind === "read");
    return reading.job.nats;
  };
  const servers = { addresses: ["127.0.0.1:4222", "127.0.0.1:5"], isSecure: false };
  const url = "--propagation nats://127.0.0.1,127.0.0.1:5";
  assertEquals(at(url), { ...servers, loginFile: undefined });
  const login = "--propagation-login bank.creds";
  assertEquals(at(`${url} ${login}`), { ...servers, loginFile: "bank.creds" });
  assertEquals(at("--propagation tls://nats.example")?.isSecure, true);
});

Deno.test("readBranchJob() says what is wrong with servers of NATS, and wants a name that they can bear", () => {
  assertEquals(complaints("--id 1 --secret s --propagation-login f"), [
    "--propagation-login goes with --propagation only",
  ]);
  assertEquals(complaints("--id 1 --secret s --propagation nats://10.0.0.1").length, 1);
  const args = "--id 1 --secret s --propagation 127.0.0.1";
  assertEquals(complaints(args, { ...bank, name: "First" }), [
    'the bank\'s name is "First"; for --propagation it must be 1 to 63 lower-case letters, digits, hyphens and dots, as in a host name',
    '--propagation has "127.0.0.1"; it must be nats://HOST:PORT,HOST:PORT or tls://HOST:PORT, without names and passwords',
  ]);
});

Deno.test("readBranchJob() finds all that is wrong", () => {
  const args = "--id 7 --id 1 --data x --listen here --outcome-days 0 --tls t --secret s";
  assertEquals(complaints(args, { ...bank, name: "First" }), [
    "--id 7 is not in bank.json",
    "--data is of one branch, and --id is given 2 times",
    "--listen is of one branch, and --id is given 2 times",
    '--listen is "here"; it must be HOST:PORT',
    "--outcome-days is 0; it must be a whole number from 1 to 3650",
    "--secret does not go with --tls",
    'the bank\'s name is "First"; for --tls it must be 1 to 63 lower-case letters, digits, hyphens and dots, as in a host name',
  ]);
});

Deno.test("missingOptions() finds what no bank file makes up for", () => {
  const missing = (...args: string[]) => missingOptions(readArguments(args, branchOptions));
  assertEquals(missing(), ["--bank is missing", "--secret or --tls is missing", "--id is missing"]);
  assertEquals(missing("--bank", "b", "--tls", "t", "--id", "1"), []);
  assertEquals(missing("--bank", "b", "--secret", "s", "--id", "1"), []);
});
