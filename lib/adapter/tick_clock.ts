/** How long a tick is, in milliseconds. */
export const tickMs = 50;

/** Lets time go by for all of `hosts`, as long as the process runs. */
export function startTicking(hosts: Iterable<{ tick(): void }>): void {
  const all = [...hosts];
  setInterval(() => {
    for (const host of all) host.tick();
  }, tickMs);
}
