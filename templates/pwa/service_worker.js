// Shows the offline page if the server cannot be reached. It caches that page with its assets and nothing else: no API
// response, no media, no other page. The server writes the constants CACHE, PAGE and ASSETS above this.

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...ASSETS])).then(() => self.skipWaiting()))
})

self.addEventListener("activate", (event) => {
  event.waitUntil(deleteOldCaches().then(() => self.clients.claim()))
})

self.addEventListener("fetch", (event) => {
  const { request } = event
  if (request.method !== "GET") return
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(PAGE)))
  else if (ASSETS.includes(new URL(request.url).pathname)) event.respondWith(fetch(request).catch(() => caches.match(request.url)))
})

async function deleteOldCaches() {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith("watchium-offline-") && name !== CACHE).map((name) => caches.delete(name)))
}
