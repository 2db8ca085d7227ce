// The words of the channels: how people are told where they are not looking.

import type { ChannelKind } from "../../api/generated/ChannelKind";
import type { ChannelState } from "../../api/generated/ChannelState";
import type { RelayState } from "../../api/generated/RelayState";
import type { Says } from "../../api/generated/Says";

/** What each sort of channel is called. */
export const channelKinds = {
  web_push: "Browser",
  ntfy: "ntfy",
  unified_push: "App",
  email: "E-mail",
  web_hook: "Web hook",
} satisfies Record<ChannelKind, string>;

export const channels = {
  title: "Get told",
  lead: "How an unfamiliar sign-in finds you when you are not looking at Latchkey.",
  entryLead: "On your phone, by e-mail or through a server of yours",
  open: "Ways to be told",
  kinds: channelKinds,

  listTitle: "Ways to be told",
  failed: "The ways to be told could not be loaded",
  emptyTitle: "Nobody is told yet",
  empty: "An alert is seen only where Latchkey is open. Add a way below, then try it.",
  /** Before why no other device can open the home. */
  noAddress: "Messages to phones and mailboxes have no button and no link.",
  yours: "Yours",
  whose: (name: string) => `${name}’s`,
  madeOn: (device: string) => `made on ${device}`,
  quiet: (from: string, to: string, zone: string) => `Quiet from ${from} to ${to}, ${zone} time`,
  saysNothing: "Says only that something needs a look",

  /** How it does, in a few words. */
  states: {
    untried: "Not tried yet",
    ok: "Works",
    late: "Cannot be reached. It is tried again by itself.",
    refused: "Refused. Nothing comes this way until it is put right.",
    gone: "Ended. Nothing comes this way any more.",
  } satisfies Record<ChannelState, string>,
  lastTold: "last told",
  why: (reason: string) => `Why: ${/[.!?"”]$/.test(reason) ? reason : `${reason}.`}`,
  /** What to do where it is refused. */
  remedies: {
    web_push: "Turn notifications on again in that browser.",
    ntfy: "Look whether the topic and its access token are still right. If not, remove this one and add it anew.",
    unified_push: "Turn notifications on again in that app.",
    email: "Look whether the address is right, and the mail server that your home was given.",
    web_hook: "Look whether the receiving server still takes requests at that address. If it moved, add it anew.",
  } satisfies Record<ChannelKind, string>,
  /** What to do where it is no more. */
  endings: {
    web_push: "The browser’s notifications were turned off there, or forgotten. Turn them on again in that browser.",
    ntfy: "Remove this one, and add it anew.",
    unified_push: "The app’s notifications were turned off there, or forgotten. Turn them on again in that app.",
    email: "Remove this one, and add it anew.",
    web_hook: "Remove this one, and add it anew.",
  } satisfies Record<ChannelKind, string>,

  tryIt: "Try it",
  tryOf: (name: string) => `Try it: ${name}`,
  trying: "Sending…",
  tried: "It was handed over. Look whether it came.",
  triedLate: "It has not been handed over yet. It is tried again by itself for a while.",
  change: "Change",
  changeOf: (name: string) => `Change ${name}`,

  drillTitle: "Try the whole of it",
  drillLead: "A fire drill: a made-up stranger signs in, and you sign them out from where you are told.",
  drillOpen: "To the fire drill",

  away: {
    title: "Answer from away",
    lead: "Most homes cannot be reached from outside. A relay, which both your home and your phone can reach, carries the buttons of a notification back then, from your browser or from the app.",
    by: (relay: string) => `Answers come back by ${relay}.`,
    /** How the home hears it, in a few words. */
    states: {
      idle: "Your home does not listen there: no browser answers by it yet.",
      connecting: "Your home begins to listen there.",
      listening: "Your home listens there",
      unheard: "Your home does not hear it, and tries again by itself.",
      refused: "It refuses your home. No answer comes back by it until that is put right.",
    } satisfies Record<RelayState, string>,
    since: "since",
    heardLast: "Heard last",
    needsToken: "If it asks for an access token, change the relay and give one.",
    wrongToken:
      "Look whether its access token is still right, and may read and write topics that begin with latchkey-relay-.",
    tokenIsOut:
      "A device that had the relay’s access token was signed out: replace it. Have the server make another, give that here, and have the server forget the old one.",
    choose: "Choose a relay",
    change: "Change the relay",
    saved: "Answers from away come back by the relay now",
    turnedOff: "Answers from away come back no more",
    notHere: "This browser does not answer by it yet.",
    here: "Answer from this browser as well",
    hereToo: "This browser answers from away now",

    how: "Any server that speaks ntfy can be one: the public one below, or one of your own that is reached from outside. No port of your home is opened.",
    address: "Address of the relay",
    addressHint: "A server, with nothing after it. The one of ntfy is free.",
    example: "https://ntfy.sh",
    token: "Access token",
    tokenHint:
      "Only if the server asks for one. Make a user of its own there, who may read and write topics that begin with latchkey-relay- and nothing else: the browsers that answer by it are given the token, too.",
    tokenKept: "One is kept, and is not shown. Leave empty to go on with it, or type another.",
    forgetToken: "Use it without a token",
    learnsTitle: "What the relay learns",
    learns: [
      "That something was answered, and when; not what, nor about whom. It cannot make an answer of its own or use one twice.",
      "The internet addresses of your home and your phone, and the address that you open Latchkey at, as every server does that they speak with.",
      "It can lose an answer. The notification says so when your home does not confirm it.",
    ],
    use: "Use this relay",
    off: "Use no relay",
  },

  addTitle: "Add a way",
  add: "Add",
  adding: "Adding…",
  added: (name: string) => `${name} was added. Try it, to see that it works.`,
  ways: {
    web_push: { name: "This browser", lead: "A notification here, also while Latchkey is closed" },
    unified_push: { name: "This phone", lead: "A notification here, also while Latchkey is closed" },
    ntfy: { name: "ntfy", lead: "A notification on your phone by the free ntfy app" },
    email: { name: "E-mail", lead: "A letter with a button" },
    web_hook: { name: "Web hook", lead: "A signed request, for Home Assistant and the like" },
  },
  nameLabel: "Name",
  nameHint: "Leave empty, and it is called after where it goes.",

  browser: {
    already: "This browser is told already.",
    ask: "Your browser asks now whether Latchkey may show notifications.",
    turnOn: "Turn on",
    working: "One moment…",
    private: "What is sent is encrypted: the browser maker’s push service carries it and cannot read it.",
    needsHttps: "Notifications here need https.",
    needsHttpsHow:
      "Put a proxy with a certificate before your home (docs/proxies in Latchkey’s files has them ready), start Latchkey with --public-url and that https address, then open Latchkey there. Without a proxy your home speaks https with a certificate of its own: the installed app takes that as it is, a browser once this device trusts authority.pem of the home’s data folder (the README says how). Until then, ntfy and e-mail work without it.",
    homeScreen: "Add Latchkey to your Home Screen first.",
    homeScreenHow:
      "On an iPhone or iPad only an app on the Home Screen may show notifications. Tap Share, then “Add to Home Screen”, open Latchkey from there, and come back to this page.",
    none: "This browser cannot receive notifications.",
    noneHow: "It has no push service, or a private window is open. Use another browser, or another way of those below.",
    denied: "Notifications from this site are blocked in this browser.",
    deniedHow: "Allow them in the browser’s settings for this site, then try again.",
    dismissed: "The browser was not allowed to show notifications, so nothing was changed.",
    failed: "The browser could not subscribe with its push service. Check that it is online, then try again.",
  },

  phone: {
    already: "This phone is told already.",
    ask: "Android asks now whether Latchkey may show notifications. An app that brings pushes (UnifiedPush), such as ntfy, carries them.",
    private: "What is sent is encrypted: that app and its server carry it and cannot read it.",
  },

  ntfy: {
    title: "Get told by ntfy",
    steps: "Install the ntfy app, subscribe there to the topic below, then add it here.",
    topic: "Address of the topic",
    topicHint:
      "This one is made up, and nobody guesses it. Whoever knows it reads along, so keep it to yourself; it is not shown here again. Or type one of a server of yours.",
    another: "Make up another",
    token: "Access token",
    tokenHint: "Only if the server asks for one. Leave empty otherwise.",
  },
  says: {
    label: "How much is said",
    choices: {
      nothing: "Only that something needs a look",
      everything: "What happened, and where",
    } satisfies Record<Says, string>,
    hints: {
      nothing:
        "The server learns that, and when. It could press the button that signs the stranger out, and nothing else.",
      everything:
        "The server reads device, place and time of every alert. For a server of your own, which is trusted with that.",
    } satisfies Record<Says, string>,
  },

  email: {
    title: "Get told by e-mail",
    address: "E-mail address",
    addressHint: "Whoever reads it there may press “No, sign it out”. Opening the letter does nothing.",
    none: "This home has no server to send e-mail by.",
    noneHow: "Start Latchkey with your mail provider’s server and an address to send from, for example:",
    command: "Command",
    example: "latchkey-server --smtp-url smtps://USER:PASSWORD@smtp.example.org --mail-from latchkey@example.org",
    noneMore: "USER and PASSWORD are those of your mail account. Both can be in latchkey.toml, too.",
  },

  hook: {
    title: "Get told by a web hook",
    url: "Address to send to",
    urlHint: "Plain http is for your home network only.",
    secretTitle: "Keep this secret",
    secretText:
      "Every request is signed with it (RFC 9421, HMAC-SHA256). Give it to the receiving server, so that it can tell what comes from your home. It is not shown again.",
    secretLabel: "Signing secret",
    keptIt: "I have it",
  },

  copy: "Copy",
  copied: "Copied",

  changeTitle: (name: string) => `Change “${name}”`,
  quietLabel: "Quiet hours",
  quietHint: "What comes here then makes no sound. What looks stolen always has one.",
  zone: "Time zone",
  remove: "Remove",
  removeTitle: (name: string) => `Remove “${name}”?`,
  removeText: "Nothing is told this way any more, and buttons that came this way do nothing.",
  removed: (name: string) => `${name} was removed`,
  saved: (name: string) => `${name} was saved`,
};
