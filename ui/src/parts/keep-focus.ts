// Leads the keyboard and the screen reader on when what had the focus is gone: to the nearest row, heading or faulty field. A browser
// itself lets the focus fall to the page's body, from where a person starts all over.

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled):not([type="hidden"]), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]';
const LISTS = "ul, ol, tbody";
const HEADINGS = "h1, h2, h3";
/** What belongs together closely enough that a new button in it takes the place of the one that is gone. */
const GROUPS = ".bar, .actions, .answers, .footer, .tools, .selection";

/** An element's way up, with where it stood in each list. */
type Path = { element: Element; index: number }[];

const isShown = (element: Element): boolean =>
  element.isConnected && element.getClientRects().length > 0 && !element.closest("[inert]");

const focusableIn = (within: Element): HTMLElement | undefined =>
  [...within.querySelectorAll<HTMLElement>(FOCUSABLE)].find(isShown);

function pathOf(element: Element): Path {
  const path: Path = [];
  for (let each: Element | null = element; each && each !== document.body; each = each.parentElement) {
    path.push({ element: each, index: [...(each.parentElement?.children ?? [])].indexOf(each) });
  }
  return path;
}

/** The first field of a form that is marked as faulty. */
export const faultyField = (form: Element | null | undefined): HTMLElement | undefined =>
  [...(form?.querySelectorAll<HTMLElement>('[aria-invalid="true"]') ?? [])].find(isShown);

/** What is nearest to where an element was. */
function nearest(path: Path): HTMLElement | undefined {
  let index = 0;
  for (const { element, index: own } of path) {
    const found = isShown(element) ? nearIn(element, index) : undefined;
    if (found) return found;
    index = own;
  }
  return document.querySelector<HTMLElement>("h1") ?? undefined;
}

/** The same within one of its ancestors, in which what is gone was at `index`. */
function nearIn(element: Element, index: number): HTMLElement | undefined {
  if (element.matches(LISTS)) {
    const rows = [...element.children];
    return rows.length > 0 ? focusableIn(rows[Math.min(index, rows.length - 1)] as Element) : undefined;
  }
  if (element.matches("li, fieldset:not(.lock)")) return focusableIn(element);
  if (element.matches("form")) return faultyField(element) ?? focusableIn(element);
  if (element.matches(GROUPS)) return focusableIn(element);
  const children = [...element.children];
  return headingIn(children.slice(0, index).reverse(), true) ?? headingIn(children.slice(index), false);
}

/** The first heading of some elements, or the last one of each. */
function headingIn(elements: Element[], last: boolean): HTMLElement | undefined {
  for (const element of elements) {
    const inside = [...(element.matches(HEADINGS) ? [element] : element.querySelectorAll(HEADINGS))].filter(isShown);
    const found = last ? inside.at(-1) : inside[0];
    if (found) return found as HTMLElement;
  }
  return undefined;
}

function lead(to: HTMLElement | undefined) {
  if (!to) return;
  if (to.matches(HEADINGS) && !to.hasAttribute("tabindex")) to.tabIndex = -1;
  to.focus({ preventScroll: true });
  // Whoever points at things goes on looking where they look.
  if (to.matches(":focus-visible")) to.scrollIntoView({ block: "nearest" });
}

/** Watches over the focus until the returned function is called. */
export function keepFocus(): () => void {
  let last: Path = [];
  /** Whether what had the focus has lost it by being disabled: a button that is at work. */
  let waits = false;
  let asked = 0;

  const came = ({ target }: FocusEvent) => {
    if (!(target instanceof Element) || target === document.body) return;
    // From a question above the page one goes back to where it was asked from.
    const dialog = target.closest("[role=dialog]");
    const before = last.filter(({ element }) => !element.closest("[role=dialog]") || element.contains(dialog));
    const rest = dialog ? (opener.get(dialog) ?? before) : [];
    if (dialog && !opener.has(dialog)) opener.set(dialog, before);
    last = [...pathOf(target), ...rest];
    waits = false;
  };
  const opener = new WeakMap<Element, Path>();

  const look = () => {
    asked = 0;
    const active = document.activeElement;
    const had = last[0]?.element;
    if (!had || (active && active !== document.body)) return;
    if (!isShown(had)) return lead(nearest(last));
    if (had.matches(":disabled")) waits = true;
    // It is there again: what was tried is over, and if it failed, the fault is what matters.
    else if (waits) lead(faultyField(had.closest("form")) ?? (had as HTMLElement));
    // Else somebody pressed beside it.
  };
  // After whoever changed the page has led the focus somewhere, and after the browser has let go of what is gone.
  const later = () => {
    if (!asked) asked = requestAnimationFrame(() => requestAnimationFrame(look));
  };

  const changes = new MutationObserver(later);
  changes.observe(document.body, { subtree: true, childList: true, attributeFilter: ["disabled"] });
  document.addEventListener("focusin", came);
  return () => {
    changes.disconnect();
    document.removeEventListener("focusin", came);
    cancelAnimationFrame(asked);
  };
}
