// The words of watched services: the list, adding one, its page, and the pages of those that cannot be watched.

import type { CardEnds } from "../../api/generated/CardEnds";
import type { ServiceState } from "../../api/generated/ServiceState";
import type { ServiceStepKind } from "../../api/generated/ServiceStepKind";
import type { ServiceStepState } from "../../api/generated/ServiceStepState";
import { devices, plural } from "./plural";

const people = (count: number) => plural(count, { one: "# person", other: "# people" });

/** "an hour", "5 minutes": how long a service takes to end a sign-in. */
function span(seconds: number): string {
  if (seconds < 90) return plural(Math.max(1, Math.round(seconds)), { one: "# second", other: "# seconds" });
  if (seconds === 3600) return "hour";
  if (seconds < 5400) return plural(Math.round(seconds / 60), { one: "# minute", other: "# minutes" });
  return plural(Math.round(seconds / 3600), { one: "# hour", other: "# hours" });
}

/** "within the hour", "within 5 minutes". */
export const within = (seconds: number | null): string =>
  seconds === null ? "after a while" : seconds === 3600 ? "within the hour" : `within ${span(seconds)}`;

export const services = {
  title: "Watched services",
  entryTitle: "Services",
  entryLead:
    "Servers that you have already, such as Jellyfin or Home Assistant: who is signed in there, in the same list, and signed out from here.",
  entryOpen: "Manage services",
  lead: "Latchkey reads who is signed in at your own servers, tells you of what is unfamiliar there, and signs it out for you.",
  listTitle: "Your services",
  failed: "The services could not be loaded",
  emptyTitle: "No service is watched yet",
  empty:
    "Add a server that your household has, such as Jellyfin, Home Assistant or Immich. Everybody who is signed in there shows up among your devices, without changing one of them.",
  add: "Add a service",
  devices,
  people,
  version: (kind: string, version: string | null) => (version ? `${kind} ${version}` : kind),
  lookedAt: (when: string) => `Looked at ${when}`,
  asOf: (when: string) => `as of ${when}`,
  never: "Not read yet",
  asked: (count: number) =>
    plural(count, { one: "# sign-out is not confirmed yet", other: "# sign-outs are not confirmed yet" }),
  toGoThrough: "To go through",
  paused: "Paused",
  /** How a service does, in two or three words. */
  states: {
    ok: "Is read",
    unreachable: "Does not answer",
    certificate: "Another certificate",
    wrong_kind: "Another server",
    key_refused: "Takes the key no more",
    too_few_rights: "The key may too little",
    busy: "Is busy",
    unreadable: "Cannot be understood",
  } satisfies Record<ServiceState, string>,
  /** The same in a sentence or two, with what to do. */
  sentences: {
    ok: (name: string) => `Latchkey reads who is signed in at ${name}.`,
    unreachable: (name: string) =>
      `${name} does not answer. Is it switched on, and on this network? Latchkey tries again by itself. Until then its sign-ins are shown as they were, and sign-outs wait.`,
    certificate: (name: string) =>
      `${name} shows another certificate than was agreed on. If you renewed it, compare it and give the key again. If not, somebody may stand in between: nothing is sent there until then.`,
    wrong_kind: (name: string) =>
      `Another server answers at the address of ${name}. Nothing is sent there. Give the address it is at now, with its key.`,
    key_refused: (name: string) =>
      `${name} does not take the key any more. Latchkey asks no further, so that ${name} does not count it as an attack. Give it a new key.`,
    too_few_rights: (name: string) =>
      `The key of ${name} may not do what is needed. Make one with the rights below, and give it here.`,
    busy: (name: string) =>
      `${name} is starting, or wants to be left alone for a while. Latchkey waits, and goes on by itself.`,
    unreadable: (name: string) =>
      `${name} answers something that Latchkey does not understand, perhaps after an update. It tries again by itself.`,
  } satisfies Record<ServiceState, (name: string) => string>,
  pausedSentence: (name: string) => `${name} is left alone: it is not asked, and sign-outs there wait until you go on.`,

  path: "Watched services",
  gone: "There is no such service",
  goneHint: "It may have been removed, or the address is not right.",
  oneFailed: "The service could not be loaded",
  facts: {
    address: "Address",
    kind: "Kind",
    certificate: "Certificate",
    certificatePinned: "Its own, compared by you",
    lastRead: "Last read",
    devices: "Devices",
    asked: "Waiting sign-outs",
  },
  showDevices: "Its devices",
  test: "Test it",
  testing: "Testing…",
  tested: "It was tested",
  pause: "Pause",
  resume: "Go on",
  pausedDone: (name: string) => `${name} is left alone for now`,
  resumedDone: (name: string) => `${name} is read again`,
  newKey: "Replace the key",
  rename: "Rename",
  renameTitle: (name: string) => `Rename “${name}”`,
  nameLabel: "Name",
  nameHint: "What your household calls it.",
  nameHintNew: "Leave empty, and it is called what the server calls itself.",
  renamed: (name: string) => `It is called “${name}” now`,
  remove: "Remove",
  removeTitle: (name: string) => `Remove “${name}”?`,
  removeText:
    "Latchkey forgets its key and shows its sign-ins no more. Nothing is ended there: whoever is signed in stays signed in.",
  removeAsked: (count: number) =>
    plural(count, {
      one: "# sign-out that was asked for is not confirmed yet, and is not asked for again.",
      other: "# sign-outs that were asked for are not confirmed yet, and are not asked for again.",
    }),
  removeHistory: "What the history says of it",
  removeKeep: "Keep it",
  removeKeepHint: "Who signed in there, and when, can still be looked up.",
  removeForget: "Forget it, too",
  removeForgetHint: "Nothing in Latchkey says any more that it was there.",
  removed: (name: string) => `${name} is not watched any more`,
  keyHint: "You may want to delete the key in that server as well.",

  tellsTitle: "What it can tell",
  tells: {
    everybody: "Everybody’s sign-ins",
    ownOnly: "Only the sign-ins of the person whose key it is",
    address: "From which address",
    client: "Which app or device it is",
    since: "Since when it is signed in",
    last_active: "When it was last used",
    failed: "Sign-ins that failed",
    pushes: "It says by itself when something changed",
  },
  can: "It tells",
  cannot: "It cannot tell",
  polls: "It is looked at every minute, and more often while you look",
  signOutTitle: "What a sign-out does there",
  promises: {
    next_request: () => "It is refused at its very next request.",
    at_once: (name: string) => `${name} ends it at once, and Latchkey looks whether it has.`,
    within: (name: string, seconds: number | null) =>
      `${name} ends it ${within(seconds)}, and Latchkey looks whether it has.`,
    all_or_nothing: (name: string) => `${name} ends all sign-ins of that person together, or none.`,
    nothing: (name: string) => `${name} lets nobody end it from outside. It can only be seen here.`,
  },
  goodToKnow: "Good to know",

  peopleTitle: "Who is who",
  peopleLead: "Whose profile each person there is. Latchkey guesses by the name until you say so.",
  peopleNone: "Nobody was found there yet.",
  whose: (name: string) => `Profile of ${name}`,
  nobodys: "Nobody here",
  guessed: "A guess by the name",
  signIns: (count: number) => plural(count, { one: "# sign-in", other: "# sign-ins" }),
  personSaved: (name: string) => `${name} is noted`,

  throughTitle: (name: string) => `What is signed in at ${name}`,
  throughLead: (name: string) =>
    `This was there when ${name} was added, or has come since. Nothing of it was told as an alert. Sign out what nobody knows, then say that the rest is yours.`,
  throughOpen: "Go through what was there",
  throughNote: (name: string) => `Nobody has gone through yet what was signed in at ${name} when it was added.`,
  throughDone: "These are all ours",
  throughSaved: (name: string) => `Everything that is signed in at ${name} is yours`,
  throughLeave: "Show all devices",
  throughReading: (name: string) => `Latchkey reads ${name}. What is signed in there shows up below.`,
  throughAway: (name: string) => `${name} cannot be read just now, so this may not be all.`,
};

