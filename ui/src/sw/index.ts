// The service worker: what the browser runs for this site beside its pages. Here is only what it listens to; what it then
// does is in files of their own.

import { recount } from "./count";
import { answer } from "./offline";
import { openAt } from "./open";
import { press } from "./press";
import { publicReplyKey } from "./reply-key";
import { dropOthers, fill } from "./shell";
import { renew } from "./subscription";
import { aboutOf, read, show } from "./told";

declare const self: ServiceWorkerGlobalScope;

self.addEventListener("install", (event) => {
  // A newer build takes over at once: its pages come from the network anyway, and an open one asks for nothing more.
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const answered = answer(event.request);
  // What is not answered here, the browser asks for as if there were no worker: with a page's own headers and cookies.
  if (answered) event.respondWith(answered);
});

self.addEventListener("push", (event) => {
  event.waitUntil(show(read(event.data)));
});

self.addEventListener("notificationclick", (event) => {
  const about = aboutOf(event.notification);
  if (event.action === "me" || event.action === "not_me") {
    event.waitUntil(press(about, event.action).then(recount));
    return;
  }
  event.notification.close();
  event.waitUntil(openAt(about.opens));
});

// The page asks what this browser signs its answers with, when it subscribes. The key is the worker's: the page never has it.
self.addEventListener("message", (event) => {
  const [port] = event.ports;
  if (event.data !== "reply_key" || !port) return;
  const told = publicReplyKey().then(
    (key) => port.postMessage(key),
    () => port.postMessage(null),
  );
  event.waitUntil(told);
});

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew());
});
