// The words of the alert settings: how much is told, what that costs and misses, and when it makes no sound.

import type { Budget } from "../../api/generated/Budget";
import type { Misses } from "../../api/generated/Misses";
import type { Thief } from "../../api/generated/Thief";
import type { Level } from "../../parts/alert-levels";
import { plural } from "./plural";

export const alertSettings = {
  title: "Alerts",
  lead: "How much you hear of. The more you hear, the less a stranger can do unseen, and the more of it turns out to be yours.",
  budgetLabel: "How many alerts",
  levels: {
    fewer: { name: "Fewer", lead: "Only what is clearly odd: a false alarm in three months at most." },
    usual: { name: "Usual", lead: "Right for most homes: a false alarm a month at most." },
    more: { name: "More", lead: "Every doubt: a false alarm a week at most." },
  } satisfies Record<Level, { name: string; lead: string }>,

  howMeasured: "How this was measured",
  /** What was measured for the choice. */
  measured: (falseAlarms: string, missed: string) =>
    `On simulated households: ${falseAlarms}. Of 1,000 thieves who copy a sign-in and pretend to be its app, ${missed} on the first day.`,
  insider:
    "One thief is seen by no choice at first: somebody who copies a sign-in, uses the same app, and comes through a network that your household uses.",
  falseAlarms: {
    none: "no false alarm at all",
    aMonth: (shown: string) => `about ${shown} ${shown === "1" ? "false alarm" : "false alarms"} a month`,
    oneInMonths: (months: string) => `about one false alarm in ${months} months`,
    oneInYears: (years: string) => `about one false alarm in ${years} years`,
  },
  missed: {
    none: "none would go unnoticed",
    hardlyOne: "hardly one would go unnoticed",
    some: (count: number) => plural(count, { one: "# would go unnoticed", other: "# would go unnoticed" }),
  },

  curvesTitle: "False alarms, and strangers who are not noticed",
  costs: "False alarms a month",
  misses: "Strangers not noticed, of 1,000",
  strangers: {
    naive: "who know nothing of you",
    vpn: "who know your country",
    targeted: "who know your country and provider",
    very_targeted: "who know your city and browser",
    thief: "who copy a sign-in",
    careful_thief: "who copy its browser’s name as well",
  } satisfies Record<keyof Misses, string>,
  /** The choices in short, under the curves. */
  axis: {
    yearly: "a year",
    quarterly: "3 months",
    monthly: "a month",
    weekly: "a week",
  } satisfies Record<Budget, string>,
  inFigures: "The same in figures",
  figuresCaption:
    "At most one false alarm in …, and what was measured: false alarms a month, then strangers not noticed of 1,000.",
  hardlyOne: "under 1",

  firstTitle: "What is noticed at a thief’s first request",
  measuredOn:
    "Made-up households lived for a year, and strangers tried each of them; nobody’s real sign-ins were used. A stolen sign-in counts above when it is noticed within its first day, while whoever it belongs to goes on using it.",
  firstRequests:
    "How many thieves who copied a sign-in are noticed at their very first request, by what they have and where they come from, with the usual choice:",
  thieves: {
    other_client_same_city: "Another browser, from your city",
    same_client_abroad: "The very same browser, from another country",
    same_client_same_city: "The very same browser, through a network of your city",
  } satisfies Record<Thief, string>,
  /** "79 to 88 %", "95 %". */
  share: (least: string, most: string) => (least === most ? `${most} %` : `${least} to ${most} %`),
  limitOfRequests:
    "Nothing in a request tells the last one from you, whatever the rule. Such a thief is found when you both have used the sign-in: its key is renewed, and one of the two has the old one.",

  hold: "Hold a sign-in that looks stolen",
  holdHint:
    "When a sign-in is suddenly used on another device, it gets no answer until one of you says whose it is. Never the computer your home runs on.",

  quiet: "Quiet hours",
  quietHint:
    "Alerts come without a sound then, by the clock of your home. What looks stolen is never silenced: it cannot wait until morning.",
  quietFrom: "From",
  quietTo: "To",
  quietNever: "That is the same time twice, so nothing is silenced.",
  zoneIs: (zone: string) => `Times are the home’s: ${zone}.`,
  zoneDiffers: (zone: string) =>
    `The clock of the device you use now goes by ${zone}. The quiet hours do not: they are the same wherever you are.`,
  zone: "Time zone of your home",
  zoneOfComputer: "As the computer your home runs on",

  failed: "The alert settings could not be loaded",
  saving: "Saving…",
  saved: "Saved",
  notFamiliar:
    "Your household does not know this device yet, so it may not change what you are told. Change it on a familiar device, or at home.",
};
