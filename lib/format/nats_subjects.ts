import type { BranchId } from "../core/ids.ts";

/** What a message between branches is about, and so the third part of its subject. */
export type Topic = "log" | "ask" | "answer" | "fetch" | "claim";

/**
 * The subjects of a bank's messages over NATS, one part a dot. The last part is always the branch
 * that sends, so that a server can be told who may send what:
 *
 * - `bank.NAME.log.FROM`: what a branch wrote, which the stream keeps.
 * - `bank.NAME.ask.FROM`: a request to the branches that it names.
 * - `bank.NAME.answer.TO.FROM`: what a branch has of another one's log.
 * - `bank.NAME.fetch.TO.FROM` and `bank.NAME.claim.TO.FROM`: requests that are replied to.
 */
export class NatsSubjects {
  /** The stream that keeps the logs of all branches. */
  readonly stream: string;
  readonly #prefix: string;

  /** Names those of a bank, whose name is a trust domain. */
  constructor(bank: string) {
    // Dots would part the name; it has no underscores.
    const name = bank.replaceAll(".", "_");
    this.stream = `bank-${name}`;
    this.#prefix = `bank.${name}`;
  }

  /** The subject of what a branch says to all, or of what all say to it where `from` is `*`. */
  of(topic: Extract<Topic, "log" | "ask">, from: BranchId | "*"): string {
    return `${this.#prefix}.${topic}.${from}`;
  }

  /** The subject of what a branch says to another one. */
  between(topic: Exclude<Topic, "log" | "ask">, to: BranchId, from: BranchId | "*"): string {
    return `${this.#prefix}.${topic}.${to}.${from}`;
  }

  /** What the subjects begin with at which a process is replied to; it goes by its first branch. */
  inbox([branch]: readonly BranchId[]): string {
    return `_INBOX.${this.#prefix}.${branch}`;
  }

  /** The branch that has sent something, as its subject says; `NaN` if it names none. */
  static senderOf(subject: string): number {
    const name = subject.slice(subject.lastIndexOf(".") + 1);
    // Servers tell names apart that are one number: nobody passes for 1 as 1e0.
    return String(Number(name)) === name ? Number(name) : NaN;
  }
}
