// What the home pushed, as it is shown. The home sends `Pushed` (src/delivery/courier.rs); a home may be older or newer than
// this worker, so that every field may be missing.

import { pushed as words } from "../i18n/en/pushed";
import type { Way } from "./sealed";

declare const self: ServiceWorkerGlobalScope;

/** A notification's settings, with those that TypeScript does not list as they are not everywhere. */
export interface Shown extends NotificationOptions {
  actions?: { action: Pressed; title: string }[];
  renotify?: boolean;
  timestamp?: number;
}

/** The buttons. */
export type Pressed = "not_me" | "me";

/** What a notification is about: it is kept with it, and is all that is known when it is pressed. */
export interface About {
  title: string;
  body: string;
  tag: string;
  /** Where a tap leads, at this home's own origin. */
  opens: string;
  alertId: string | null;
  /** Where the button's own secret is sent to; only ever at this home's own origin. */
  signOutUrl: string | null;
  /** Whether there is one, but at another address of the home. */
  signsOutElsewhere: boolean;
  /** Whether it says already what came of an answer that was given by its own buttons. */
  answeredHere: boolean;
  /** How it is answered while the home cannot be reached. */
  reply: Way | null;
}

/** What came in a push, to be shown: the browser expects something to be shown for each. */
export interface Told {
  about: About;
  /** Whether it says that nothing waits any more. */
  settled: boolean;
  silent: boolean;
  /** Whether it makes itself noticed although something of it stands there already. */
  again: boolean;
  buttons: boolean;
  at: number | undefined;
}

/** Reads a push. */
export function read(data: PushMessageData | null): Told {
  const said = fields(parsed(data));
  const shown = fields(said.notification);
  const alertId = text(said.alert_id);
  const signOut = text(said.sign_out_url);
  const signOutUrl = ownUrl(signOut);
  const isSettled = said.kind === "settled";
  const about: About = {
    title: text(shown.title) ?? words.title,
    body: text(shown.body) ?? (text(shown.title) ? "" : words.unreadable),
    tag: text(shown.tag) ?? alertId ?? "latchkey",
    // A home may be known by another address than the one it is open at here.
    opens: ownUrl(text(shown.navigate)) ?? (alertId ? `/#/alerts/${encodeURIComponent(alertId)}` : "/"),
    alertId,
    signOutUrl,
    signsOutElsewhere: signOut !== null && signOutUrl === null,
    answeredHere: false,
    reply: wayOf(said.reply, ["inbox_url", "home_key", "channel_id", "token", "relay_token"]),
  };
  const at = Date.parse(text(said.at) ?? "");
  return {
    about,
    settled: isSettled,
    silent: isSettled || shown.silent === true,
    again: isSettled || said.again === true,
    buttons: !isSettled && said.kind !== "test" && (alertId !== null || signOutUrl !== null),
    at: Number.isNaN(at) ? undefined : at,
  };
}

/** Shows what came. */
export async function show({ about, settled, silent, again, buttons, at }: Told): Promise<void> {
  // Whoever answered here has read what came of it, and is not told that somebody did. It is shown again all the same, as the
  // browser expects.
  const answered = settled ? await answeredHere(about.tag) : undefined;
  if (answered) return put(answered, { silent: true, renotify: false });
  return put(about, {
    silent,
    renotify: !again,
    ...(at === undefined ? {} : { timestamp: at }),
    ...(buttons ? { actions: actionsFor(about) } : {}),
  });
}

async function answeredHere(tag: string): Promise<About | undefined> {
  const standing = await self.registration.getNotifications({ tag });
  return standing.map(aboutOf).find((about) => about.answeredHere);
}

/** Puts words in the place of a notification, without a sound; what is left to press stays. */
export function replace(
  about: About,
  title: string,
  body: string,
  { open, answered = false }: { open: boolean; answered?: boolean },
): Promise<void> {
  const shown = { ...about, title, body, answeredHere: answered };
  return put(shown, { silent: true, renotify: false, ...(open ? { actions: actionsFor(about) } : {}) });
}

function put(about: About, options: Shown): Promise<void> {
  const { title, body, tag } = about;
  const all: Shown = { body, tag, icon: "/icons/app-192.png", data: about, ...options };
  return self.registration.showNotification(title, all);
}

function actionsFor(about: About): Shown["actions"] {
  const no = { action: "not_me" as const, title: words.no };
  const yes = { action: "me" as const, title: words.yes };
  // The first is the one that a watch or a narrow screen shows.
  const signsOut = about.signOutUrl !== null || about.signsOutElsewhere;
  return [...(signsOut ? [no] : []), ...(about.alertId ? [yes] : [])];
}

/** What a notification is about, as it was kept with it: it is read with the same care as what comes from outside. */
export function aboutOf(notification: Notification): About {
  const kept = fields(notification.data);
  const signOut = text(kept.signOutUrl);
  return {
    title: notification.title,
    body: notification.body,
    tag: notification.tag,
    opens: ownUrl(text(kept.opens)) ?? "/",
    alertId: text(kept.alertId),
    signOutUrl: ownUrl(signOut),
    signsOutElsewhere: kept.signsOutElsewhere === true,
    answeredHere: kept.answeredHere === true,
    reply: wayOf(kept.reply, ["inboxUrl", "homeKey", "channelId", "token", "relayToken"]),
  };
}

/** How it is answered by a relay, by the names that it came under; nothing where something of it is missing. */
function wayOf(value: unknown, names: [string, string, string, string, string]): Way | null {
  const [url, key, channel, secret, asked] = names;
  const all = fields(value);
  const [inboxUrl, homeKey, channelId, token] = [text(all[url]), text(all[key]), text(all[channel]), text(all[secret])];
  if (!inboxUrl || !homeKey || !channelId || !token) return null;
  const relayToken = text(all[asked]);
  // Plain http is for a relay in the house, and for tests: a page by https is not let there by its browser.
  return /^https?:\/\/[^/?#@]+\/[\w-]{22,64}$/.test(inboxUrl)
    ? { inboxUrl, homeKey, channelId, token, relayToken }
    : null;
}

/** An address, if it is of this worker's own origin: no other is fetched or opened. */
function ownUrl(address: string | null): string | null {
  if (address === null) return null;
  try {
    const url = new URL(address, self.location.origin);
    return url.origin === self.location.origin ? url.href : null;
  } catch {
    return null;
  }
}

function parsed(data: PushMessageData | null): unknown {
  try {
    return data?.json();
  } catch {
    return null;
  }
}

const fields = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