export const addService = {
  title: "Add a service",
  titleOf: (kind: string) => `Add ${kind}`,
  renewTitle: (name: string) => `A new key for ${name}`,
  lead: "Which server is it?",
  failed: "The kinds of services could not be loaded",
  find: "Find servers in your network",
  findHint: "Latchkey asks around in your own network for a few seconds, and only when you press this.",
  finding: "Looking around…",
  foundTitle: "Found in your network",
  found: (count: number) => plural(count, { one: "# server found", other: "# servers found" }),
  foundNone:
    "No server was found. It may be in another network, or on another port: pick its kind below and give its address.",
  watched: "Watched already",
  use: (kind: string, where: string) => `Add ${kind} at ${where}`,
  kindsTitle: "Kinds of services",
  kindTells: {
    everybody: "One key for everybody",
    own: "One key for each person",
  },
  cardsTitle: "To look at yourself",
  cardsLead:
    "These have no way in for Latchkey. Each has its page, what to do there, and a reminder to look every few months.",
  howTo: (kind: string) => `How to make a key in ${kind}`,
  otherKind: "Another kind",
  address: "Address",
  addressHint: (port: number | null) =>
    port ? `As you open it in your browser. It usually listens on port ${port}.` : "As you open it in your browser.",
  addressExample: (port: number | null) => `http://192.168.1.20${port ? `:${port}` : ""}`,
  optional: "may stay empty",
  show: "Show",
  hide: "Hide",
  kept: "The key stays on your home’s computer, in its keyring where it has one. It is not shown again.",
  prove: "Prove it",
  proveAgain: "Prove it again",
  proving: "Proving…",
  proofTitle: "Is it all there?",
  steps: {
    reachable: "Something answers there",
    certificate: "Its certificate is trusted",
    kind: "It is the right kind of server",
    key: "The key is good",
    rights: "The key may do what is needed",
  } satisfies Record<ServiceStepKind, string>,
  stepStates: {
    passed: "proven",
    failed: "not proven",
    waits: "not tried yet",
  } satisfies Record<ServiceStepState, string>,
  underWay: "is being proven",
  isVersion: (kind: string, version: string) => `${kind} ${version}`,
  calls: (name: string) => `It calls itself “${name}”`,
  ofPerson: (name: string) => `It is the key of ${name}`,
  lacksTitle: "It works, with less",
  goodTitle: "It is all there",
  good: (kind: string) => `${kind} can be added now.`,
  goodRenewed: (name: string) => `${name} can go on with it.`,
  notGood: "Something is missing",
  add: "Add it",
  adding: "Adding…",
  renew: "Use this key",
  renewing: "Saving…",
  added: (name: string) => `${name} is watched now`,
  renewed: (name: string) => `${name} has its new key`,

  certificateTitle: "Compare its certificate",
  certificateText:
    "Nobody vouches for the certificate that this server shows. For a server of your own that made its certificate itself that is usual. Its key, in letters:",
  certificateHow:
    "Compare them with those of a device that trusts this server already, or go on only if you are in your own network and set it up yourself. Latchkey remembers this key, and speaks with no other from then on.",
  certificateSame: "This is it: go on",
  certificateKept: "You said that this certificate is the right one:",

  link: {
    title: (kind: string) => `Sign in at ${kind}`,
    text: (kind: string) =>
      `${kind} makes the key itself, once you have said yes on its own page. Latchkey does not see your password there.`,
    begin: "Make a link",
    beginning: "One moment…",
    open: (kind: string) => `Open the page of ${kind}`,
    waiting: "Waiting until you have said yes there…",
    ready: "You have said yes. The key is there.",
    expired: "The link is not good any more.",
    again: "Make another link",
    orKey: "Or give a key yourself",
  },
};

