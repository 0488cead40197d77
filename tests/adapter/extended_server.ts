import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerInterceptor,
} from "@grpc/grpc-js";
import { Listener } from "../../lib/adapter/listener.ts";

// As grpc_bank.ts, it is imported when there is the permission for that, and never statically.

/** A server, and someone who calls it. */
export interface Extended extends Disposable {
  readonly client: Client;
}

/** Serves, beside nothing else, what `addTo` adds. */
export async function serve(
  addTo: (server: Server) => void,
  interceptors: ServerInterceptor[] = [],
): Promise<Extended> {
  const server = new Server({ interceptors });
  addTo(server);
  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure());
  const client = new Client(
    await new Listener().listen("127.0.0.1:0", injectConnection),
    credentials.createInsecure(),
  );
  return { client, [Symbol.dispose]: () => client.close() };
}
