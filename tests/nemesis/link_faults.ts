import { aWhile, type Fault, type World } from "./fault.ts";
import { customers, type Link, nameOf } from "./links.ts";
import type { TcpProxy } from "./tcp_proxy.ts";

/** Does something to links for a while, and undoes it. */
async function disturb(
  { random, diary }: World,
  links: readonly Link[],
  { kind, action }: { readonly kind: string; readonly action: (proxy: TcpProxy) => void },
): Promise<void> {
  const names = links.map(nameOf).join(" ");
  diary.count(kind);
  diary.note(`${kind}: ${names}`);
  for (const { proxy } of links) action(proxy);
  await aWhile(random);
  for (const { proxy } of links) proxy.heal();
  diary.note(`healed: ${names}`);
}

const cut = { kind: "cuts", action: (proxy: TcpProxy) => proxy.cut() };
const stall = { kind: "stalls", action: (proxy: TcpProxy) => proxy.stall() };

/** One branch cannot call another, which can call it. */
const cutOneWay: Fault = async (world) => {
  await disturb(world, [world.random.pick(world.bank.links.amongBranches)], cut);
};

/** Two branches cannot call each other. */
const cutBothWays: Fault = async (world) => {
  const among = world.bank.links.amongBranches;
  const { from, to } = world.random.pick(among);
  const ends = [from, to];
  await disturb(
    world,
    among.filter((link) => ends.includes(link.from) && ends.includes(link.to)),
    cut,
  );
};

/** A branch is cut off from all others; customers still reach it. */
const isolate: Fault = async (world) => {
  const { id } = world.random.pick(world.bank.branches);
  const own = world.bank.links.amongBranches.filter(({ from, to }) => from === id || to === id);
  await disturb(world, own, cut);
};

/** Customers cannot reach a branch, and lose the answers that were on their way. */
const cutCustomers: Fault = async (world) => {
  const theirs = world.bank.links.all.filter(({ from }) => from === customers);
  await disturb(world, [world.random.pick(theirs)], cut);
};

/** What goes over some links comes late. */
const delay: Fault = async (world) => {
  const ms = world.random.between(20, 600);
  const late = world.bank.links.all.filter(() => world.random.chance(0.4));
  await disturb(world, late, { kind: "delays", action: (proxy) => proxy.delay(ms) });
};

/** A link takes everything and lets nothing through, and then all at once. */
const stallOne: Fault = async (world) => {
  await disturb(world, [world.random.pick(world.bank.links.all)], stall);
};

/** What happens to the links of branches and customers. */
export const linkFaults: readonly Fault[] = [
  cutOneWay,
  cutBothWays,
  isolate,
  cutCustomers,
  delay,
  stallOne,
];
