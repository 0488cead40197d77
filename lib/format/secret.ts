/** The metadata key under which a caller shows the bank's secret. */
export const authorizationKey = "authorization";

/** The metadata key under which a branch shows of which bank it is. */
export const bankKey = "bank-founding";

/** Tells whether `text` is long enough to be a secret: 32 to 512 visible ASCII characters. */
export function isSecret(text: string): boolean {
  return /^[!-~]{32,512}$/.test(text);
}

/** Gives what a caller that knows the secret says. */
export function authorization(secret: string): string {
  return `Bearer ${secret}`;
}
