// What an entry of the history says beyond its sentence, in words: what a home says of it is data.

import type { HistoryDetail } from "../api/generated/HistoryDetail";
import { t } from "./index";

type Words = { [Kind in HistoryDetail["kind"]]: (detail: Extract<HistoryDetail, { kind: Kind }>) => string };

const inTheSentence = () => "";

// A kind without words does not compile.
const words: Words = {
  signed_in: ({ method }) => t.history.details.signed_in[method],
  ended: ({ reason }) => t.history.details.ended[reason],
  judged: ({ verdict }) => t.history.details.judged[verdict],
  about: ({ about }) => t.history.details.about[about],
  answered: ({ answer }) => t.history.details.answered[answer],
  budget: ({ budget }) => t.history.details.budget[budget],
  guessed: inTheSentence,
  renamed: inTheSentence,
  profile: inTheSentence,
  replaces: inTheSentence,
  channel: inTheSentence,
  part: inTheSentence,
  home_network: inTheSentence,
  at_service: inTheSentence,
  ended_at: ({ name, reason }) => t.history.details.endedAt(name, reason === "ended_at_service"),
  said_before: ({ text }) => t.history.details.said_before(text),
  unknown: () => t.history.details.unknown,
};

/** A detail in a few words; nothing where the sentence says it all. */
export function detailWords(detail: HistoryDetail | null): string {
  if (!detail) return "";
  const say = (words as Partial<Record<string, (detail: HistoryDetail) => string>>)[detail.kind];
  return (say ? say(detail) : t.history.details.unknown) ?? "";
}
