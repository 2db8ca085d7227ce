// Without the home: the interface opens, shows what is known and as of when, and keeps sign-outs and answers until it can
// send them. The home stands behind a gate that is shut and opened.

import type { Page } from "@playwright/test";
import { comeIn, Gate } from "./gate";
import { BRAVIA, test as base, expect, type Home, isPhone, RIGA, row } from "./home";
import { picture } from "./picture";

const test = base.extend<{ gate: Gate }>({
  gate: async ({ home }, use) => {
    const gate = await Gate.before(home);
    await use(gate);
    await gate.shut();
  },
});

test.use({ serviceWorkers: "allow" });
test.describe.configure({ timeout: 240_000 });

const AWAY = /^As of .*This home does not answer\.$/;

async function to(page: Page, path: string) {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, path);
}

/** What this browser keeps of the home. */
const keptOf = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const asking = indexedDB.open("latchkey");
        asking.onerror = () => reject(asking.error);
        asking.onsuccess = () => {
          const names = ["known", "outbox"];
          const reading = asking.result.transaction(names);
          const found: string[] = [];
          for (const name of names) {
            const keys = reading.objectStore(name).getAllKeys();
            keys.onsuccess = () => found.push(...keys.result.map((key) => `${name}/${key}`));
          }
          reading.oncomplete = () => {
            asking.result.close();
            resolve(found);
          };
        };
      }),
  );

test("it opens without the home, and shows what is known and as of when", async ({ page, home, gate }, info) => {
  const tv = await home.app("Bravia", "tv", { address: RIGA, declared: BRAVIA });
  await home.app("Kitchen tablet", "tablet");
  await comeIn(page, gate);
  await gate.shut();
  await page.reload();
  await to(page, "/devices");
  await expect(page.getByText(AWAY)).toBeVisible();
  await expect(row(page, "Kitchen tablet")).toBeVisible();
  await picture(page, info, "offline-devices");

  await to(page, `/devices/${tv.id}`);
  await expect(page.getByRole("heading", { name: "Bravia", level: isPhone(page) ? 1 : 2 })).toBeVisible();
  await expect(page.getByText("What it did is not kept on this device.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Rename" })).toBeDisabled();
  await to(page, "/alerts");
  await expect(page.getByRole("link", { name: /Bravia/ })).toBeVisible();
  await to(page, "/history");
  await expect(page.getByText("This is not kept on this device.")).toBeVisible();
  await to(page, "/profiles");
  await expect(page.getByText("Nothing can be changed until the home answers.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add a profile" })).toBeDisabled();

  await gate.open();
  await expect(page.getByText(AWAY)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Add a profile" })).toBeEnabled();
});

test("it opens with the network off, and when the home’s program has ended", async ({ page, context, home, gate }) => {
  await comeIn(page, gate);
  await to(page, "/devices");
  await expect(row(page, "Ana’s computer")).toBeVisible();
  await context.setOffline(true);
  await page.reload();
  await expect(row(page, "Ana’s computer")).toBeVisible();
  await expect(page.getByText(AWAY)).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText(AWAY)).toHaveCount(0);

  // The gate stands, as a proxy does, and has nobody behind it.
  await home.stop();
  await page.reload();
  await expect(page.getByText(AWAY)).toBeVisible();
  await expect(row(page, "Ana’s computer")).toBeVisible();
});

