// Waiting: for a condition, or where nothing marks the moment, for as long as a state has to last.

const POLL_INTERVAL_MS = 100;

const delay = (milliseconds: number): Promise<void> =>
  // eslint-disable-next-line no-restricted-globals -- the one place that lets time pass
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What a condition returns while it does not hold. */
type Unmet = false | "" | 0 | null | undefined;

/**
 * Asks until the answer is truthy, and returns that answer.
 *
 * An error that `ask` throws ends the waiting.
 */
export async function waitFor<T>(
  what: string,
  ask: () => T | Promise<T>,
  limit = 20_000,
): Promise<Exclude<Awaited<T>, Unmet>> {
  const end = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Exclude<Awaited<T>, Unmet>;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${limit / 1000} s`);
    await delay(POLL_INTERVAL_MS);
  }
}

/**
 * Lets a state last for a time that belongs to the scenario itself, such as a period that is measured.
 *
 * This is not for waiting until something has happened: use {@link waitFor}. Each caller says why no event can be
 * waited for.
 */
export const holdFor = delay;

/** Returns a value that must be there. */
export function present<T>(value: T | null | undefined, what = "a value"): T {
  if (value === null || value === undefined) throw new Error(`${what} is missing`);
  return value;
}
