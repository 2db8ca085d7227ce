// A notification's button pressed away from home: the home pushes, the browser's own service worker shows it, and where the home cannot
// be reached the press goes by a relay that the home listens to. Of all that, the push service and the relay are stood in for.

import type { BrowserContext, Page, Worker } from "@playwright/test";
import type { ChannelList } from "../src/api/generated/ChannelList";
import { comeIn, Gate } from "./gate";
import { type App, BRAVIA, test as base, expect, Home, isPhone, open, RIGA } from "./home";
import { PushService } from "./push-service";
import { RelayPeer } from "./relay-peer";

const test = base.extend<{ push: PushService; relay: RelayPeer; gate: Gate }>({
  push: async ({ browserName: _ }, use) => {
    const push = await PushService.start();
    await use(push);
    await push.stop();
  },
  relay: async ({ browserName: _ }, use) => {
    const relay = await RelayPeer.start();
    await use(relay);
    await relay.stop();
  },
  empty: async ({ page, push }, use) => {
    const home = await Home.start("--push-origin", push.origin);
    await use(home);
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await home.stop();
  },
  gate: async ({ home }, use) => {
    const gate = await Gate.before(home);
    await use(gate);
    await gate.shut();
  },
});

test.use({ serviceWorkers: "allow" });
test.describe.configure({ timeout: 240_000 });

const TOKEN = "tk_0123456789abcdefghijklmnopqrs";

/** What a notification says. */
interface Said {
  title: string;
  body: string;
}

/** What of a service worker's own scope a page's types do not have. */
interface WorkerScope {
  registration: ServiceWorkerRegistration;
  NotificationEvent: new (type: string, about: { notification: Notification; action: string }) => Event;
  dispatchEvent(event: Event): boolean;
}

/** The browser as a phone in somebody's pocket: what comes there, and its buttons. */
class Pocket {
  readonly #page: Page;
  readonly #worker: Worker;

  private constructor(page: Page, worker: Worker) {
    this.#page = page;
    this.#worker = worker;
  }

  static async of(page: Page, context: BrowserContext): Promise<Pocket> {
    return new Pocket(page, context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker")));
  }

  /** Delivers a push as the browser does once it has read it. */
  async deliver(origin: string, data: string) {
    const devtools = await this.#page.context().newCDPSession(this.#page);
    const registered = new Promise<string>((found) => {
      devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
        const ours = registrations.find(({ scopeURL, isDeleted }) => scopeURL === `${origin}/` && !isDeleted);
        if (ours) found(ours.registrationId);
      });
    });
    await devtools.send("ServiceWorker.enable");
    const registrationId = await registered;
    await devtools.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data });
    await devtools.detach();
  }

  /** What is shown. */
  shown(): Promise<Said[]> {
    return this.#worker.evaluate(async () => {
      const { registration } = self as unknown as WorkerScope;
      return (await registration.getNotifications()).map(({ title, body }) => ({ title, body }));
    });
  }

  /** Presses a button of the only notification, and waits until it has been dealt with. */
  async press(action: "not_me" | "me") {
    await this.#worker.evaluate(async (pressed) => {
      const scope = self as unknown as WorkerScope;
      const [notification] = await scope.registration.getNotifications();
      if (!notification) throw new Error("there is no notification to press");
      const event = new scope.NotificationEvent("notificationclick", { notification, action: pressed });
      // For an event that a script makes the browser waits for nothing.
      let answered: Promise<unknown> | undefined;
      const waitUntil = (until: Promise<unknown>) => {
        answered = until;
      };
      Object.defineProperty(event, "waitUntil", { value: waitUntil });
      scope.dispatchEvent(event);
      if (!answered) throw new Error("nobody heard the press");
      await answered;
    }, action);
  }
}

