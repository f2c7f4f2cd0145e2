// Shows a page where there is no line. It keeps that page and what it is drawn with, and touches nothing else: no API,
// no socket, no medium, no other page is ever kept. KEPT, PAGE and WITH are written above this by the server.

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll([PAGE, ...WITH])).then(() => self.skipWaiting()))
})

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOlder().then(() => self.clients.claim()))
})

self.addEventListener("fetch", (event) => {
  const { request } = event
  if (request.method !== "GET") return
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(PAGE)))
  else if (WITH.includes(new URL(request.url).pathname)) event.respondWith(fetch(request).catch(() => caches.match(request.url)))
})

async function forgetOlder() {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith("watchium-offline-") && name !== KEPT).map((name) => caches.delete(name)))
}
