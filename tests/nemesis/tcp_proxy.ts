import { pause } from "./pause.ts";

/** How much may wait in one direction of a connection before nothing more is read, in bytes. */
const waitingBytesMax = 1024 * 1024;

/**
 * Stands between two processes on one directed link, and lets through what it is told to.
 *
 * It knows bytes and no calls. So it cannot double a call: HTTP/2 has its own order, and bytes
 * that came twice would break the connection, not repeat a request. Calls are doubled by
 * customers, who send the same bytes twice, and by branches and tellers, who send again what a
 * cut in the middle of a call has left without an answer.
 */
export class TcpProxy {
  readonly #target: Deno.ConnectOptions;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Set<Deno.TcpConn>();
  /** Those whose bytes go nowhere for good. */
  readonly #stranded = new WeakSet<Deno.TcpConn>();
  #isCut = false;
  #delayMs = 0;
  /** While it is set, no byte goes on before it resolves. */
  #stall: PromiseWithResolvers<void> | undefined;

  /** Listens on a port that the system chooses, for connections to `target`, a `host:port`. */
  constructor(target: string) {
    const [hostname = "", port] = target.split(":");
    this.#target = { hostname, port: Number(port) };
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    void this.#accept();
  }

  /** The `host:port` where it listens. */
  get address(): string {
    return `127.0.0.1:${this.#listener.addr.port}`;
  }

  /**
   * Breaks all connections, and each new one as soon as it comes.
   *
   * It goes on to listen, since a port that is let go of could be another's afterwards.
   */
  cut(): void {
    this.#isCut = true;
    for (const connection of this.#connections) close(connection);
  }

  /** Lets bytes go on so much later, in their order. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Takes connections and bytes, and lets none go on: neither end is told anything. */
  stall(): void {
    this.#stall ??= Promise.withResolvers();
  }

  /** Lets nothing go on of what is on the connections that there are; new ones are as before. */
  strand(): void {
    for (const connection of this.#connections) this.#stranded.add(connection);
  }

  /** Lets all through again; bytes that were held go on. */
  heal(): void {
    this.#isCut = false;
    this.#delayMs = 0;
    this.#stall?.resolve();
    this.#stall = undefined;
  }

  /** Ends it, and all that goes through it. */
  close(): void {
    this.cut();
    this.#listener.close();
    this.#stall?.resolve();
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) void this.#join(connection);
    } catch (error) {
      // It was closed in the middle of an accept.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #join(near: Deno.TcpConn): Promise<void> {
    this.#connections.add(near);
    let far: Deno.TcpConn | undefined;
    try {
      if (this.#isCut) return;
      far = await Deno.connect({ ...this.#target, port: this.#target.port });
      this.#connections.add(far);
      // The link may have been cut while it dialled.
      if (this.#isCut) return;
      // The two directions end together: no one here speaks on after the other end has hung up.
      await Promise.race([this.#carry(near, far), this.#carry(far, near)]);
    } catch {
      // Nobody listens there, or an end broke off; whoever is at the other end will notice.
    } finally {
      for (const connection of [near, far]) {
        if (connection === undefined) continue;
        close(connection);
        this.#connections.delete(connection);
      }
    }
  }

  /** Carries bytes one way until there are no more. */
  async #carry(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    let last = Promise.resolve();
    let waitingBytes = 0;
    for (;;) {
      const buffer = new Uint8Array(16 * 1024);
      const count = await from.read(buffer);
      if (count === null) return await last;
      if (this.#stranded.has(from)) continue;
      const bytes = buffer.subarray(0, count);
      const due = performance.now() + this.#delayMs;

      waitingBytes += count;
      last = last.then(async () => {
        await this.#passes(due);
        await writeAll(to, bytes);
        waitingBytes -= count;
      });
      // An end that broke off is told of where the link is joined; here it only must not go
      // unheard while the next bytes are read.
      last.catch(() => close(from));
      if (waitingBytes > waitingBytesMax) await last;
    }
  }

  /** Waits until bytes may go on that are due at that time. */
  async #passes(due: number): Promise<void> {
    const lateMs = due - performance.now();
    if (lateMs > 0) await pause(lateMs);
    while (this.#stall !== undefined) await this.#stall.promise;
  }
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await to.write(rest));
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    // It is closed already, which is all that was wanted.
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