/** Has answers come back by the relay, and this browser told and able to answer by it; then somebody signs in from Riga. */
async function strangerIsTold(
  { page, context, home, gate, relay, push, first }: Away,
  token: string | null = null,
): Promise<{ pocket: Pocket; stranger: App }> {
  relay.token = token;
  await context.grantPermissions(["notifications"], { origin: gate.url });
  // A browser of a test has no push service: what that would answer is stood in for, and the rest of subscribing is as it is.
  await page.addInitScript((subscribed) => {
    PushManager.prototype.subscribe = async () => ({ toJSON: () => subscribed }) as unknown as PushSubscription;
  }, push.subscription);
  await comeIn(page, gate);
  // The browser itself is new at home; a device that is known says that it is theirs.
  const { alerts } = await (await first.request.get("/api/v1/alerts?state=open")).json();
  for (const { id } of alerts) await first.request.post(`/api/v1/alerts/${id}/answer`, { data: { answer: "me" } });

  await open(page, gate, "/channels");
  await page.getByRole("button", { name: "Choose a relay" }).click();
  const dialog = page.getByRole("dialog", { name: "Answer from away" });
  await dialog.getByLabel("Address of the relay").fill(relay.origin);
  if (token) await dialog.getByLabel("Access token").fill(token);
  await dialog.getByRole("button", { name: "Use this relay" }).click();
  await expect(page.getByText("no browser answers by it yet")).toBeVisible();
  await page.getByRole("button", { name: /^This browser/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Turn on" }).click();
  // It is seen as it happens.
  await expect(page.getByText(/^Your home listens there since/)).toBeVisible();
  const list = (await (await first.request.get("/api/v1/channels")).json()) as ChannelList;
  expect(list.channels.map(({ answers_away }) => answers_away)).toEqual([true]);

  const stranger = await home.app("Bravia", "tv", { address: RIGA, declared: BRAVIA });
  const pocket = await Pocket.of(page, context);
  await pocket.deliver(gate.url, await push.one(({ kind }) => kind === "alert"));
  await expect
    .poll(() => pocket.shown())
    .toEqual([expect.objectContaining({ body: expect.stringContaining("Bravia") })]);
  expect((await stranger.ask()).status).toBe(200);
  await gate.shut();
  gate.asked.length = 0;
  return { pocket, stranger };
}

interface Away {
  page: Page;
  context: BrowserContext;
  home: Home;
  gate: Gate;
  relay: RelayPeer;
  push: PushService;
  first: App;
}

test("a press reaches a home that cannot be reached, once, and the notification says what came of it", async ({
  page,
  context,
  home,
  gate,
  relay,
  push,
  first,
}) => {
  relay.repeats = true;
  const { pocket, stranger } = await strangerIsTold({ page, context, home, gate, relay, push, first });
  await pocket.press("not_me");
  expect(await pocket.shown()).toEqual([
    { title: "Signed out", body: expect.stringMatching(/^Its next request will be refused\.\n/) },
  ]);
  expect(await stranger.ask()).toEqual({ status: 401, code: "session_ended" });
  expect(gate.asked, "nothing of it went through the gate").toEqual([]);

  // The relay read nothing of it, and what it hands out once more does nothing.
  const { alerts } = await (await first.request.get("/api/v1/alerts")).json();
  const about = alerts.find(({ device_id }: { device_id: string }) => device_id === stranger.id);
  for (const plain of [about.id, "not_me", "signed_out", "Bravia"]) expect(relay.seen).not.toContain(plain);
  relay.replay();
  await pocket.press("not_me");
  expect(await pocket.shown()).toEqual([
    { title: "Already signed out", body: expect.stringContaining("It had been signed out before.") },
  ]);
  // As with any button outside, it goes on waiting for somebody who opens Latchkey.
  expect(about.state).toBe("open");
});

test("an answer that the relay loses or does not take is not said to have arrived, and can be given again", async ({
  page,
  context,
  home,
  gate,
  relay,
  push,
  first,
}) => {
  test.skip(isPhone(page), "the worker waits for a receipt as long there");
  const { pocket, stranger } = await strangerIsTold({ page, context, home, gate, relay, push, first });
  relay.refuses = 429;
  await pocket.press("not_me");
  expect(await pocket.shown()).toEqual([
    { title: "Not answered", body: expect.stringContaining("Neither your home nor the relay could be reached.") },
  ]);
  relay.refuses = null;
  relay.drops = true;
  await pocket.press("not_me");
  expect(await pocket.shown()).toEqual([
    {
      title: "Sent by the relay, but your home has not confirmed it",
      body: expect.stringContaining("It may not have been done."),
    },
  ]);
  expect((await stranger.ask()).status).toBe(200);
  relay.drops = false;
  await pocket.press("not_me");
  expect((await pocket.shown())[0]?.title).toBe("Signed out");
  expect((await stranger.ask()).code).toBe("session_ended");
});

test("a relay that asks for a token is given it by the worker, which was handed it with the push", async ({
  page,
  context,
  home,
  gate,
  relay,
  push,
  first,
}) => {
  const { pocket, stranger } = await strangerIsTold({ page, context, home, gate, relay, push, first }, TOKEN);
  await pocket.press("not_me");
  expect((await pocket.shown())[0]?.title).toBe("Signed out");
  expect((await stranger.ask()).code).toBe("session_ended");
});
