// The words of a home that does not answer: what is shown meanwhile, what is kept, and what waits to be sent.

import type { Answer } from "../../api/generated/Answer";
import type { State } from "../../outbox/entry";
import { devices, plural } from "./plural";

export const offline = {
  /** With why it does not, where that is known: somebody else may answer in its place. */
  asOf: (when: string, why: string | null) => `As of ${when}. ${why ?? "This home does not answer."}`,
  why: "Nothing can be changed until the home answers. Sign-outs and answers to alerts are kept, and sent then.",
  notNow: "Not while the home does not answer",
  notKept: "This is not kept on this device. It is here again when the home answers.",
  historyNotKept: "What it did is not kept on this device.",
  keptTitle: "On this device",
  kept: (deviceCount: number, alertCount: number, days: number) =>
    `While this device is signed in and a grown-up uses it, it keeps the last ${devices(deviceCount)} and ${alertCount} alerts that it was shown, for ${days} days at most, so that there is something to see when the home does not answer. Signing out removes them.`,
  worksOffline: "Latchkey opens here without the home, too.",
  needsHttps:
    "Latchkey opens here without the home only where it is reached by https, or on the home’s own computer. Put a proxy with a certificate before it for that, or have this device trust the home’s own (the README says how).",
};

export const outbox = {
  title: (waiting: number) =>
    waiting === 0
      ? "Sent"
      : plural(waiting, { one: "# thing waits for the home", other: "# things wait for the home" }),
  signOut: (name: string) => `Sign out ${name}`,
  answers: {
    me: (name: string) => `${name}: it is ours`,
    not_me: (name: string) => `${name}: it is not ours, sign it out`,
    unsure: (name: string) => `${name}: not sure`,
  } satisfies Record<Answer, (name: string) => string>,
  since: (when: string) => `Kept ${when}`,
  states: {
    waiting: "Waiting",
    sending: "Sending…",
    sent: "Sent",
    refused: "Refused",
    late: "Not sent",
  } satisfies Record<State, string>,
  late: "It waited for more than a day, so nothing was done. Have another look, and say it again.",
  takeBack: "Take back",
  takeBackOf: (what: string) => `Take back: ${what}`,
  dismissOf: (what: string) => `Close: ${what}`,
  /** In the place of an outcome. */
  kept: "Kept. It is sent as soon as the home answers.",
  keptShort: "Waits for the home",
  keptTitle: (count: number) => plural(count, { one: "Waits for the home", other: "# wait for the home" }),
};
