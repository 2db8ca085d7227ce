// How a watched service does, in words and in tone.

import type { Service } from "../api/generated/Service";
import { t } from "../i18n";

/** Whether what is shown of it may not be all, or not be so any more. */
export const isAway = ({ paused, state }: Service): boolean => paused || state !== "ok";

/** Whether somebody has to do something: time alone does not help. */
export const needsSomebody = ({ paused, state }: Service): boolean =>
  !paused && ["certificate", "wrong_kind", "key_refused", "too_few_rights"].includes(state);

/** The tone of its tile. */
export const toneOf = (service: Service): "usual" | "alert" | "plain" =>
  needsSomebody(service) ? "alert" : isAway(service) ? "plain" : "usual";

/** "Is read", "Does not answer", "Paused". */
export const stateWords = ({ paused, state }: Service): string =>
  paused ? t.services.paused : t.services.states[state];

/** The same in a sentence or two, with what to do. */
export const stateSentence = ({ paused, state, name }: Service): string =>
  paused ? t.services.pausedSentence(name) : t.services.sentences[state](name);
