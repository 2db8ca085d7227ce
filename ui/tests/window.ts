// A browser that takes itself for the installed app's window: its commands ask the home over HTTP, so that the screens
// that only the app has can be looked at. The real window has tests of its own (src-tauri/tests).

import type { Page } from "@playwright/test";
import type { DesktopStatus } from "../src/api/generated/DesktopStatus";
import type { ErrorBody } from "../src/api/generated/ErrorBody";
import type { FoundHome } from "../src/api/generated/FoundHome";
import { operations } from "../src/api/generated/operations";

/** What was given to connect to a home elsewhere. */
export type Connected = { url: string; clearAccepted: boolean; pin: string | null };

/**
 * From the next page on. Connecting to a home elsewhere is refused with each of these, then done; whoever looks around finds these
 * homes on the network; the list may change meanwhile.
 */
export async function asWindow(page: Page, refusals: ErrorBody[] = [], find: () => FoundHome[] = () => []) {
  await page.exposeFunction("findHomes", find);
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
    ({ desktop, paths, refusals }) => {
      const connected: unknown[] = [];
      const invoke = async (command: string, given?: { operation: string }) => {
        const path = command === "ask" && given && paths[given.operation];
        if (path) return (await fetch(path)).json();
        if (command === "desktop_status") return desktop;
        if (command === "connect_home") {
          connected.push(given);
          const refusal = refusals.shift();
          if (refusal) throw refusal;
        }
        if (command === "find_homes") return (window as unknown as { findHomes: () => Promise<unknown> }).findHomes();
        return 0;
      };
      Object.assign(window, { __TAURI_INTERNALS__: { invoke, transformCallback: () => 0 }, connected });
    },
    { desktop, paths: Object.fromEntries(paths) as Record<string, string>, refusals },
  );
}

/** What the page was connected with, in order. */
export const connectedWith = (page: Page): Promise<Connected[]> =>
  page.evaluate(() => (window as unknown as { connected: Connected[] }).connected);
