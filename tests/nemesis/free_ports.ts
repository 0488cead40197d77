import type { Random } from "../simulation/random.ts";

/**
 * Finds ports that are free, below those that systems choose from by themselves.
 *
 * A process that was killed must get its port again. Of the system's own range the port could
 * meanwhile be the near end of any connection, also of one that dials the process in vain.
 */
export function freePorts(count: number, random: Random): readonly number[] {
  const listeners = Array.from({ length: count }, () => listenSomewhere(random));
  for (const listener of listeners) listener.close();
  return listeners.map(({ addr }) => addr.port);
}

const triesMax = 100;

function listenSomewhere(random: Random): Deno.TcpListener {
  for (let tries = 1;; tries++) {
    try {
      return Deno.listen({ hostname: "127.0.0.1", port: random.between(10_000, 32_000) });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse) || tries === triesMax) throw error;
    }
  }
}
