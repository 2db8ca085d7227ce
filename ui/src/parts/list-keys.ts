// The keyboard in a long list: arrows, Home and End move from row to row, "/" leads to the search.

/** Marks a list whose rows these keys move through; a row's link carries `data-row`. */
const rowsShown = () =>
  [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.checkVisibility());

/** The link of a row. */
export const rowLink = (id: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);

/** Whether a key was pressed by itself, and nothing else has taken it. */
export const isPlainKey = (event: KeyboardEvent): boolean =>
  !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey);

/** Whether the key goes into a field. */
export const isTyping = (event: KeyboardEvent): boolean =>
  /^(INPUT|SELECT|TEXTAREA)$/.test((event.target as HTMLElement).tagName);

/** Moves through the list, or from the search into it. */
export function moveThroughRows(event: KeyboardEvent, search: HTMLElement | undefined) {
  const target = event.target as HTMLElement;
  const fromSearch = target === search;
  if (!fromSearch && !target.closest("[data-list]")) return;
  if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) || (fromSearch && event.key !== "ArrowDown")) return;
  const rows = rowsShown();
  const here = rows.findIndex((row) => row === target || row.closest("li")?.contains(target));
  const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key] ?? here;
  const row = rows[Math.max(0, Math.min(rows.length - 1, next))];
  if (!row) return;
  event.preventDefault();
  row.focus();
}
