// The present moment, moving on twice a minute, so that "2 minutes ago" becomes "3 minutes ago".

import { createSubscriber } from "svelte/reactivity";

const STEP_MS = 30_000;

const subscribe = createSubscriber((update) => {
  const ticking = setInterval(update, STEP_MS);
  return () => clearInterval(ticking);
});

/** Milliseconds since 1970; whatever reads it in an effect or a template is kept current. */
export function now(): number {
  subscribe();
  return Date.now();
}
