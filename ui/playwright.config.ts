// The interface in a real browser against the real server: on a desktop and on a phone.

import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

// The system's browser where there is one; an empty name asks for Playwright's own.
const debians = "/usr/bin/chromium";
const chromium = process.env.LATCHKEY_CHROMIUM ?? (existsSync(debians) ? debians : "");

export default defineConfig({
  testDir: "tests",
  outputDir: "../test-results/ui",
  fullyParallel: true,
  forbidOnly: true,
  workers: Number(process.env.LATCHKEY_UI_WORKERS ?? 2),
  // What needs a second try has failed.
  retries: 0,
  // Nothing waits by the clock, so these only say when to give up: late enough for a machine that is busy otherwise.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    actionTimeout: 30_000,
    browserName: "chromium",
    locale: "en-GB",
    // The homes of these tests stand behind a proxy: who comes through it without an address is nowhere. Browsers are on
    // the household's network.
    extraHTTPHeaders: { "x-forwarded-for": "192.168.1.40" },
    timezoneId: "Europe/Lisbon",
    // What a worker answers, a test cannot change on its way. The tests that are about the worker allow it.
    serviceWorkers: "block",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "desktop", use: { viewport: { width: 1280, height: 800 } } },
    { name: "phone", use: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } },
  ],
});
