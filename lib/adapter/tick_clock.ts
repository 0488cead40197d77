/** How long a tick is, in milliseconds. */
export const tickMs = 50;

/** Lets time go by for all of `hosts`, from now on as long as the process runs. */
export function startTicking(hosts: Iterable<{ tick(nowMs: number): void }>): void {
  const all = [...hosts];
  const tick = () => {
    for (const host of all) host.tick(Date.now());
  };
  tick();
  setInterval(tick, tickMs);
}
