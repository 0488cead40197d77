import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
} from "@grpc/grpc-js";
import type { Credentials } from "../../lib/format/identity.ts";

const path = "/greeter/Greet";
const asIs = (bytes: Buffer): Buffer => bytes;

/** A gRPC server that tells callers by which names it knows them, over mutual TLS. */
export class TlsGreeter implements AsyncDisposable {
  readonly #server = new Server();
  #port = 0;

  /** Starts one on loopback that shows these credentials. */
  static async start({ authority, certificate, key }: Credentials): Promise<TlsGreeter> {
    const greeter = new TlsGreeter();
    const method = { path, requestStream: false, responseStream: false } as const;
    const codec = { requestSerialize: asIs, requestDeserialize: asIs };
    greeter.#server.addService({
      greet: { ...method, ...codec, responseSerialize: asIs, responseDeserialize: asIs },
    }, {
      greet: (
        call: ServerUnaryCall<Buffer, Buffer>,
        reply: (error: null, bytes: Buffer) => void,
      ) => {
        const peer = call.getAuthContext().sslPeerCertificate;
        reply(null, Buffer.from(peer?.subjectaltname ?? "nobody"));
      },
    });
    const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) };
    const door = ServerCredentials.createSsl(Buffer.from(authority), [pair], true);
    greeter.#port = await new Promise((resolve, reject) => (
      greeter.#server.bindAsync("127.0.0.1:0", door, (error, port) => (
        error === null ? resolve(port) : reject(error)
      ))
    ));
    return greeter;
  }

  /** Calls it with these credentials under a host name; gives what it said, or `refused`. */
  async greet({ authority, certificate, key }: Credentials, host: string): Promise<string> {
    const shown = [authority, key, certificate].map((text) => Buffer.from(text));
    const client = new Client(`127.0.0.1:${this.#port}`, credentials.createSsl(...shown), {
      "grpc.ssl_target_name_override": host,
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    client.makeUnaryRequest(path, asIs, asIs, Buffer.alloc(0), (error, bytes) => (
      resolve(error === null ? String(bytes) : "refused")
    ));
    return await promise.finally(() => client.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
    return Promise.resolve();
  }
}
