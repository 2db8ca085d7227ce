// Reasons in words: what a home says of a sign-in is data.

import type { Area } from "../api/generated/Area";
import type { NetworkKind } from "../api/generated/NetworkKind";
import type { Reason } from "../api/generated/Reason";
import type { Usual } from "../api/generated/Usual";
import { areaWords, country, kilometres } from "./format";
import { t } from "./index";

type Words = { [Kind in Reason["kind"]]: (reason: Extract<Reason, { kind: Kind }>) => string };

const exit = (kind: NetworkKind, network: string | null): string =>
  network ? t.reasonParts.named(t.reasonParts.exits[kind], network) : t.reasonParts.exits[kind];

const usually = (usual: Usual | null): string =>
  usual ? t.reasonParts.usually(areaWords(usual.area), usual.km === null ? null : kilometres(usual.km)) : "";

const countryOf = (area: Area): string => (area.country_code ? country(area.country_code) : areaWords(area));

// A kind without words does not compile.
const words: Words = {
  first_device: () => t.reasons.first_device,
  confirmed: () => t.reasons.confirmed,
  unreadable: () => t.reasons.unreadable,
  still_learning: () => t.reasons.still_learning,
  familiar_phone_there: () => t.reasons.familiar_phone_there,
  changed_hands: () => t.reasons.changed_hands,
  two_holders: () => t.reasons.two_holders,
  too_far_too_soon: ({ km }) => t.reasons.too_far_too_soon(kilometres(km)),
  two_copies: () => t.reasons.two_copies,
  older_copy: ({ newer }) => t.reasons.older_copy(newer && areaWords(newer)),
  signed_in_from_here: ({ device_kind, times }) =>
    t.reasons.signed_in_from_here(t.reasonParts.devices[device_kind], times),
  signed_in_elsewhere: ({ device_kind, times }) =>
    t.reasons.signed_in_elsewhere(t.reasonParts.devices[device_kind], times),
  unanswered: () => t.reasons.unanswered,
  like_known: ({ device_kind, updated, unproven }) =>
    t.reasons.like_known(t.reasonParts.devices[device_kind], updated, unproven),
  first_on_account: () => t.reasons.first_on_account,
  home_network: () => t.reasons.home_network,
  usual_line: () => t.reasons.usual_line,
  used_line: () => t.reasons.used_line,
  used_network: ({ network }) => t.reasons.used_network(network),
  near_home: ({ area }) => t.reasons.near_home(areaWords(area)),
  near_on_new_network: ({ area }) => t.reasons.near_on_new_network(areaWords(area)),
  first_near: ({ area, usual }) => t.reasons.first_near(areaWords(area), usually(usual)),
  first_in_country: ({ area, usual }) => t.reasons.first_in_country(countryOf(area), usually(usual)),
  known_exit: ({ network_kind, network }) => t.reasons.known_exit(exit(network_kind, network)),
  new_exit: ({ network_kind, network }) => t.reasons.new_exit(exit(network_kind, network)),
  left_the_house: ({ device_kind, network }) => t.reasons.left_the_house(t.reasonParts.devices[device_kind], network),
  place_unanswered: () => t.reasons.place_unanswered,
  on_board: () => t.reasons.on_board,
  signed_others_out: ({ count }) => t.reasons.signed_others_out(count),
  changed_password: () => t.reasons.changed_password,
  recovered_password: () => t.reasons.recovered_password,
  wrong_pins: ({ times, profile_name }) => t.reasons.wrong_pins(times, profile_name),
  wrong_passwords: ({ times }) => t.reasons.wrong_passwords(times),
  asks_to_vouch: ({ quiet_days }) => t.reasons.asks_to_vouch(quiet_days),
  drill: () => t.reasons.drill,
  said_before: ({ text }) => t.reasons.said_before(text),
  unknown: () => t.reasons.unknown,
};

/** A reason in a sentence without its full stop; of a kind that a newer home sends, that it is not known here. */
export function reasonWords(reason: Reason): string {
  const say = (words as Partial<Record<string, (reason: Reason) => string>>)[reason.kind];
  return say ? say(reason) : t.reasons.unknown;
}

/** Several in sentences, each once. */
export const allReasonWords = (reasons: Reason[]): string[] => [...new Set(reasons.map(reasonWords))];
