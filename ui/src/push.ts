// This browser's own notifications: whether it can have them, and how it subscribes to them.

import type { PushSubscription as Subscribed } from "./api/generated/PushSubscription";
import { inWindow } from "./api/index";
import { worker } from "./install";

/** How long the worker is waited for, in milliseconds. */
const KEY_PATIENCE_MS = 3_000;

/** Whether this browser can be told, or what it lacks. */
export type Ability = "can" | "needs_https" | "home_screen" | "none" | "denied";

/** What somebody has to do, or could not be done, when this browser subscribes. */
export class NotSubscribed extends Error {
  readonly lacks: "denied" | "dismissed" | "failed";

  constructor(lacks: NotSubscribed["lacks"]) {
    super(lacks);
    this.lacks = lacks;
  }
}

/** Whether the browser is one that could be told at all: the installed app has notifications of its own. */
export const isBrowser = !inWindow;

/** What this browser can do now; it changes with what its settings say. */
export function ability(): Ability {
  if (!isSecureContext) return "needs_https";
  const lacks = !("serviceWorker" in navigator && "PushManager" in window && "Notification" in window);
  // Safari on a phone says whether the page is an app there; only such a one has all that.
  if (lacks) return (navigator as { standalone?: boolean }).standalone === false ? "home_screen" : "none";
  return Notification.permission === "denied" ? "denied" : "can";
}

/** Asks for the permission and subscribes. Only after a tap: browsers refuse it otherwise. Fails with `NotSubscribed`. */
export async function subscribe(key: string): Promise<Subscribed> {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") throw new NotSubscribed(permission === "denied" ? "denied" : "dismissed");
  try {
    const { pushManager: manager } = await worker();
    const { endpoint, keys } = (await subscribed(manager, key)).toJSON();
    if (endpoint && keys?.p256dh && keys.auth) return { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } };
  } catch {
    // A browser says why in words for its makers only.
  }
  throw new NotSubscribed("failed");
}

async function subscribed(manager: PushManager, key: string): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await manager.subscribe(options);
  } catch (thrown) {
    // One for another key, of another home at this address before, is in the way.
    const older = await manager.getSubscription();
    if (!older) throw thrown;
    await older.unsubscribe();
    return manager.subscribe(options);
  }
}

/** What this browser signs answers with that go by a relay; nothing where the worker cannot tell. */
export async function replyKey(): Promise<string | undefined> {
  try {
    const { active } = await worker();
    if (!active) return undefined;
    const { port1, port2 } = new MessageChannel();
    const told = new Promise<unknown>((resolve) => {
      port1.onmessage = ({ data }) => resolve(data);
      // One of an older build does not answer.
      setTimeout(resolve, KEY_PATIENCE_MS);
    });
    active.postMessage("reply_key", [port2]);
    const key = await told;
    port1.close();
    return typeof key === "string" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Gives the subscription back, if there is one: nothing comes here any more. */
export async function unsubscribe() {
  if (ability() === "needs_https" || !("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration().catch(() => undefined);
  const subscription = await registration?.pushManager?.getSubscription().catch(() => null);
  await subscription?.unsubscribe().catch(() => {});
}
