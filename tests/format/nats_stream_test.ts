import { assertEquals } from "@std/assert";
import { streamConfig, streamFault } from "../../lib/format/nats_stream.ts";

const wanted = streamConfig({
  ...{ stream: "bank-first", subject: "bank.first.log.*", mark: "the first", replicas: 3 },
});

const strangeness = (mark: string) => `it is ${mark}`;

Deno.test("streamConfig() asks for a file on each replica, kept for an hour", () => {
  assertEquals(wanted, {
    name: "bank-first",
    subjects: ["bank.first.log.*"],
    description: "the first",
    num_replicas: 3,
    ...{ retention: "limits", storage: "file", discard: "old" },
    max_age: 3_600_000_000_000,
    duplicate_window: 120_000_000_000,
  });
});

Deno.test("streamFault() takes a stream with the subject, and with the bank's mark or none", () => {
  const subjects = ["other", "bank.first.log.*"];
  assertEquals(streamFault({ subjects, description: "the first" }, wanted, strangeness), undefined);
  assertEquals(streamFault({ subjects }, wanted, strangeness), undefined);
  assertEquals(
    streamFault({ subjects, description: "another" }, wanted, strangeness),
    "the stream bank-first is not of this bank: it is another",
  );
  assertEquals(
    streamFault({ subjects: ["bank.first.log.1"] }, wanted, strangeness),
    "the stream bank-first does not keep the subject bank.first.log.*",
  );
});
