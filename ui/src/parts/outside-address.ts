// Addresses that a link may lead to, outside of this page. What is no address of a page, or of an app that we name, is no link.

const SCHEMES = ["https:", "http:", "tg:"];

/** The address as a link has it; nothing where it leads to none, or would do something here. */
export function outsideAddress(text: string): string | null {
  try {
    const url = new URL(text);
    return SCHEMES.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** What stands for the household's own server in an address of ours. */
const HOST = "HOST";

/** The address with the household's own server in it; nothing where that is no server's name. */
export function atOwnServer(text: string, host: string): string | null {
  const named = host.trim();
  // A name or a number, with a port: nothing that leads out of its place in the address.
  if (!/^(\[[0-9a-f:.]+\]|[\p{L}\p{N}.-]+)(:\d{1,5})?$/iu.test(named)) return null;
  return outsideAddress(text.replace(HOST, named));
}
