// The words of a session: where it lives, what a sign-out of it does, and how it stands.

import { plural } from "./plural";
import { within } from "./services";

export const sessions = {
  title: "Where it is signed in",
  signOut: "Sign out",
  signOutOf: (source: string, device: string) => `Sign out ${source} on ${device}`,
  person: (name: string) => `as ${name}`,
  since: "signed in",
  lastUsed: "last used",
  live: {
    next_request: (source: string) => `${source} refuses its very next request`,
    at_once: (source: string) => `${source} ends it at once`,
    within: (source: string, seconds: number | null) => `${source} ends it ${within(seconds)}`,
    all_or_nothing: (source: string) => `${source} ends all of this person’s sign-ins, or none`,
    nothing: (source: string) => `It can be seen here, and not be ended: ${source} does not let us`,
  },
  ifSignedOut: "If you sign it out:",
  refusedFrom: (clock: string) => `Refused from ${clock}`,
  confirmedAt: (source: string, clock: string) => `${source} confirmed at ${clock}`,
  endedAt: (source: string, clock: string) => `Gone at ${source} since ${clock}`,
  ended: "Ended",
  askedAway: "Asked; the server is off, it is sent when it is back",
  askedAwayAt: (clock: string) => `Asked at ${clock}; the server is off, it is sent when it is back`,
  asked: (source: string) => `Asked; ${source} has not confirmed it yet`,
  askedAt: (source: string, clock: string) => `Asked at ${clock}; ${source} has not confirmed it yet`,
  askedWithin: (source: string, seconds: number | null) => `Asked; ${source} ends it ${within(seconds)}`,
  refuses: (source: string, why: string | null) => (why ? `${source} refuses: ${why}` : `${source} refuses to end it`),
  asOf: (clock: string) => `as of ${clock}`,
  askedShort: "Sign-out not confirmed yet",
  refusedShort: "A sign-out was refused",
  natures: {
    integration: "A program’s",
    unused: "Never seen in use",
    own: "Latchkey reads by this one",
  },
  integrationHint: "A key for a program. Something in your house may stop working without it.",
  ownHint: "By this sign-in Latchkey reads the service. It is not ended from here.",
  none: "It holds no sign-in.",
  oneEnded: (device: string) => `One sign-in of ${device} ended`,
  apart: "These are not the same",
  apartHint: "Latchkey took these for one device. If they are several, say so, and each is listed by itself.",
  usedAs: (person: string, source: string) => `Used by ${person} at ${source}`,

  endTitle: (source: string, device: string) => `Sign out ${source} on ${device}?`,
  endIntegrationTitle: (source: string, device: string) => `End the program’s key “${device}” at ${source}?`,
  endIntegration: (source: string) =>
    `This is no person’s sign-in but a program’s. Whatever uses it, such as a lamp, a screen on the wall or a backup, stops working with ${source} until it has a new key.`,
  endElsewhere: "What it is signed in to elsewhere stays as it is.",
  endConfirm: "Sign out",
  endIntegrationConfirm: "End it all the same",

  /** In the dialog that signs a whole device out. */
  explainOne: "It is signed out wherever Latchkey knows of it:",
  explainMany: "They are signed out wherever Latchkey knows of them. Each service does that in its own way:",
  stays: "stays as it is",
  titleAsked: (count: number) =>
    plural(count, { one: "Not all of it is confirmed yet", other: "Not all of them are confirmed yet" }),
  titleRefused: "Not all of it can be ended from here",
  doneAll: "Signed out everywhere",
  doneAsked: "Asked for, not confirmed yet",
  doneRefused: "Not ended everywhere",
  askedOn: "What is not confirmed yet goes on by itself, also when this is closed.",
  spared: (count: number) =>
    plural(count, {
      one: "# sign-in of a program stays: it is ended on its device’s page, by name.",
      other: "# sign-ins of programs stay: they are ended on their devices’ pages, by name.",
    }),
  resultDone: (source: string, clock: string) => `${source} confirmed at ${clock}`,
  resultHome: (source: string, clock: string) => `${source}: refused from ${clock}`,
  resultAlready: (source: string) => `${source}: was signed out already`,
  resultMissing: (source: string) => `${source}: is gone already`,
};
