// Service worker: the page opens without network, and what waits is sent when the network is back
// even if the page is closed (where the browser has background sync). Never touches /field/api.
import { drain } from "/field/queue.js";

const CACHE = "field-@VERSION@";
const FILES = ["/field/", "/field/field.css", "/field/app.js", "/field/queue.js", "/field/words.js", "/field/map.js", "/field/shared.js", "/field/screens.js", "/field/findings.js", "/field/live.js", "/field/round.js", "/field/where.js",
  "/field/manifest.webmanifest", "/field/icon.svg"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || !path.startsWith("/field/") || path.startsWith("/field/api/")) return;
  const wanted = event.request.mode === "navigate" ? "/field/" : event.request;
  event.respondWith(caches.match(wanted, { ignoreSearch: true }).then((known) => known || fetch(event.request)));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "field-outbox") event.waitUntil(drain());
});
