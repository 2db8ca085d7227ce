// What is not needed for the first picture waits until there is nothing else to do.

const LONGEST_MS = 3000;
// Safari and the installed app's window on Linux do not tell when they are idle.
const GUESS_MS = 250;

/** Resolves when the browser has time. */
export const whenIdle = (): Promise<void> =>
  new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: LONGEST_MS });
    else setTimeout(resolve, GUESS_MS);
  });
