import type { VersionVector } from "../core/version_vector.ts";
import type { Reply, Step } from "../host/conductor.ts";
import { type Process, ProcessError } from "../host/ports.ts";
import { type Attempted, expectLine, isOfKind } from "./control_line.ts";
import { tell } from "./conversation.ts";
import { openResponse, sealCall } from "./sealed_call.ts";

/** Hears what happens to the calls of customers. */
export interface CallObserver {
  /** Hears what happened to an attempt of a step, by a customer that has seen `session`. */
  attempted(step: Step, attempted: Attempted, session: VersionVector): void;
  /** Hears what an attempt was answered. */
  answered(step: Step, attempted: Attempted, reply: Reply): void;
}

/** Lets the process of a customer make calls, one after another. */
export class CustomerCalls {
  readonly #caller: Process;
  readonly #observer: CallObserver | undefined;
  #last: { readonly step: Step; attempts: number } | undefined;

  /** Tells `observer`, if there is one, what happens to each call. */
  constructor(caller: Process, observer?: CallObserver) {
    this.#caller = caller;
    this.#observer = observer;
  }

  /** Lets its process end by itself, since there is nothing more to do. */
  finish(): Promise<void> {
    return this.#caller.finish();
  }

  /** Lets it take a step at a branch's `host:port`. @throws {ProcessError} when there is no answer. */
  async call(
    step: Step,
    { session, address }: { readonly session: VersionVector; readonly address: string },
  ): Promise<Reply> {
    const { command, branch } = step;
    const { path, request } = sealCall(command, { branch, session });
    if (this.#last?.step !== step) this.#last = { step, attempts: 0 };
    const tried = this.#last.attempts;
    tell(this.#caller, { kind: "call", address, path, request: request.toBase64(), tried });
    let answered: Attempted | undefined;
    let line = await this.#caller.next();
    for (; isOfKind(line, "attempted"); line = await this.#caller.next()) {
      this.#last.attempts = line.attempt;
      if (line.stage === "answered") answered = line;
      else this.#observer?.attempted(step, line, session);
    }
    const { response, failure } = expectLine(line, "answer");
    if (response === undefined) throw new ProcessError(`${this.#caller.name}: ${failure}`);
    const reply = openResponse(command, Uint8Array.fromBase64(response));
    if (answered !== undefined) this.#observer?.answered(step, answered, reply);
    return reply;
  }
}
