// The words of the alert settings: how much is told, what that costs and misses, and when it makes no sound.

import type { Budget } from "../../api/generated/Budget";
import type { Misses } from "../../api/generated/Misses";
import { plural } from "./plural";

export const alertSettings = {
  title: "Alerts",
  lead: "The more false alarms you put up with, the fewer strangers go unnoticed.",
  budgetLabel: "How many false alarms",
  budgets: {
    yearly: "At most one a year",
    quarterly: "At most one in three months",
    monthly: "At most one a month",
    weekly: "At most one a week",
  } satisfies Record<Budget, string>,
  usual: "Usual",

  /** What was measured for the choice. */
  measured: (falseAlarms: string, missed: string) =>
    `Measured on simulated households: ${falseAlarms}; of 1,000 thieves who copy a sign-in and its browser’s name, ${missed} on the first day.`,
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

  curvesTitle: "What each choice costs, and what it misses",
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

  hold: "Hold a sign-in that looks stolen",
  holdHint:
    "When a sign-in turns up in other hands, nothing it asks for is answered until one of you says whose it is. Never the computer your home runs on.",

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
