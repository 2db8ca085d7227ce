// The table of figures beside their limits, as the other benches print it (benches/common/mod.rs).

/** Prints one figure, in milliseconds unless told, beside its limit, if it has one, and says whether it keeps it. */
export function figure(what: string, measured: number, limit?: number, unit = "ms") {
  const verdict = limit === undefined || measured < limit ? "kept" : "NOT KEPT";
  const beside = limit === undefined ? "-" : `< ${limit} ${unit}`;
  console.log(
    `  ${what.padEnd(58)} ${`${measured.toFixed(1)} ${unit}`.padStart(22)}   limit ${beside.padEnd(22)} ${verdict}`,
  );
}

/** The value that `share` of all are not above. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const value = sorted[Math.max(1, Math.ceil(sorted.length * share)) - 1];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
}
