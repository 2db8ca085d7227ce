// The number of alerts on the app's icon and on the tab's, where there are such things.

/** Not all browsers have it, and those that do only for an installed app. */
interface Badging {
  setAppBadge?: (count: number) => Promise<void>;
  clearAppBadge?: () => Promise<void>;
}

let drawing: Promise<string> | null = null;

/** The icon as it is without a number. */
function plain(address: string): Promise<string> {
  drawing ??= fetch(address).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error("no icon"))));
  drawing.catch(() => {
    drawing = null;
  });
  return drawing;
}

/** A dot on the corner of the icon, with the number in it: the colours of an alert on both light and dark tabs. */
const dot = (count: number) =>
  `<circle cx="372" cy="140" r="140" fill="#c2410c" stroke="#fff" stroke-width="20"/><text x="372" y="${count > 9 ? 206 : 214}" font-family="system-ui,sans-serif" font-weight="700" font-size="${count > 9 ? 180 : 210}" text-anchor="middle" fill="#fff">${count > 9 ? "9+" : count}</text>`;

const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
const address = link?.href ?? "";
let shown = 0;

/** Shows a number; nothing where it is zero. */
export async function showCount(count: number) {
  shown = count;
  const badging = navigator as Badging;
  // It may be refused, and then there is none.
  const badged = count > 0 ? badging.setAppBadge?.(count) : badging.clearAppBadge?.();
  badged?.catch(() => {});
  if (!link) return;
  if (count === 0) {
    if (link.href !== address) link.href = address;
    return;
  }
  const svg = await plain(address).catch(() => null);
  if (!svg || shown !== count) return;
  link.href = `data:image/svg+xml,${encodeURIComponent(svg.replace("</svg>", `${dot(count)}</svg>`))}`;
}
