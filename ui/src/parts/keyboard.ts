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
  const focused = ({ target }: FocusEvent) => {
    page.classList.toggle("typing", target instanceof HTMLElement && target.matches(TYPED));
  };
  const left = () => page.classList.remove("typing");

  document.addEventListener("focusin", focused);
  document.addEventListener("focusout", left);
  viewport?.addEventListener("resize", measure);
  return () => {
    document.removeEventListener("focusin", focused);
    document.removeEventListener("focusout", left);
    viewport?.removeEventListener("resize", measure);
  };
}
