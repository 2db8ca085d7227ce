// What an alert is, and what is said of it in a few words.

import type { Alert } from "../api/generated/Alert";
import type { AlertKind } from "../api/generated/AlertKind";
import { t } from "../i18n";

type Told = Pick<Alert, "kind" | "did" | "verdict" | "telling" | "device_name" | "signed_in">;

/** Whether it waits for an answer: none was given, or nobody was sure. */
export const waits = (alert: Alert): boolean => alert.state === "open" || (alert.state === "unsure" && alert.signed_in);

/** Whether its device is signed out, so that only whose it was is still asked. */
export const isOver = (alert: Pick<Alert, "signed_in">): boolean => !alert.signed_in;

/** Whether its session is on hold. */
export const isHeld = (alert: Alert): boolean => alert.held_at !== null && alert.signed_in;

/** Whether it is something to know rather than an alarm: a new device at home. */
export const isNotice = (alert: Told): boolean =>
  alert.kind === "sign_in" && alert.telling === "quietly" && alert.verdict !== "suspicious";

/** Whether it asks to be acted on: its device is there, and it is more than something to know. */
export const isUrgent = (alert: Alert): boolean => waits(alert) && !isNotice(alert) && !isOver(alert);

/** Whether it is about the made-up stranger of a fire drill. */
export const isDrill = (alert: Pick<Alert, "reasons">): boolean => alert.reasons.some(({ kind }) => kind === "drill");

/** The question it asks. */
export const titleWords = (alert: Told): string =>
  isOver(alert)
    ? t.alert.wasItYours(alert.device_name)
    : alert.kind !== "sign_in"
      ? deedWords(alert, alert.kind)
      : isNotice(alert)
        ? t.alert.atHome(alert.device_name)
        : t.alert.titles[alert.verdict](alert.device_name);

function deedWords({ did, device_name }: Told, kind: Exclude<AlertKind, "sign_in">): string {
  if (kind === "takes_over" && did.recovered) return t.alert.deeds.recovered(device_name);
  if (kind === "takes_over" && did.signed_out_count === 0) return t.alert.deeds.password(device_name);
  return t.alert.deeds[kind](device_name);
}

/** What is told of it while the app is open. */
export function toastWords(alert: Told): string {
  if (alert.kind !== "sign_in") return deedWords(alert, alert.kind);
  if (alert.verdict === "suspicious") return t.alerts.toastSuspicious(alert.device_name);
  return isNotice(alert) ? t.alerts.toastAtHome(alert.device_name) : t.alerts.toast(alert.device_name);
}

/** How it stands, in a word or two. */
export function stateWords(alert: Alert): string {
  if (waits(alert) && isHeld(alert)) return t.alerts.onHold;
  if (alert.state === "open" && isOver(alert)) return t.alerts.wasItYours;
  return alert.state === "open" && isNotice(alert) ? t.alerts.atHome : t.alerts.states[alert.state];
}

/** What its reasons are. */
export function whyWords(alert: Alert): string {
  if (alert.kind !== "sign_in") return t.alert.whatHappened;
  if (isNotice(alert)) return t.alert.whyAtHome;
  if (alert.verdict === "suspicious") return waits(alert) ? t.alert.whySuspicious : t.alert.whySuspiciousBefore;
  return waits(alert) ? t.alert.why : t.alert.whyBefore;
}
