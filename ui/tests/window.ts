// A browser that takes itself for the installed app's window: its commands ask the home over HTTP, so that the screens
// that only the app has can be looked at. The real window has tests of its own (src-tauri/tests).

import type { Page } from "@playwright/test";
import type { DesktopStatus } from "../src/api/generated/DesktopStatus";
import { operations } from "../src/api/generated/operations";

/** From the next page on. */
export async function asWindow(page: Page) {
  const desktop: DesktopStatus = {
    notifications: null,
    tray: null,
    keyring: null,
    autostart: true,
    home_url: "http://127.0.0.1:8470",
    remote: false,
    version: "0.1.0",
    phone: false,
    locked: null,
  };
  const paths = Object.values(operations).map(({ name, method, path }) => [name, method === "GET" ? path : ""]);
  await page.addInitScript(
    ({ desktop, paths }) => {
      const invoke = async (command: string, given?: { operation: string }) => {
        const path = command === "ask" && given && paths[given.operation];
        if (path) return (await fetch(path)).json();
        if (command === "desktop_status") return desktop;
        return 0;
      };
      Object.assign(window, { __TAURI_INTERNALS__: { invoke, transformCallback: () => 0 } });
    },
    { desktop, paths: Object.fromEntries(paths) as Record<string, string> },
  );
}
