// The interface's own files, kept together as one build: all of them or none.

/** What the build puts here (see vite.config.ts). */
declare const __SHELL__: {
  /** A hash of everything below. */
  version: string;
  /** The script that the page of this build starts with. */
  entry: string;
  /** Paths of files with a hash of their content in their names. */
  hashed: string[];
  /** Paths of the others, the page itself not among them. */
  named: string[];
};

const PREFIX = "latchkey-shell-";
const CACHE = PREFIX + __SHELL__.version;

/** Where the page is kept. */
const PAGE = "/";

const hashed = new Set(__SHELL__.hashed);
const named = new Set(__SHELL__.named);

/** Fetches this build's files. Fails, to be tried again later, unless all of them are there and of one build. */
export async function fill() {
  const cache = await caches.open(CACHE);
  // Names without a hash are asked for anew; the others are what they were.
  await cache.addAll([...hashed]);
  await cache.addAll([...named].map((path) => new Request(path, { cache: "no-cache" })));
  const page = await fetch(PAGE, { cache: "no-cache" });
  const text = await page.clone().text();
  if (!page.ok || page.redirected || !text.includes(__SHELL__.entry)) {
    await caches.delete(CACHE);
    throw new Error("the page is of another build");
  }
  await cache.put(PAGE, page);
}

/** Drops what older builds kept. */
export async function dropOthers() {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
}

/** What a path is of this build: the page, a file whose name says its content, one that may change, or none of it. */
export function partOf(path: string): "page" | "hashed" | "named" | null {
  if (path === PAGE || path === "/index.html") return "page";
  if (hashed.has(path)) return "hashed";
  return named.has(path) ? "named" : null;
}

/** A kept file, or nothing. Without opening the cache, which would make it anew after a newer build has dropped it. */
export const kept = (path: string): Promise<Response | undefined> =>
  caches.match(path, { cacheName: CACHE, ignoreVary: true });

/** The kept page, or nothing. */
export const keptPage = () => kept(PAGE);
