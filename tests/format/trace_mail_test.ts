import { assertEquals } from "@std/assert";
import { TraceMail } from "../../lib/format/trace_mail.ts";
import { acknowledges, brings, story, type Told, traceOf } from "./false_trace.ts";

function mailOf(told: readonly Told[]): TraceMail {
  return new TraceMail(traceOf(told).events);
}

Deno.test("TraceMail pairs what was sent with what was received", () => {
  const told = brings(1, 2, 4);
  const mail = mailOf(told);
  const name = "propagate 4 from branch 1 to branch 2";
  const message = mail.named(name);
  assertEquals(message, {
    ...{ name, kind: "propagate", from: "branch 1", to: "branch 2", sent: 0, received: [1] },
    misfortunes: [],
  });
  assertEquals([mail.sentAt(0), mail.receivedAt(1)], [[message], message]);
});

Deno.test("TraceMail keeps what befell a message, and one that was doubled or lost", () => {
  const [sent, received] = brings(1, 2, 4);
  if (sent === undefined || received === undefined) throw new TypeError("there are two");
  const fault: Told = {
    by: "branch 1",
    event: "injected",
    ...{ fault: "late", message: "propagate", from: 1, to: 2, attempt: 4, lateMs: 30 },
  };
  const mail = mailOf([sent, fault, received, received]);
  const [message] = mail.sentAt(0);
  assertEquals(message?.received, [2, 3]);
  assertEquals(message?.misfortunes.map(({ lateMs }) => lateMs), [30]);
  assertEquals(mailOf([sent]).sentAt(0)[0]?.received, []);
});

Deno.test("TraceMail knows commands, their answers, and who hears of a phase", () => {
  const events = traceOf(story()).events;
  const mail = new TraceMail(events);
  const ends = [...events.keys()].flatMap((index) => mail.sentAt(index)).map((message) => (
    `${message.kind} from ${message.from} to ${message.to}`
  ));
  assertEquals(ends.slice(0, 5), [
    "phase from run to customer 7",
    "command from customer 7 to branch 1",
    "propagate from branch 1 to branch 2",
    "propagated from branch 2 to branch 1",
    "result from branch 1 to customer 7",
  ]);
});

Deno.test("TraceMail tells two answers to a request that was doubled from each other", () => {
  const [request, heard] = brings(1, 2, 4);
  const [answer, back] = acknowledges(2, 1, 4);
  if (!request || !heard || !answer || !back) throw new TypeError("there are two of each");
  const mail = mailOf([request, heard, answer, back, heard, answer, back]);
  assertEquals([2, 5].map((index) => mail.sentAt(index)[0]?.received), [[3], [6]]);
  assertEquals(mail.sentAt(0)[0]?.received, [1, 4]);
});
