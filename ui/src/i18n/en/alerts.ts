// The words of alerts: the list, one card, and what a new home says while it learns.

import type { ActedBy } from "../../api/generated/ActedBy";
import type { AnswerEffect } from "../../api/generated/AnswerEffect";
import type { ChannelKind } from "../../api/generated/ChannelKind";
import type { Verdict } from "../../api/generated/Verdict";
import { plural } from "./plural";

export const alerts = {
  title: "Alerts",
  lead: "Sign-ins that did not look like your household’s own.",
  waiting: "Waiting for your answer",
  answered: "Answered",
  emptyTitle: "All quiet",
  empty: "Nothing unfamiliar has signed in. When something does, you will see it here at once.",
  /** One answer to all that waits. */
  allOurs: {
    button: "These are all ours",
    title: "Are these all yours?",
    text: "Each is familiar from then on. What looks stolen, or did something, is left for an answer of its own.",
    confirm: "Yes, all of them",
    done: (count: number) => plural(count, { one: "# device is one of yours", other: "# devices are yours" }),
    left: (count: number) =>
      plural(count, {
        one: "# alert still waits for its own answer",
        other: "# alerts still wait for their own answers",
      }),
  },
  open: (name: string) => `Alert: ${name}`,
  toast: (name: string) => `${name} signed in and looks unfamiliar`,
  toastAtHome: (name: string) => `${name} is new at home`,
  toastSuspicious: (name: string) => `This may be somebody else, with the sign-in of ${name}`,
  toastSeveral: (count: number) => `${count} unfamiliar sign-ins`,
  toastOpen: "Have a look",
  onHold: "On hold",
  /** Its device is signed out: only whose it was is still asked. */
  wasItYours: "Was it yours?",
  suspicious: "May be somebody else",
  atHome: "New at home",
  states: {
    open: "Waiting",
    me: "Ours",
    not_me: "Not ours",
    unsure: "Not sure",
  },
};

/** Where a button was that was pressed outside. */
const channelButtons = {
  web_push: "browser notification",
  ntfy: "ntfy notification",
  unified_push: "app notification",
  email: "e-mail",
  web_hook: "web hook",
} satisfies Record<ChannelKind, string>;

