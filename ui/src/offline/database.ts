// A small database in this browser: what is known of the home, and what waits to be sent to it.

/** What it has shelves for. */
export type Shelf = "known" | "outbox";

const NAME = "latchkey";
const VERSION = 1;
const SHELVES: Shelf[] = ["known", "outbox"];

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asking = indexedDB.open(NAME, VERSION);
    asking.onupgradeneeded = () => {
      for (const shelf of SHELVES) asking.result.createObjectStore(shelf);
    };
    asking.onsuccess = () => {
      const database = asking.result;
      const shut = () => {
        database.close();
        opened = null;
      };
      // Somebody clears what this site keeps, or the browser closed it by itself: the next question opens it anew.
      database.onversionchange = shut;
      database.onclose = shut;
      resolve(database);
    };
    asking.onerror = () => reject(asking.error);
    asking.onblocked = () => reject(new Error("the browser's database is in use"));
  });
  opened.catch(() => {
    opened = null;
  });
  return opened;
}

/** Does one thing, and resolves when the browser has it on disk, or has read it. */
async function once<Value>(
  shelf: Shelf,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<Value>,
): Promise<Value> {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(shelf, mode);
    const asking = act(transaction.objectStore(shelf));
    transaction.oncomplete = () => resolve(asking.result);
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}

/** What is on a shelf under a key. Fails where the browser keeps nothing for this site, as all of these do. */
export const read = <Value>(shelf: Shelf, key: string): Promise<Value | undefined> =>
  once(shelf, "readonly", (store) => store.get(key));

/** Everything on a shelf, in the order of its keys. */
export const readAll = <Value>(shelf: Shelf): Promise<Value[]> => once(shelf, "readonly", (store) => store.getAll());

/** Puts something on a shelf, in place of what was there. */
export const write = (shelf: Shelf, key: string, value: unknown): Promise<unknown> =>
  once(shelf, "readwrite", (store) => store.put(value, key));

/** Takes something off a shelf. */
export const remove = (shelf: Shelf, key: string): Promise<unknown> =>
  once(shelf, "readwrite", (store) => store.delete(key));

/** Clears a shelf. */
export const clear = (shelf: Shelf): Promise<unknown> => once(shelf, "readwrite", (store) => store.clear());
