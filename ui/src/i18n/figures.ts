// Figures in words: how likely a stranger is, how often an alarm is false, and how many strangers go unnoticed.

import { t } from "./index";

const twoDigits = new Intl.NumberFormat(t.locale, { maximumSignificantDigits: 2 });

/** Between these a score says nothing: it fits a stranger about as well as the household. */
const SAYS_NOTHING = { from: 0.2, to: 5 };
/** From here on it fits one of both by far better. */
const SAYS_MUCH = 100;

/** "This looks much more like a stranger than like your household."; nothing where it says little. */
export function scoreWords(score: number | null): string | null {
  if (score === null || (score >= SAYS_NOTHING.from && score <= SAYS_NOTHING.to)) return null;
  if (score > 1) return score >= SAYS_MUCH ? t.score.surelyStranger : t.score.stranger;
  return 1 / score >= SAYS_MUCH ? t.score.surelyHousehold : t.score.household;
}

/** "0.2", "12": what was measured is not known more closely. */
export const figure = (amount: number): string => twoDigits.format(amount);

/** "about 2 false alarms a month", "about one false alarm in 5 months". */
export function falseAlarmWords(aMonth: number): string {
  const words = t.alertSettings.falseAlarms;
  if (aMonth <= 0) return words.none;
  const months = 1 / aMonth;
  if (months < 1.5) return words.aMonth(figure(aMonth));
  if (months < 18) return words.oneInMonths(figure(Math.round(months)));
  return words.oneInYears(figure(Math.round(months / 12)));
}

/** "3 would go unnoticed", of 1,000. */
export function missedWords(share: number): string {
  const words = t.alertSettings.missed;
  const count = share * 1000;
  if (count <= 0) return words.none;
  return count < 0.5 ? words.hardlyOne : words.some(Math.round(count));
}

/** "79 to 88 %", "95 %". */
export function shareWords(least: number, most: number): string {
  const percent = (share: number) => Math.round(share * 100).toLocaleString(t.locale);
  return t.alertSettings.share(percent(least), percent(most));
}

/** A share as a number of 1,000: "3", "under 1". */
export function ofThousand(share: number): string {
  const count = share * 1000;
  return count > 0 && count < 0.5 ? t.alertSettings.hardlyOne : Math.round(count).toLocaleString(t.locale);
}
