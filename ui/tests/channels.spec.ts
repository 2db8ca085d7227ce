// The ways to be told: they are listed, added, tried, changed and removed; adding asks for a proof where there is none.

import { createECDH } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { APIRequestContext, Page } from "@playwright/test";
import type { ChannelList } from "../src/api/generated/ChannelList";
import { expect, open, PIN, RIGA, signIn, test } from "./home";
import { picture } from "./picture";

const seenBy = async (device: APIRequestContext) =>
  ((await (await device.get("/api/v1/channels")).json()) as ChannelList).channels;

const entry = (page: Page, name: string) =>
  page.getByRole("listitem").filter({ has: page.getByRole("button", { name: `Try it: ${name}`, exact: true }) });

/** Makes one as an app does. */
async function made(device: APIRequestContext, channel: object) {
  const answer = await device.post("/api/v1/channels", { data: channel });
  expect(answer.status(), await answer.text()).toBe(201);
}

/** A server of the household's own, which hears what a web hook sends. */
async function receiver(): Promise<{ server: Server; url: string; heard: Promise<IncomingMessage> }> {
  let hear: (request: IncomingMessage) => void;
  const heard = new Promise<IncomingMessage>((resolve) => {
    hear = resolve;
  });
  const server = createServer((request, answer) => {
    request.resume();
    request.on("end", () => {
      answer.writeHead(204).end();
      hear(request);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, heard };
}

test("a web hook is added, its secret is shown once, and trying it shows that it works", async ({
  page,
  home,
  first,
}, info) => {
  const { server, url, heard } = await receiver();
  await signIn(page, home);
  await page
    .getByRole("navigation", { name: "Account" })
    .getByRole("link", { name: /Get told/ })
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "Get told" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Nobody is told yet" })).toBeVisible();

  await page.getByRole("button", { name: /^Web hook/ }).click();
  const dialog = page.getByRole("dialog", { name: "Get told by a web hook" });
  await dialog.getByLabel("Address to send to").fill(url);
  await dialog.getByLabel(/^Name/).fill("Hallway lamp");
  await dialog.getByRole("button", { name: "Add" }).click();

  const secret = page.getByRole("dialog", { name: "Keep this secret" });
  await expect(secret.getByLabel("Signing secret")).toHaveValue(/^\S{16,}$/);
  await secret.getByRole("button", { name: "I have it" }).click();
  await expect(page.getByRole("button", { name: "Try it: Hallway lamp" })).toBeFocused();
  const lamp = entry(page, "Hallway lamp");
  await expect(lamp).toContainText("Not tried yet");
  await expect(lamp).toContainText("Yours");
  expect((await seenBy(first.request)).map(({ name, kind }) => [name, kind])).toEqual([["Hallway lamp", "web_hook"]]);

  await page.getByRole("button", { name: "Try it: Hallway lamp" }).click();
  expect((await heard).headers["content-type"]).toContain("application/json");
  await expect(lamp).toContainText("It was handed over. Look whether it came.");
  await expect(lamp).toContainText(/Works, last told/);
  await picture(page, info, "channels", { whole: true });
  server.close();
});

test("ntfy has a topic that nobody guesses, and says little unless told otherwise", async ({
  page,
  home,
  first,
}, info) => {
  await signIn(page, home);
  await open(page, home, "/channels");
  await page.getByRole("button", { name: /^ntfy/ }).click();
  const dialog = page.getByRole("dialog", { name: "Get told by ntfy" });
  const topic = dialog.getByLabel("Address of the topic");
  await expect(topic).toHaveValue(/^https:\/\/ntfy\.sh\/latchkey-[a-z2-9]{24}$/);
  const before = await topic.inputValue();
  await dialog.getByRole("button", { name: "Make up another" }).click();
  await expect(topic).not.toHaveValue(before);
  await expect(dialog.getByRole("radio", { name: /Only that something needs a look/ })).toBeChecked();
  await picture(page, info, "channel-ntfy", { whole: true });

  await topic.fill("https://ntfy.sh/docs");
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog.getByRole("alert")).toContainText("reads like https://ntfy.sh/your-topic");
  await topic.fill(before);
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(entry(page, "ntfy.sh")).toContainText("Says only that something needs a look");
  expect((await seenBy(first.request))[0]?.says).toBe("nothing");
});

test("one is renamed, made quiet at night, and removed after a question", async ({ page, home, first }) => {
  await made(first.request, { kind: "web_hook", url: "http://192.168.1.9/one", name: "One" });
  await made(first.request, { kind: "web_hook", url: "http://192.168.1.9/two", name: "Two" });
  await signIn(page, home);
  await open(page, home, "/channels");
  await page.getByRole("button", { name: "Change One" }).click();
  const dialog = page.getByRole("dialog", { name: "Change “One”" });
  await dialog.getByLabel("Name", { exact: true }).fill("Kitchen");
  await dialog.getByRole("switch", { name: "Quiet hours" }).click();
  await dialog.getByLabel("Time zone").selectOption("Europe/Riga");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(entry(page, "Kitchen")).toContainText("Quiet from 22:00 to 07:00, Europe/Riga time");
  const changed = (await seenBy(first.request)).find(({ name }) => name === "Kitchen");
  expect(changed?.quiet_hours).toEqual({ from_minute: 1320, to_minute: 420 });
  expect(changed?.time_zone).toBe("Europe/Riga");

  await page.getByRole("button", { name: "Change Kitchen" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog", { name: "Remove “Kitchen”?" }).getByRole("button", { name: "Remove" }).click();
  await expect(entry(page, "Kitchen")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Change Two" })).toBeFocused();

  await open(page, home, "/history");
  await expect(page.getByText("The way to be told “Kitchen” (Web hook) was removed")).toBeVisible();
});

test("adding asks for the PIN where nobody has given it, and then goes on", async ({ page, home, first }) => {
  await signIn(page, home);
  await open(page, home, "/channels");
  // As it is once the PIN of the sign-in is more than five minutes old.
  const { profiles } = await (await first.request.get("/api/v1/profiles")).json();
  const ana = profiles.find(({ name }: { name: string }) => name === "Ana");
  await page.route("**/api/v1/channels", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({
          status: 403,
          json: { error: "proof_required", message: "Enter the PIN to go on.", profile_id: ana.id },
        })
      : route.continue(),
  );
  await page.getByRole("button", { name: /^Web hook/ }).click();
  await page.getByLabel("Address to send to").fill("http://192.168.1.9/hook");
  await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
  const asks = page.getByRole("dialog", { name: /PIN/ });
  await asks.getByLabel("PIN", { exact: true }).fill(PIN);
  await page.unroute("**/api/v1/channels");
  await asks.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("dialog", { name: "Keep this secret" })).toBeVisible();
  expect(await seenBy(first.request)).toHaveLength(1);
});

test("a device that is not familiar may not add one, and is told why", async ({ browser, home, first }) => {
  const stranger = await (await browser.newContext({ extraHTTPHeaders: { "x-forwarded-for": RIGA } })).newPage();
  await signIn(stranger, home);
  await open(stranger, home, "/channels");
  await stranger.getByRole("button", { name: /^Web hook/ }).click();
  await stranger.getByLabel("Address to send to").fill("http://192.168.1.9/hook");
  await stranger.getByRole("dialog").getByRole("button", { name: "Add" }).click();
  await expect(stranger.getByRole("dialog").getByRole("alert")).toContainText("does not know this device yet");
  expect(await seenBy(first.request)).toEqual([]);
  await stranger.context().close();
});

test("this browser subscribes after a tap only, and is then told already", async ({ page, home, first }) => {
  const browsers = createECDH("prime256v1");
  const subscription = {
    endpoint: "https://push.example.org/a-browser",
    keys: { p256dh: browsers.generateKeys("base64url"), auth: Buffer.alloc(16, 7).toString("base64url") },
  };
  // Neither a push service nor a service worker here: what they answer is stood in for.
  await page.addInitScript((subscribed) => {
    const asked: unknown[] = [];
    Object.assign(window, { asked });
    Object.defineProperty(Notification, "permission", { get: () => "default" });
    Notification.requestPermission = async () => {
      asked.push("permission");
      return "granted";
    };
    const pushManager = {
      subscribe: async (options: unknown) => {
        asked.push(options);
        return { toJSON: () => subscribed };
      },
    };
    Object.defineProperty(ServiceWorkerContainer.prototype, "register", { writable: true, value: async () => ({}) });
    Object.defineProperty(ServiceWorkerContainer.prototype, "ready", { get: async () => ({ pushManager }) });
  }, subscription);
  const asked = () => page.evaluate(() => (window as unknown as { asked: unknown[] }).asked);

  await signIn(page, home);
  await open(page, home, "/channels");
  await page.getByRole("button", { name: /^This browser/ }).click();
  expect(await asked()).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  const { push_key } = (await (await first.request.get("/api/v1/channels")).json()) as ChannelList;
  expect(await asked()).toEqual(["permission", { userVisibleOnly: true, applicationServerKey: push_key }]);
  await expect(page.getByRole("button", { name: /^This browser/ })).toBeDisabled();
  expect((await seenBy(first.request)).map(({ kind, goes_to }) => [kind, goes_to])).toEqual([
    ["web_push", "push.example.org"],
  ]);
});

test("ways that cannot be loaded say so, and can be asked for again", async ({ page, home }) => {
  await signIn(page, home);
  await page.route("**/api/v1/channels", (route) => route.fulfill({ status: 500, body: "{}" }));
  await open(page, home, "/channels");
  const failed = page.getByRole("alert").filter({ hasText: "The ways to be told could not be loaded" });
  await expect(failed).toBeVisible();
  await page.unroute("**/api/v1/channels");
  await failed.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "Nobody is told yet" })).toBeVisible();
});
