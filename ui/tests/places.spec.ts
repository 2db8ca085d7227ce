// First use: the city database is offered, comes with its progress, and is not offered twice.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test as base, COUNTRIES_ONLY, choose, DEMO_PLACES, expect, Home, open, signIn } from "./home";

/** Where a place database is downloaded from: half of it at once, the rest when a test says so. */
interface Source {
  url: string;
  /** What is there; nothing while it is null. */
  file: Buffer | null;
  sendTheRest: () => void;
}

const test = base.extend<{ source: Source; countries: Home }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names from the pattern
  source: async ({}, use) => {
    const file = await readFile(DEMO_PLACES);
    const checksum = createHash("sha256").update(file).digest("hex");
    // Said before it was asked for, it is sent as soon as it is.
    let sendTheRest = () => {};
    const said = new Promise<void>((say) => {
      sendTheRest = say;
    });
    const server = createServer((asked, answer) => {
      if (!source.file) {
        answer.writeHead(404).end();
      } else if (asked.url?.endsWith(".sha256")) {
        answer.end(checksum);
      } else {
        answer.writeHead(200, { "content-length": file.length });
        answer.write(file.subarray(0, file.length / 2));
        void said.then(() => answer.end(file.subarray(file.length / 2)));
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const source: Source = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cities.mmdb`,
      file,
      sendTheRest,
    };
    await use(source);
    server.closeAllConnections();
    server.close();
  },
  countries: async ({ source }, use) => {
    const home = await Home.start("--geoip", COUNTRIES_ONLY, "--geoip-update-url", source.url);
    const first = await home.setUp();
    await choose(first.request, "Ana");
    await use(home);
    await home.stop();
  },
});

test("the city database is offered on the devices screen, and used once it is there", async ({
  page,
  source,
  countries,
}) => {
  await signIn(page, countries);
  await open(page, countries, "/devices");
  const offer = page.getByRole("region", { name: "See places more closely" });
  await expect(offer).toContainText("So far only countries are known.");
  await offer.getByRole("button", { name: "Get the city database" }).click();
  await expect(offer.getByRole("progressbar")).toBeVisible();
  await expect(offer).toContainText(/Downloading: [\d.]+ kB of [\d.]+ kB/);
  source.sendTheRest();
  await expect(offer).toContainText("The new database is in use");
  await offer.getByRole("button", { name: "Done" }).click();
  await expect(offer).toHaveCount(0);

  await countries.app("Kitchen TV", "tv");
  await expect(page.getByRole("listitem").filter({ hasText: "Kitchen TV" })).toContainText("near Lisbon, Portugal");
  await page.reload();
  await open(page, countries, "/settings");
  await expect(page.getByText("Places are known to the nearest city, approximately.")).toBeVisible();
});

test("an offer that is turned down does not come back, and waits in the settings", async ({ page, countries }) => {
  await signIn(page, countries);
  await open(page, countries, "/devices");
  const offer = page.getByRole("region", { name: "See places more closely" });
  await offer.getByRole("button", { name: "Not now" }).click();
  await expect(offer).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("group", { name: "Devices that are signed in" })).toBeVisible();
  await open(page, countries, "/settings");
  await expect(page.getByRole("button", { name: "Get the city database" })).toBeVisible();
  await open(page, countries, "/devices");
  await expect(offer).toHaveCount(0);
});

test("a download that fails says why, and can be tried again", async ({ page, source, countries }) => {
  const { file } = source;
  source.file = null;
  await signIn(page, countries);
  await open(page, countries, "/devices");
  const offer = page.getByRole("region", { name: "See places more closely" });
  await offer.getByRole("button", { name: "Get the city database" }).click();
  await expect(offer).toContainText(
    "The update failed; the old database stays in use. There is no database at 127.0.0.1",
  );
  source.file = file;
  await offer.getByRole("button", { name: "Try again" }).click();
  await expect(offer.getByRole("progressbar")).toBeVisible();
  source.sendTheRest();
  await expect(offer).toContainText("The new database is in use");
});
