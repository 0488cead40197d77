/**
 * Increments one number of a Redis, from so many connections for so long, and prints what it saw as
 * JSON.
 */
import { jsonLine } from "../../../lib/format/json_lines.ts";
import { type Call, keepCalling, seenIn } from "../keep_calling.ts";

interface RedisLoad {
  readonly port: number;
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

const { port, inFlight, warmUpMs, durationMs }: RedisLoad = JSON.parse(Deno.args[0] ?? "");

/** A connection, on which one command at a time is under way. */
class Connection {
  readonly #stream: Deno.TcpConn;
  readonly #buffer = new Uint8Array(1_024);

  constructor(stream: Deno.TcpConn) {
    this.#stream = stream;
  }

  /** Sends a command, and gives the number that answers it. */
  async number(command: Uint8Array): Promise<number> {
    if (await this.#stream.write(command) < command.length) throw new Error("sent but a part");
    let reply = "";
    while (!reply.endsWith("\r\n")) {
      const length = await this.#stream.read(this.#buffer);
      if (length === null) throw new Error("the server has hung up");
      reply += new TextDecoder().decode(this.#buffer.subarray(0, length));
    }
    if (!reply.startsWith(":")) throw new Error(`the server says: ${reply}`);
    return Number(reply.slice(1));
  }
}

/** Writes a command as Redis reads it: https://redis.io/docs/latest/develop/reference/protocol-spec. */
function commandOf(...words: readonly string[]): Uint8Array {
  const parts = words.map((word) => `$${word.length}\r\n${word}\r\n`);
  return new TextEncoder().encode(`*${words.length}\r\n${parts.join("")}`);
}

const connect = async () => new Connection(await Deno.connect({ hostname: "127.0.0.1", port }));
const idle = await Promise.all(Array.from({ length: inFlight }, connect));
const [first] = idle;
if (first === undefined) throw new RangeError("nothing is to be in flight");
const increment = commandOf("INCRBY", "account", "1");
const before = await first.number(commandOf("INCRBY", "account", "0"));

const call: Call = (done) => {
  const connection = idle.pop();
  if (connection === undefined) return done(new Error("more in flight than there are connections"));
  connection.number(increment).then(() => {
    idle.push(connection);
    done(null);
  }).catch(done);
};

const warm = await keepCalling(call, { inFlight, isOver: (ms) => ms >= warmUpMs });
const seen = await keepCalling(call, { inFlight, isOver: (ms) => ms >= durationMs });
const after = await first.number(commandOf("INCRBY", "account", "0"));
if (after - before !== warm.latenciesMs.length + seen.latenciesMs.length) {
  throw new Error("not all counted once");
}
Deno.stdout.writeSync(jsonLine(seenIn(seen, 1)));
Deno.exit(0);
