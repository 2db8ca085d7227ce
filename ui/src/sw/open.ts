// A tap on a notification itself: the page it leads to, in a window that is open already, or in a new one.

declare const self: ServiceWorkerGlobalScope;

/** Shows an address of this home's own origin. */
export async function openAt(address: string): Promise<void> {
  const url = new URL(address, self.location.origin).href;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((window) => window.url === url) ?? windows.find((window) => window.focused) ?? windows[0];
  if (there) {
    try {
      // First the focus: a browser allows it right after the tap only.
      const focused = await there.focus();
      if (focused.url === url) return;
      // Only a page of this worker's own can be led elsewhere.
      if (await focused.navigate(url)) return;
    } catch {
      // Then a new one.
    }
  }
  await self.clients.openWindow(url);
}
