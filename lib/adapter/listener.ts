import { createServer, type Socket } from "node:net";

/**
 * Listens at `host:port` for connections, and gives where it does; port 0 lets the system choose.
 *
 * What is written to a connection within one round of the event loop leaves together. An answer
 * is several frames of HTTP/2, each of which Deno writes by itself; a branch answers many requests
 * at once, and a system call for each frame was an eighth of its work.
 *
 * @throws {Error} when it cannot listen there.
 */
export function listen(address: string, connected: (socket: Socket) => void): Promise<string> {
  const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
  const server = createServer({ noDelay: true }, (socket) => connected(gathering(socket)));
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(new Error(`cannot listen on ${address}: ${faultOf(error)}`, { cause: error }));
    });
    server.listen({ host, port: Number(port) }, () => {
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new TypeError("it has no port");
      resolve(`${host}:${bound.port}`);
    });
  });
}

function faultOf({ code, message }: NodeJS.ErrnoException): string {
  return code === "EADDRINUSE" ? "the port is in use" : message;
}

/** Lets a socket hold what is written to it, from the first write of a round to its end. */
function gathering(socket: Socket): Socket {
  const write = socket.write.bind(socket);
  const flush = () => socket.uncork();
  socket.write = ((...args: Parameters<typeof write>) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      setImmediate(flush);
    }
    return write(...args);
  }) as typeof socket.write;
  return socket;
}
