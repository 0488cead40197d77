import { Buffer } from "node:buffer";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { MethodDefinition } from "@grpc/proto-loader";
import { CallGate } from "../../lib/adapter/call_gate.ts";
import { type BankProof, bearers, serveBranch } from "../../lib/adapter/grpc_server.ts";
import { GrpcTransport, type Refusal } from "../../lib/adapter/grpc_transport.ts";
import { Listener } from "../../lib/adapter/listener.ts";
import { MemoryJournal } from "../../lib/adapter/memory_journal.ts";
import { startTicking } from "../../lib/adapter/tick_clock.ts";
import type { AcknowledgePolicy } from "../../lib/core/acknowledgements.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import type { JournalRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import type { Credentials } from "../../lib/format/identity.ts";
import { authorization, authorizationKey, bankKey } from "../../lib/format/secret.ts";
import { Host } from "../../lib/host/host.ts";

// grpc-js reads the environment while it is imported, so a test imports this module when it
// has the permission for that, and never statically.

/** What the banks of these tests ask of every caller. */
export const secret = "known-to-all-of-the-bank".repeat(2);

/** A bank, and what its branches show each other of it. */
export const bank = { founding: "the founding of the bank", digest: "d1ge57" } as const;

/** The name of the bank in certificates. */
export const bankName = "first-bank";

/** Branches of a bank that share a process: their hosts, and where each of them listens. */
export interface Opened {
  readonly hosts: ReadonlyMap<BranchId, Host>;
  readonly journals: ReadonlyMap<BranchId, MemoryJournal>;
  readonly transport: GrpcTransport;
  readonly listener: Listener;
  readonly gates: ReadonlyMap<BranchId, CallGate>;
  readonly addresses: ReadonlyMap<BranchId, string>;
  /** The branches of other banks that they have met. */
  readonly strangers: readonly Refusal[];
}

/** What {@linkcode openBranches} may be told. */
export interface OpenOptions {
  /** All branches of the bank; those that are opened, if it is not said. */
  readonly members?: readonly BranchId[];
  readonly acknowledge?: AcknowledgePolicy;
  /** Which bank they are of; {@linkcode bank}, if it is not said. */
  readonly of?: BankProof;
  /** Whether they may have run before. */
  readonly mayBeOld?: boolean;
  /** What their journals have from before. */
  readonly before?: readonly JournalRecord[];
  /** What they show, if they ask callers for certificates instead of the secret. */
  readonly credentials?: Credentials;
  /** Whether time goes by for them, as it does for a process; else a test lets it. */
  readonly isTimed?: boolean;
}

/** Opens branches as one process would, each on a port of its own. The bank opens with 100. */
export async function openBranches(
  serve: readonly BranchId[],
  options: OpenOptions = {},
): Promise<Opened> {
  const { members = serve, acknowledge = "all", of = bank, mayBeOld = false, before = [] } =
    options;
  const { credentials } = options;
  const journals = new Map<BranchId, MemoryJournal>();
  const hosts = new Map<BranchId, Host>();
  const gates = new Map<BranchId, CallGate>();
  const strangers: Refusal[] = [];
  const met = (refusal: Refusal) => void strangers.push(refusal);
  const trust = credentials === undefined ? { secret } : { bank: bankName, credentials };
  const transport = new GrpcTransport(hosts, { trust, digest: of.digest, met });
  const addresses = new Map<BranchId, string>();
  const listener = new Listener(credentials && { bank: bankName, credentials });
  const identify = credentials === undefined ? bearers(secret) : listener.identify;
  const served = { hosts, bank: of, listen: listener.listen };
  for (const branch of serve) {
    const journal = new MemoryJournal(branch);
    journal.commit(before);
    journals.set(branch, journal);
    const config = { id: branch, members, opening: money(100), acknowledge, isNew: mayBeOld };
    const replica = Replica.restore(config, journal.read());
    hosts.set(branch, new Host({ replica, journal, transport, schedule: setImmediate }));
    const gate = new CallGate(identify);
    gates.set(branch, gate);
    addresses.set(branch, await serveBranch({ ...served, branch, gate, address: "127.0.0.1:0" }));
  }
  if (options.isTimed !== false) startTicking(hosts.values());
  return { hosts, journals, transport, addresses, strangers, listener, gates };
}

/** What a call brought: a response, or a status that says why there is none. */
export interface Answer<Response> {
  readonly status: string;
  readonly details: string;
  readonly response: Response | undefined;
}

type Method<Request, Response> = Pick<
  MethodDefinition<Request, unknown, unknown, Response>,
  "path" | "requestSerialize" | "responseDeserialize" | "requestStream"
>;

/** Calls one server, whatever is asked of it. */
export class Caller {
  readonly #client: Client;

  /** Dials `host:port`, in plain or with certificates, where it expects the host of that name. */
  constructor(address: string, secure?: { readonly shown: Partial<Credentials>; host: string }) {
    if (secure === undefined) {
      this.#client = new Client(address, credentials.createInsecure());
      return;
    }
    const { authority = null, key = null, certificate = null } = secure.shown;
    const [trusted, own, chain] = [authority, key, certificate]
      .map((text) => text === null ? null : Buffer.from(text));
    const channel = credentials.createSsl(trusted, own, chain);
    const options = { "grpc.ssl_target_name_override": secure.host };
    this.#client = new Client(address, channel, options);
  }

  /** Ends its connections. */
  close(): void {
    this.#client.close();
  }

  /** Makes a call, or asks one thing on a stream; `shown` is its authorization, `digest` of which bank: those of the bank. */
  call<Request, Response>(
    method: Method<Request, Response>,
    request: NoInfer<Request>,
    { shown = authorization(secret), digest = bank.digest }: {
      readonly shown?: string | null;
      readonly digest?: string | null;
    } = {},
  ): Promise<Answer<Response>> {
    const metadata = new Metadata();
    if (shown !== null) metadata.set(authorizationKey, shown);
    if (digest !== null) metadata.set(bankKey, digest);
    const { path, requestSerialize, responseDeserialize } = method;
    return new Promise((resolve) => {
      if (method.requestStream) {
        const open = this.#client.makeBidiStreamRequest.bind(this.#client);
        const stream = open(path, requestSerialize, responseDeserialize, metadata);
        let response: Response | undefined;
        stream.on("data", (message: Response) => {
          response = message;
          stream.end();
        });
        stream.on("error", () => undefined);
        stream.on("status", ({ code, details }) => (
          resolve({ status: status[code], details, response })
        ));
        stream.write(request);
        return;
      }
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        (error: ServiceError | null, response?: Response) =>
          resolve({
            status: status[error?.code ?? status.OK],
            details: error?.details ?? "",
            response,
          }),
      );
    });
  }
}

/** Gives an address at which nobody listens. */
export function deadAddress(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return `127.0.0.1:${port}`;
}
