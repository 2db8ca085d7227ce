// The title of the tab: where one is, and how many alerts wait.

import { t } from "./i18n";

class Title {
  /** What the screen that is shown calls itself. */
  screen = $state("");
}

const title = new Title();

/** Names the screen as long as its component lives. Called while that is set up. */
export function titled(words: () => string) {
  $effect(() => {
    title.screen = words();
  });
}

/** The whole title, with so many alerts that wait. */
export function titleWith(alerts: number): string {
  const words = title.screen ? `${title.screen} · ${t.app}` : t.app;
  return alerts > 0 ? `(${alerts}) ${words}` : words;
}
