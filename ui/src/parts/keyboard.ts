// The keyboard of a phone: what one types into stays in sight above it, and what would lie over it goes.

const TYPED = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea";

/** Watches the whole page, until the returned function is called. */
export function watchKeyboard(): () => void {
  const page = document.documentElement;
  const viewport = window.visualViewport;

  // Browsers that do not resize the page for it (Safari) tell how much of it the keyboard covers.
  const measure = () => {
    const covered = viewport ? Math.max(0, window.innerHeight - viewport.height - viewport.offsetTop) : 0;
    const zoomed = viewport !== null && viewport.scale > 1.05;
    page.style.setProperty("--keyboard", `${zoomed ? 0 : Math.round(covered)}px`);
    const field = document.activeElement;
    if (field instanceof HTMLElement && field.matches(TYPED)) field.scrollIntoView({ block: "nearest" });
  };
  // A press takes the focus out of the field first. What had gone for the field comes back when the press is over: it would lie over
  // what is pressed before that, and take the press.
  let pressed = false;
  const show = () => {
    const field = document.activeElement;
    page.classList.toggle("typing", field instanceof HTMLElement && field.matches(TYPED));
  };
  const focused = ({ target }: FocusEvent) => {
    if (target instanceof HTMLElement && target.matches(TYPED)) page.classList.add("typing");
    else if (!pressed) page.classList.remove("typing");
  };
  const left = () => {
    if (!pressed) page.classList.remove("typing");
  };
  const down = () => {
    pressed = true;
  };
  // After the click that it makes.
  const up = () => {
    pressed = false;
    setTimeout(show, 0);
  };

  document.addEventListener("focusin", focused);
  document.addEventListener("focusout", left);
  document.addEventListener("pointerdown", down, true);
  document.addEventListener("pointerup", up, true);
  document.addEventListener("pointercancel", up, true);
  viewport?.addEventListener("resize", measure);
  return () => {
    document.removeEventListener("focusin", focused);
    document.removeEventListener("focusout", left);
    document.removeEventListener("pointerdown", down, true);
    document.removeEventListener("pointerup", up, true);
    document.removeEventListener("pointercancel", up, true);
    viewport?.removeEventListener("resize", measure);
  };
}