test("a sign-out and an answer wait for the home, and are sent once and in order", async ({
  page,
  home,
  gate,
  first,
}, info) => {
  const tablet = await home.app("Kitchen tablet", "tablet");
  const stranger = await home.app("Bravia", "tv", { address: RIGA, declared: BRAVIA });
  const alert = await alertOf(home, first, stranger.id);
  await comeIn(page, gate);
  await to(page, "/devices");
  await expect(row(page, "Kitchen tablet")).toBeVisible();
  await gate.shut();
  await expect(page.getByText(AWAY)).toBeVisible();

  await page.getByRole("button", { name: "Sign out Kitchen tablet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("dialog")).toContainText("Kept. It is sent as soon as the home answers.");
  await page.getByRole("button", { name: "Done" }).click();
  await expect(row(page, "Kitchen tablet")).toContainText("Waits for the home");
  await to(page, `/alerts/${alert}`);
  await page.getByRole("button", { name: "No, sign it out" }).click();
  await expect(page.getByText("You said: it is not ours. Kept.")).toBeVisible();
  const waiting = page.getByRole("region", { name: "2 things wait for the home" });
  await expect(waiting.getByRole("listitem")).toHaveText([/Sign out Kitchen tablet/, /Bravia: it is not ours/]);
  await picture(page, info, "offline-waiting");

  // It is kept in the browser, not in the page.
  await page.reload();
  await expect(waiting.getByRole("listitem")).toHaveCount(2);
  expect((await tablet.ask()).status).toBe(200);

  gate.asked.length = 0;
  await gate.open();
  const sent = page.getByRole("region", { name: "Sent", exact: true });
  await expect(sent.getByRole("listitem")).toHaveText([/Sent: Signed out at/, /Sent: Signed out at/]);
  expect((await tablet.ask()).code).toBe("session_ended");
  expect((await stranger.ask()).code).toBe("session_ended");
  const deeds = gate.asked.filter((asked) => /^POST .*(sign-out|answer)$/.test(asked));
  expect(deeds).toEqual([`POST /api/v1/devices/${tablet.id}/sign-out`, `POST /api/v1/alerts/${alert}/answer`]);

  // What was sent is not kept any more.
  expect((await keptOf(page)).filter((key) => key.startsWith("outbox/"))).toEqual([]);
  await page.getByRole("button", { name: "Close: Sign out Kitchen tablet" }).click();
  await expect(sent.getByRole("listitem")).toHaveCount(1);
});

test("what waits is taken back, and then it is not sent", async ({ page, home, gate }) => {
  const tablet = await home.app("Kitchen tablet", "tablet");
  await comeIn(page, gate);
  await to(page, "/devices");
  await expect(row(page, "Kitchen tablet")).toBeVisible();
  await gate.shut();
  await page.getByRole("button", { name: "Sign out Kitchen tablet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Take back: Sign out Kitchen tablet" }).click();
  await expect(page.getByRole("region", { name: /for the home/ })).toHaveCount(0);
  await gate.open();
  await expect(page.getByText(AWAY)).toHaveCount(0);
  await expect(row(page, "Kitchen tablet").getByRole("button", { name: /Sign out/ })).toBeVisible();
  expect((await tablet.ask()).status).toBe(200);
  expect(gate.asked.filter((asked) => asked.endsWith("/sign-out"))).toEqual([]);
});

test("an answer that waited for more than a day is not sent, and asked for again", async ({
  page,
  home,
  gate,
  first,
}) => {
  const stranger = await home.app("Bravia", "tv", { address: RIGA, declared: BRAVIA });
  const alert = await alertOf(home, first, stranger.id);
  await comeIn(page, gate);
  await gate.shut();
  await to(page, `/alerts/${alert}`);
  await page.getByRole("button", { name: "No, sign it out" }).click();
  await expect(page.getByText("You said: it is not ours. Kept.")).toBeVisible();
  await page.evaluate(
    () =>
      new Promise<void>((aged, failed) => {
        const asking = indexedDB.open("latchkey");
        asking.onsuccess = () => {
          const writing = asking.result.transaction("outbox", "readwrite");
          const walking = writing.objectStore("outbox").openCursor();
          walking.onsuccess = () => {
            const entry = walking.result;
            if (!entry) return;
            entry.update({ ...entry.value, at: entry.value.at - 25 * 3_600_000 });
            entry.continue();
          };
          writing.oncomplete = () => {
            asking.result.close();
            aged();
          };
          writing.onabort = () => failed(writing.error);
        };
      }),
  );
  await page.reload();
  await gate.open();
  await expect(page.getByText("It waited for more than a day, so nothing was done.")).toBeVisible();
  expect((await stranger.ask()).status).toBe(200);
  await expect(page.getByRole("button", { name: "No, sign it out" })).toBeVisible();
});

test("what is kept goes with the sign-in, and a child sees nothing of it", async ({ page, home, gate }) => {
  await comeIn(page, gate);
  await expect
    .poll(() => keptOf(page))
    .toEqual(expect.arrayContaining(["known/alerts", "known/devices", "known/session"]));
  await page.getByRole("button", { name: "Your menu" }).click();
  await page.getByRole("menuitem", { name: "Switch profile" }).click();
  await page.getByRole("button", { name: "Leo" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /, Leo$/ })).toBeVisible();
  await expect.poll(() => keptOf(page)).toEqual([]);
  await gate.shut();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Your home does not answer" })).toBeVisible();
  expect(home.url).not.toBe(gate.url);
});

test("signing out forgets what is kept", async ({ page, gate }) => {
  await comeIn(page, gate);
  await page.getByRole("button", { name: "Your menu" }).click();
  await page.getByRole("menuitem", { name: "Sign out this device" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await expect.poll(() => keptOf(page)).toEqual([]);
});

test("only the interface’s own files are kept, and a newer build takes the place of the older", async ({
  page,
  gate,
}) => {
  await comeIn(page, gate);
  const kept = () =>
    page.evaluate(async () => {
      const found: [string, string[]][] = [];
      for (const name of await caches.keys()) {
        const requests = await (await caches.open(name)).keys();
        found.push([name, requests.map(({ url }) => new URL(url).pathname)]);
      }
      return found;
    });
  const [[before, paths] = ["", []], ...others] = await kept();
  expect(others).toEqual([]);
  expect(paths).toContain("/");
  expect(paths.filter((path) => !/^\/($|assets\/|icons\/|favicon\.svg$|manifest\.webmanifest$)/.test(path))).toEqual(
    [],
  );

  // The home is updated: another worker, and another page.
  gate.newer = {
    "/sw.js": (text) => text.replace(/"version":"[0-9a-f]+"/, '"version":"another"'),
    "/": (text) => text.replace("<title>", '<meta name="test-build" content="newer"><title>'),
  };
  await page.evaluate(async () => {
    await (await navigator.serviceWorker.ready).update();
  });
  await page.waitForFunction(() => performance.getEntriesByName("latchkey:newer").length > 0);
  await expect.poll(async () => (await kept()).map(([name]) => name)).toEqual(["latchkey-shell-another"]);
  expect(before).not.toBe("latchkey-shell-another");
  // At the next step the page is the newer one, and so it is without the home.
  const newer = page.locator('meta[name="test-build"]');
  await expect(newer).toHaveCount(0);
  await to(page, "/devices");
  await expect(newer).toHaveCount(1);
  await expect(row(page, "Ana’s computer")).toBeVisible();
  await gate.shut();
  await page.reload();
  await expect(newer).toHaveCount(1);
  await expect(row(page, "Ana’s computer")).toBeVisible();
});

async function alertOf(_home: Home, first: { request: Page["request"] }, device: string): Promise<string> {
  const { alerts } = await (await first.request.get("/api/v1/alerts?state=open")).json();
  const about = alerts.find(({ device_id }: { device_id: string }) => device_id === device);
  expect(about).toBeDefined();
  return about.id;
}
