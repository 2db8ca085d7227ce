// Time zones by their names, as this browser knows them.

/** Every zone there is to choose; none where a browser cannot list them. */
export const allZones = (): string[] => ["UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])];

/** The zone that this browser's clock goes by. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** As people read it: "America/New York". */
export const readable = (zone: string): string => zone.replaceAll("_", " ");

/** Whether two names stand for one zone: "Asia/Calcutta" is "Asia/Kolkata". */
export const isSameZone = (one: string, other: string): boolean => usual(one) === usual(other);

function usual(zone: string): string {
  try {
    return Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    // The home knows a zone that this browser does not.
    return zone;
  }
}
