// A browser that takes itself for the installed app's window: its commands ask the home over HTTP, so that the screens
// that only the app has can be looked at. The real window has tests of its own (src-tauri/tests).

import type { Page } from "@playwright/test";
import type { DesktopStatus } from "../src/api/generated/DesktopStatus";

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
  };
  await page.addInitScript((desktop) => {
    const paths: Record<string, string> = {
      status: "/status",
      session: "/session",
      devices: "/devices",
      geo_status: "/geo",
      alerts: "/alerts",
      alert_settings: "/alert-settings",
    };
    const invoke = async (command: string) => {
      const path = paths[command];
      if (path) return (await fetch(`/api/v1${path}`)).json();
      if (command === "desktop_status") return desktop;
      return 0;
    };
    Object.assign(window, { __TAURI_INTERNALS__: { invoke, transformCallback: () => 0 } });
  }, desktop);
}
