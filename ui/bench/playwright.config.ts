// The measurements in a real browser, for ./dev bench: the tests' browser, with nothing that looks on and takes time.

import { defineConfig } from "@playwright/test";
import tests from "../playwright.config";

export default defineConfig({
  ...tests,
  testDir: ".",
  testMatch: "*.bench.ts",
  outputDir: "../../test-results/bench",
  workers: 1,
  // Says only when to give up.
  timeout: 600_000,
  use: { ...tests.use, trace: "off", screenshot: "off", viewport: { width: 1280, height: 800 } },
  projects: [{ name: "bench" }],
});
