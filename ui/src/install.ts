// The installable app in a browser: the service worker that opens it without the home, and a newer build of it.

import { inWindow } from "./api/index";
import { reach } from "./offline/reach.svelte";

/** Whether this page runs as an app of its own, from the home screen. */
export const installed = matchMedia("(display-mode: standalone)").matches;

/** Whether the interface opens here without the home: browsers allow it by https and on the home's own computer only. */
export const opensWithoutHome = !inWindow && "serviceWorker" in navigator;

const WORKER = "./sw.js";

/** The service worker, once it is at work. Fails where the browser refuses it. */
export async function worker(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register(WORKER);
  return navigator.serviceWorker.ready;
}

/** Has the service worker keep the interface, and goes over to a newer build at the next step after there is one. */
export async function install() {
  if (!opensWithoutHome || !import.meta.env.PROD) return;
  const workers = navigator.serviceWorker;
  let controlled = workers.controller !== null;
  let newer = false;
  workers.addEventListener("controllerchange", () => {
    // For whoever must not go on before: the first one has everything that the page needs without its home.
    performance.mark(controlled ? "latchkey:newer" : "latchkey:installed");
    newer ||= controlled;
    controlled = true;
  });
  window.addEventListener("hashchange", () => {
    if (newer) location.reload();
  });
  try {
    const registration = await workers.register(WORKER);
    // A home that comes back may be a newer one, and an app on a phone is opened once and never closed.
    const look = () => void registration.update().catch(() => {});
    reach.whenBack(look);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") look();
    });
  } catch {
    // A browser may refuse. Then the interface comes from the home only, as it always did.
  }
}
