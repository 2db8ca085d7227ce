// A session's token changes with what it may do: a request that was under way with the older one is asked again.

import { HomeError } from "./home";

/** How long the answer that brings the newer token may take longer than a refusal of the older one, in steps. */
const WAITS_MS = [150, 600, 2_000];

/** Asks, and asks again where the session has a newer token by now. Nothing was done with the older one. */
export async function withNewer<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (const wait of WAITS_MS) {
    try {
      return await ask();
    } catch (thrown) {
      if (!(thrown instanceof HomeError) || thrown.code !== "token_replaced") throw thrown;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
  return ask();
}