export const cards = {
  title: "To look at yourself",
  lead: "Accounts that Latchkey cannot read. It reminds you to look there now and then.",
  addMore: "Add another",
  page: "Open its page",
  noPage: "It has no page of its own for this; it is within its app.",
  host: "Address of your server",
  hostHint: "Only the name and port, such as nextcloud.home.example.",
  ends: {
    one: "One device at a time can be signed out there.",
    one_or_all: "One device, or all, can be signed out there.",
    all: "Only everything at once can be signed out there.",
    nothing: "It can be looked at there, and not signed out.",
    unknown: "What can be signed out there is not known.",
  } satisfies Record<CardEnds, string>,
  command: "Command to run on that server",
  have: "We have an account there",
  haveOf: (name: string) => `We have an account at ${name}`,
  haveNot: "Take it off the list",
  haveNotOf: (name: string) => `Take ${name} off the list`,
  looked: "I looked there today",
  lookedOf: (name: string) => `I looked at ${name} today`,
  lookedAt: (when: string) => `Last looked at ${when}`,
  notLooked: "Nobody has looked there yet",
  due: "Time to look again",
  dueAt: (when: string) => `Again ${when}`,
  checked: (day: string) => `Page checked ${day}.`,
  unconfirmed: "No help page names it: its maker may have moved it.",
  added: (name: string) => `${name} is on your list`,
  removed: (name: string) => `${name} is off your list`,
  noted: (name: string) => `Noted: you looked at ${name}`,
};