export const alert = {
  deeds: {
    takes_over: (name: string) => `${name} signed others out. Is it yours?`,
    password: (name: string) => `${name} changed the password. Is it yours?`,
    recovered: (name: string) => `${name} replaced the forgotten password. Is it yours?`,
    wrong_pins: (name: string) => `Somebody keeps guessing on ${name}`,
    asks_to_vouch: (name: string) => `${name} asks to answer for your household`,
  },
  whatHappened: "What happened",
  signedOut: "It signed out",
  signedOutAt: (name: string, when: string) => `${name}, ${when}`,
  andMore: (count: number) => plural(count, { one: "and # more", other: "and # more" }),
  passwordChanged: (when: string) => `It changed the password ${when}. Whoever did knows it: choose another one.`,
  mayVouch: (when: string) => `Unless somebody answers, it may from ${when} on.`,
  also: "Signed out with it, since it had let them in",
  titles: {
    new_device: (name: string) => `${name} signed in. Is it yours?`,
    new_place: (name: string) => `${name} is at a new place. Is it yours?`,
    suspicious: () => "This may be somebody else",
    familiar: (name: string) => `${name} signed in. Is it yours?`,
  } satisfies Record<Verdict, (name: string) => string>,
  /** Once its device is signed out. */
  wasItYours: (name: string) => `${name} is signed out. Was it yours?`,
  /** About the device in one’s own hand. */
  thisDevice: "This is the device you are holding",
  thisDeviceShort: "It is new here. Somebody else of your household is asked about it.",
  thisDeviceWho:
    "It is new here, so it cannot answer for itself. Somebody of your household can, on a device that is known here: it waits there under Alerts.",
  thisDeviceOut: "Sign out this device",
  thisDeviceAlone: "No other device is left",
  atHome: (name: string) => `${name} is new at home. Is it yours?`,
  withSignIn: (name: string) => `With the sign-in of ${name}`,
  settled: {
    out: (name: string) => `${name} is signed out`,
    me: (name: string) => `${name} is one of yours`,
    /** Once it is signed out. */
    was: (name: string) => `${name} was one of yours`,
  },
  why: "Why it looks unfamiliar",
  whySuspicious: "Why it may be somebody else",
  whyAtHome: "What is known of it",
  onHold: (clock: string) => `On hold since ${clock}. Nothing it asks for is answered until you do.`,
  onHoldMe: "“Yes, it is ours” lets it go on; of two copies, both have to sign in again.",
  no: "No, sign it out",
  signingOut: "Signing out…",
  yes: "Yes, it is ours",
  noOut: "No, it was not ours",
  yesOut: "Yes, it was ours",
  unsure: "Not sure",
  answering: "Saving your answer…",
  effects: {
    signed_out: (clock: string) => `Signed out at ${clock}.`,
    already_signed_out: (clock: string) => `It had been signed out already, at ${clock}.`,
    now_familiar: () => "Good. This device and this place are familiar from now on.",
    familiar_but_signed_out: () =>
      "Good to know. It is signed out, so it has to sign in again; it will be familiar then.",
    kept_in_sight: () => "Fine. It stays signed in, and stays here until you are sure.",
    already_answered: () => "This had been answered already. Nothing was changed.",
    asked: () =>
      "Its sign-out was asked for at the service that it is signed in at, which has not confirmed it yet. It goes on by itself.",
    refused: () =>
      "The service that it is signed in at does not let it be ended from here. Its page here says why, and what can be done.",
  } satisfies Record<AnswerEffect, (clock: string) => string>,
  /** The same, of a sign-in that was on hold. */
  heldEffects: {
    now_familiar: "Good. It goes on where it was, and this device and this place are familiar from now on.",
    kept_in_sight: "Fine. It stays on hold until you are sure.",
  } as Partial<Record<AnswerEffect, string>>,
  whyBefore: "Why it looked unfamiliar",
  whySuspiciousBefore: "Why it might have been somebody else",
  answers: {
    me: "You said: it is ours.",
    not_me: "You said: it is not ours.",
    unsure: "You said: not sure.",
  },
  /** Who answered, or signed it out; nothing where nobody knows. */
  actedBy: ({ profile_name: who, device_name: device, channel }: ActedBy) => {
    const by = channel ? `a button of ${who ? `${who}’s` : "the"} ${channelButtons[channel]}` : who;
    const on = device ? `on ${device}` : "";
    return by || on ? `Done ${[by && `by ${by}`, on].filter(Boolean).join(", ")}.` : "";
  },
  endedElsewise: (when: string) => `It is signed out already, since ${when}.`,
  passwordTitle: "Do they know your password?",
  passwordText: "Whoever it was may sign in again with it. Change it now, and everything else is signed out too.",
  changePassword: "Change the password",
  deviceLink: "Everything about this device",
  stillSignedIn: "It is still signed in.",
  stillOnHold: "It is still on hold.",
  gone: "There is no such alert",
  goneHint: "It may have been removed, or the address is not right.",
};

/** How likely a stranger is. The figure itself would say more than it knows. */
export const score = {
  stranger: "This looks more like a stranger than like your household.",
  surelyStranger: "This looks much more like a stranger than like your household.",
  household: "This looks more like your household than like a stranger.",
  surelyHousehold: "This looks much more like your household than like a stranger.",
};

/** A new device that looks like one that is known. */
export const probably = {
  title: (name: string) => `Probably “${name}”`,
  text: "It looks the same, but came without that device’s key. That happens when an app is installed anew, or a browser forgets.",
  signsOut: (name: string) =>
    `“${name}” is still signed in. It will be signed out, and taking this back does not sign it in again.`,
  yes: "Yes, the same device",
  working: "One moment…",
  done: (name: string) => `It is “${name}” from now on`,
};

/** This very sign-in is on hold. */
export const onHold = {
  title: "This sign-in is on hold",
  lead: "It turned up in a way that does not look like your household. To be safe, nothing it asks for is answered for now.",
  help: "Is this device yours? Somebody of your household can say so on another device, under Alerts. Then it goes on here, or you sign in once more.",
  asking: "Asking…",
  still: "It is still on hold.",
  signIn: "Sign in again",
};

/** A new home, which has nothing to compare with yet. */
export const learning = {
  title: "Getting to know your home",
  text: (until: string) =>
    `Latchkey is getting to know your devices until ${until}. Those that sign in at home raise no alert yet. Those that sign in from elsewhere do.`,
  end: "My devices are all here",
  ending: "One moment…",
  ended: "Good. From now on you hear of every new device.",
};
