// The number on the app's icon after an answer: no page may be open that would show the new one (src/badge.ts).

declare const self: ServiceWorkerGlobalScope;

const PATIENCE_MS = 5_000;

/** Not all browsers have it, and those that do only for an installed app. */
interface Badging {
  setAppBadge?: (count: number) => Promise<void>;
}

/** Shows how many alerts wait now. Where the home does not say, the number stays as it is. Never fails. */
export async function recount(): Promise<void> {
  const badging = self.navigator as Badging;
  if (!badging.setAppBadge) return;
  try {
    const options: RequestInit = { credentials: "same-origin", cache: "no-store", redirect: "error" };
    const answered = await fetch("/api/v1/session", { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    const said = answered.ok ? await answered.json() : null;
    // Zero takes it away. Whoever may not manage is told of no alerts, as on the page.
    const count = said?.may_manage === true ? said.open_alerts : 0;
    if (said !== null && Number.isInteger(count)) await badging.setAppBadge(count);
  } catch {
    // The next page shows it.
  }
}
