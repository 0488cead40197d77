import { assertEquals } from "@std/assert";
import { NatsSubjects } from "../../lib/format/nats_subjects.ts";
import { branch } from "../core/samples.ts";

const [one, two] = [branch(1), branch(2)];
const subjects = new NatsSubjects("first-bank");

Deno.test("NatsSubjects end with who sends, so that servers can be told who may send what", () => {
  assertEquals(subjects.of("log", one), "bank.first-bank.log.1");
  assertEquals(subjects.of("ask", one), "bank.first-bank.ask.1");
  for (const topic of ["answer", "fetch", "claim"] as const) {
    assertEquals(subjects.between(topic, two, one), `bank.first-bank.${topic}.2.1`);
  }
  const all = [subjects.of("log", two), subjects.between("claim", one, two)];
  assertEquals(all.map((subject) => NatsSubjects.senderOf(subject)), [2, 2]);
});

Deno.test("NatsSubjects name with a star what all send", () => {
  assertEquals(subjects.of("log", "*"), "bank.first-bank.log.*");
  assertEquals(subjects.between("answer", two, "*"), "bank.first-bank.answer.2.*");
});

Deno.test("NatsSubjects keep a bank's name in one part, and so banks apart", () => {
  const dotted = new NatsSubjects("bank.example");
  assertEquals(dotted.stream, "bank-bank_example");
  assertEquals(dotted.of("log", one), "bank.bank_example.log.1");
  assertEquals(dotted.inbox([two, one]), "_INBOX.bank.bank_example.2");
  assertEquals(subjects.stream, "bank-first-bank");
});

Deno.test("NatsSubjects.senderOf() takes no name for a branch's that a server tells apart from it", () => {
  const names = ["1e0", "01", "+1", "1.0x", "0x1", " 1", "", "one", "*", ">"];
  for (const name of names) {
    assertEquals(NatsSubjects.senderOf(`bank.first-bank.log.${name}`), NaN, name);
  }
  assertEquals(NatsSubjects.senderOf("bank.first-bank.log.0"), 0);
  assertEquals(NatsSubjects.senderOf("bank.first-bank.log.4294967295"), 4_294_967_295);
});
