// Answers for the interface's own files while the home cannot, and for nothing else: what the home says (`/api`), what it
// decides (`/guard`) and its own pages at the front door are never answered from here and never kept.

import { kept, keptPage, partOf } from "./shell";

declare const self: ServiceWorkerGlobalScope;

/** How long the page is waited for before the kept one is shown, in milliseconds. */
const PATIENCE_MS = 2_500;

/** An answer, or nothing where this is not ours to answer. */
export function answer(request: Request): Promise<Response> | null {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return null;
  switch (partOf(pathname)) {
    case "page":
      return request.mode === "navigate" ? page(request) : null;
    case "hashed":
      return keptFirst(request, pathname);
    case "named":
      return networkFirst(request, pathname);
    case null:
      return null;
  }
}

/** The page comes from the home, so that it is never of an older build; the kept one where that takes too long. */
async function page(request: Request): Promise<Response> {
  const fresh = fetch(request).then((response) => (response.status >= 500 ? null : response));
  const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null));
  const first = await Promise.race([fresh, late]).catch(() => null);
  return first ?? (await keptPage()) ?? fetch(request);
}

async function keptFirst(request: Request, path: string): Promise<Response> {
  return (await kept(path)) ?? fetch(request);
}

async function networkFirst(request: Request, path: string): Promise<Response> {
  try {
    return await fetch(request);
  } catch (thrown) {
    const known = await kept(path);
    if (known) return known;
    throw thrown;
  }
}
