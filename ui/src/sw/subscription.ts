// A push service that gives this browser another address, or none: it subscribes anew, and tells the home.
//
// The page does the like (src/push.ts); what both share would be a file of its own, and the worker has to stay in one piece.

declare const self: ServiceWorkerGlobalScope;

const CHANNELS = "/api/v1/channels";

/** Subscribes anew. Where the home does not want it (this browser has no channel any more, or is signed out) it is given back. */
export async function renew(): Promise<void> {
  const listed = await fetch(CHANNELS, { credentials: "same-origin", cache: "no-store" });
  const { push_key: key } = (await listed.json()) as { push_key?: unknown };
  if (!listed.ok || typeof key !== "string" || key === "") return;
  const subscription = await subscribe(key);
  // A browser that has its channel needs no proof for this. It goes on with the key that it answers by a relay with.
  const answered = await fetch(CHANNELS, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ kind: "web_push", subscription: subscription.toJSON() }),
    credentials: "same-origin",
    cache: "no-store",
  });
  if ([401, 403].includes(answered.status)) await subscription.unsubscribe();
}

async function subscribe(key: string): Promise<PushSubscription> {
  const manager = self.registration.pushManager;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await manager.subscribe(options);
  } catch (thrown) {
    // One for another key is in the way.
    const older = await manager.getSubscription();
    if (!older) throw thrown;
    await older.unsubscribe();
    return manager.subscribe(options);
  }
}
