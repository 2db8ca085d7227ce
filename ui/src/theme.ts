// Light, dark, or as the system: kept in this browser and put on the page before anything is drawn.

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const KEY = "latchkey.theme";

/** The choice kept here. */
export function chosenTheme(): Theme {
  // A browser may refuse storage altogether.
  try {
    const kept = localStorage.getItem(KEY);
    return themes.find((theme) => theme === kept) ?? "system";
  } catch {
    return "system";
  }
}

/** Keeps a choice and shows it at once. */
export function chooseTheme(theme: Theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Shown for now, forgotten later.
  }
  showTheme(theme);
}

/** The page's paper, for what the browser draws around it (see front-door.css). */
const PAPER = { light: "#faf5ec", dark: "#191613" };

/** Puts a choice on the page. */
export function showTheme(theme: Theme) {
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const system = meta.media.includes("dark") ? "dark" : "light";
    meta.content = PAPER[theme === "system" ? system : theme];
  }
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
