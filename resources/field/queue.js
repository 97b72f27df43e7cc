// Queue: what the inspector did, kept on the phone until the hub has taken it. Runs in the page and
// in the service worker alike. Every entry carries an id of its own, so that one whose answer was
// lost is sent again without being done twice. Order is kept; a refusal is kept for the inspector
// to read and does not hold up what comes after it.

const NAME = "gridwall-field";
const FIXES_KEPT = 5000;
const FIXES_SENT = 200;
const TIMEOUT_MS = 20000;
const PHOTO_TIMEOUT_MS = 120000;

export class LinkEnded extends Error {}
export class Away extends Error {}

let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const made = request.result;
      made.createObjectStore("outbox", { keyPath: "order", autoIncrement: true });
      made.createObjectStore("fixes", { keyPath: "order", autoIncrement: true });
      made.createObjectStore("kept");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function inStore(name, mode, work) {
  const base = await database();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(name, mode);
    const request = work(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request ? request.result : undefined);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export const kept = (key) => inStore("kept", "readonly", (store) => store.get(key));
export const keep = (key, value) => inStore("kept", "readwrite", (store) => store.put(value, key));
export const outbox = () => inStore("outbox", "readonly", (store) => store.getAll());
export const remove = (order) => inStore("outbox", "readwrite", (store) => store.delete(order));
export const fixCount = () => inStore("fixes", "readonly", (store) => store.count());

export async function forget() {
  for (const name of ["outbox", "fixes", "kept"]) await inStore(name, "readwrite", (store) => store.clear());
}

// entry: {request_id, act, case_id, path, method, json | photo, query}
export function add(entry) {
  const whole = { ...entry, made_utc: new Date().toISOString(), refused: null };
  return inStore("outbox", "readwrite", (store) => store.add(whole));
}

export async function addFix(fix) {
  await inStore("fixes", "readwrite", (store) => store.add(fix));
  if ((await fixCount()) <= FIXES_KEPT) return;
  const oldest = await inStore("fixes", "readonly", (store) => store.getAllKeys(null, 100));
  await inStore("fixes", "readwrite", (store) => store.delete(IDBKeyRange.upperBound(oldest.at(-1))));
}

export async function ask(path, options = {}, timeoutMs = TIMEOUT_MS) {
  const token = await kept("token");
  if (!token) throw new LinkEnded();
  let answer;
  try {
    answer = await fetch(path, {
      cache: "no-store",
      signal: AbortSignal.timeout(timeoutMs),
      ...options,
      headers: { Authorization: `Bearer ${token}`, ...(options.headers || {}) },
    });
  } catch (error) {
    throw new Away("network");
  }
  if (answer.status === 401) throw new LinkEnded();
  if (answer.status >= 500 || answer.status === 408 || answer.status === 429) throw new Away("hub");
  return answer;
}

// Sends what waits, in order. Returns how many entries were taken; raises Away or LinkEnded.
export function drain() {
  const alone = (work) => (navigator.locks ? navigator.locks.request("field-drain", work) : work());
  return alone(async () => {
    let taken = 0;
    for (const entry of await outbox()) {
      if (entry.refused) continue;
      const answer = await send(entry);
      if (answer.ok) {
        await remove(entry.order);
        taken += 1;
        continue;
      }
      const refused = await answer.json().catch(() => ({ error: String(answer.status) }));
      await inStore("outbox", "readwrite", (store) => store.put({ ...entry, refused }));
    }
    await sendFixes();
    return taken;
  });
}

function send(entry) {
  if (entry.photo) {
    const query = new URLSearchParams({ ...entry.query, request_id: entry.request_id, happened_utc: entry.made_utc });
    return ask(`${entry.path}?${query}`, { method: "PUT", body: entry.photo }, PHOTO_TIMEOUT_MS);
  }
  const body = JSON.stringify({ ...entry.json, request_id: entry.request_id, happened_utc: entry.made_utc });
  return ask(entry.path, { method: "POST", body, headers: { "Content-Type": "application/json" } });
}

async function sendFixes() {
  for (;;) {
    const fixes = await inStore("fixes", "readonly", (store) => store.getAll(null, FIXES_SENT));
    if (!fixes.length) return;
    const body = JSON.stringify({ fixes: fixes.map(({ order, ...fix }) => fix) });
    await ask("/field/api/fixes", { method: "POST", body, headers: { "Content-Type": "application/json" } });
    await inStore("fixes", "readwrite", (store) => store.delete(IDBKeyRange.upperBound(fixes.at(-1).order)));
  }
}
