// A session of a device in a few words: where it lives, what a sign-out of it does, and how it stands.

import type { Device } from "../api/generated/Device";
import type { DeviceSession } from "../api/generated/DeviceSession";
import type { Plan } from "../api/generated/Plan";
import type { SessionSignOut } from "../api/generated/SessionSignOut";
import { t } from "../i18n";
import { clock, shortClock } from "../i18n/format";

/** Those that are not over. */
export const openSessions = ({ sessions }: Device): DeviceSession[] =>
  sessions.filter(({ state }) => state !== "ended");

/** Whether any of them lives at a watched service. */
export const isAtServices = ({ sessions }: Device): boolean => sessions.some(({ service_id }) => service_id !== null);

/** Where a device is signed in, the place that it used last first: "Latchkey", "Jellyfin", "Immich". */
export function sourcesOf(device: Device): string[] {
  const named = openSessions(device).map(({ source }) => source);
  return named.length > 0 ? [...new Set(named)] : [device.service];
}

/** As of when the oldest of it is, where a service cannot be read now. */
export const oldestAsOf = (device: Device): string | null =>
  openSessions(device).reduce<string | null>(
    (oldest, { as_of }) => (as_of && (!oldest || Date.parse(as_of) < Date.parse(oldest)) ? as_of : oldest),
    null,
  );

/** Whether a sign-out may do something about it: it is there, and neither Latchkey's own nor out of reach. */
export const mayEnd = ({ state, nature, promise }: DeviceSession): boolean =>
  (state === "live" || state === "refused") && nature !== "own" && promise !== "nothing";

/** Whether a sign-out of the whole device asks for it: a program's is only ended by name. */
export const isEndedWithDevice = (session: DeviceSession): boolean =>
  mayEnd(session) && session.nature !== "integration";

/** Goes on after a colon: a sentence that begins with an everyday word does so in lower case. */
const goingOn = (sentence: string): string =>
  /^(Only|This|It|The|That|Nobody|Its|Your|You|A|An|No)\b/.test(sentence)
    ? sentence.charAt(0).toLowerCase() + sentence.slice(1)
    : sentence;

/** What a sign-out of it does: "Jellyfin ends it at once". */
export const promiseWords = ({ promise, source, within_s }: DeviceSession): string =>
  t.sessions.live[promise](source, within_s);

/** How it stands: "Refused from 20:14:05", "Jellyfin confirmed at 20:14:06", "Asked; the server is off, …". */
export function sessionWords(session: DeviceSession): string {
  const words = t.sessions;
  const { source, asked_at, confirmed_at, detail } = session;
  switch (session.state) {
    case "live":
      return session.nature === "own" ? words.ownHint : promiseWords(session);
    case "asked":
      if (session.as_of) return asked_at ? words.askedAwayAt(clock(asked_at)) : words.askedAway;
      if (session.promise === "within") return words.askedWithin(source, session.within_s);
      return asked_at ? words.askedAt(source, clock(asked_at)) : words.asked(source);
    case "refused":
      return words.refuses(source, detail && goingOn(detail));
    case "ended":
      if (!confirmed_at) return words.ended;
      if (session.service_id === null) return words.refusedFrom(clock(confirmed_at));
      return asked_at ? words.confirmedAt(source, clock(confirmed_at)) : words.endedAt(source, clock(confirmed_at));
  }
}

/** What ending it did just now: "Jellyfin confirmed at 20:14:06", "Asked; Jellyfin has not confirmed it yet". */
export function outcomeWords(
  outcome: Pick<SessionSignOut, "source" | "effect" | "ended_at" | "detail">,
  isHome = false,
): string {
  const words = t.sessions;
  const { source, effect, ended_at, detail } = outcome;
  switch (effect) {
    case "signed_out":
      if (!ended_at) return words.ended;
      return isHome ? words.resultHome(source, clock(ended_at)) : words.resultDone(source, clock(ended_at));
    case "already_signed_out":
      return words.resultAlready(source);
    case "not_found":
      return words.resultMissing(source);
    case "asked":
      return detail ? `${words.asked(source)}. ${detail}` : words.asked(source);
    case "refused":
      return words.refuses(source, detail && goingOn(detail));
  }
}

/** Why it has not ended yet, where the words above do not say it. */
export const moreWords = ({ state, detail }: DeviceSession): string | null => (state === "asked" ? detail : null);

/** "as of 20:14", where its service cannot be read now. */
export const asOfWords = ({ as_of, state }: DeviceSession): string =>
  as_of && state !== "ended" ? t.sessions.asOf(shortClock(as_of)) : "";

/** How a plan is called: "Ana’s phone is lost". */
export const planTitle = ({ kind, about }: Plan): string => t.plan.titles[kind](about);
