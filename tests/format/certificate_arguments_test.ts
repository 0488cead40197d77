import { assertEquals } from "@std/assert";
import {
  certificateHelp,
  certificateOptions,
  readCertificateArguments,
} from "../../lib/format/certificate_arguments.ts";
import { customer } from "../core/samples.ts";

Deno.test("certificateHelp tells of each of the certificateOptions, and of no other", () => {
  const said = certificateHelp.match(/^ {2}--[\w-]+/gm)?.map((name) => name.slice(4)) ?? [];
  const { values, repeated, flags } = certificateOptions;
  const options = [...Object.keys(values), ...repeated, ...flags];
  assertEquals(said.toSorted(), [...options, "help"].toSorted());
});

Deno.test("certificateHelp fits a terminal", () => {
  assertEquals(certificateHelp.split("\n").filter((line) => line.length > 100), []);
});

Deno.test("readCertificateArguments() knows what is usual", () => {
  assertEquals(readCertificateArguments(["certs", "--bank", "bank.json"]), {
    kind: "request",
    folder: "certs",
    bankFile: "bank.json",
    customers: [],
    step: "fill",
    days: 90,
    authorityDays: 3650,
  });
});

Deno.test("readCertificateArguments() reads all that can be said", () => {
  const line = "certs --bank bank.json --customer 7 --customer=0 --customer 7 " +
    "--days 1 --authority-days 36500 --renew";
  assertEquals(readCertificateArguments(line.split(" ")), {
    kind: "request",
    folder: "certs",
    bankFile: "bank.json",
    customers: [customer(7), customer(0)],
    step: "renew",
    days: 1,
    authorityDays: 36_500,
  });
  for (const step of certificateOptions.flags) {
    const read = readCertificateArguments(["certs", "--bank", "bank.json", `--${step}`]);
    assertEquals(read.kind === "request" && read.step, step);
  }
});

Deno.test("readCertificateArguments() hears questions about the program", () => {
  assertEquals(readCertificateArguments(["--help"]), { kind: "help" });
  assertEquals(readCertificateArguments(["certs", "-h", "--days", "x"]), { kind: "help" });
  assertEquals(readCertificateArguments(["--version"]), { kind: "version" });
});

Deno.test("readCertificateArguments() finds all that is wrong at once", () => {
  const line = "--days 0 --authority-days 36501 --customer 07 --customer --renew " +
    "--new-authority --drop-old-authority --force";
  assertEquals(readCertificateArguments(line.split(" ")), {
    kind: "wrong",
    faults: [
      "--force is not an option",
      "DIR is missing, where the certificates are kept",
      "--bank is missing",
      "--renew and --new-authority and --drop-old-authority are steps of their own: " +
      "all must have read one before the next is taken",
      "--days is 0; it must be a whole number from 1 to 3650",
      "--authority-days is 36501; it must be a whole number from 1 to 36500",
      '--customer is "07"; it must be the id of a customer',
      '--customer is ""; it must be the id of a customer',
    ],
  });
});

Deno.test("readCertificateArguments() takes whole days and real customers", () => {
  const faults = (line: string) => {
    const read = readCertificateArguments(["certs", "--bank=b.json", ...line.split(" ")]);
    return read.kind === "wrong" ? read.faults : [];
  };
  for (const days of ["3651", "1.5", "01", "-1", "90d", "1e3", "100000"]) {
    assertEquals(faults(`--days=${days}`), [
      `--days is ${days}; it must be a whole number from 1 to 3650`,
    ]);
  }
  assertEquals(faults("--days="), ["--days has no value"]);
  assertEquals(faults("--days=3650"), []);
  for (const id of ["4294967296", "-1", "all"]) {
    assertEquals(faults(`--customer=${id}`), [
      `--customer is "${id}"; it must be the id of a customer`,
    ]);
  }
  assertEquals(faults("--customer=4294967295 more"), ['"more" is one argument too many']);
});
