/** Whether nothing may be ignored: `deno task test` says so, and then a lack is a failure. */
const all = Deno.args.includes("--all");

/**
 * Registers a test that needs permissions.
 *
 * Without them it is ignored, so that a plain `deno test` passes and says by the test's name
 * what it left out; behind `-- --all` it runs whatever it was given, and fails for the lack.
 */
export function permitted(
  name: string,
  permissions: readonly Deno.PermissionDescriptor[],
  fn: (context: Deno.TestContext) => void | Promise<void>,
): void {
  const lacking = permissions.filter((permission) =>
    Deno.permissions.querySync(permission).state !== "granted"
  );
  const flags = lacking.map((permission) => `--allow-${permission.name}`).join(", ");
  if (lacking.length === 0 || all) return Deno.test(name, fn);
  // Ignored for lack of permissions, as the name says.
  Deno.test({ name: `${name} (needs ${flags})`, ignore: true, fn });
}
