// The service worker: the app's shell opens without a network, and says what
// cannot be done. Nothing else is ever answered from here: what is said of money
// comes from the server, or is not said. VERSION and SHELL stand before it.
'use strict'

var OFFLINE = '/offline'

self.addEventListener('install', function (event) {
  self.skipWaiting()
  event.waitUntil(caches.open(VERSION).then(function (cache) {
    return cache.addAll(SHELL.concat(OFFLINE).map(function (path) { return new Request(path, { cache: 'reload', credentials: 'omit' }) }))
  }))
})

self.addEventListener('activate', function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.map(function (name) { return name === VERSION ? null : caches.delete(name) }))
  }).then(function () { return self.clients.claim() }))
})

self.addEventListener('fetch', function (event) {
  var request = event.request
  if (request.method !== 'GET') return
  var path = new URL(request.url).pathname
  if (SHELL.indexOf(path) >= 0) {
    event.respondWith(caches.match(path).then(function (kept) { return kept || fetch(request) }))
  } else if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(function () { return caches.match(OFFLINE) }))
  }
})

// A notice that money came in: its words are the server's.
self.addEventListener('push', function (event) {
  var notice = event.data ? event.data.json() : {}
  event.waitUntil(self.registration.showNotification(notice.title || 'Comptoir', {
    body: notice.body || '', tag: notice.tag, icon: ICON, badge: ICON, lang: notice.lang, data: notice.path || '/',
  }))
})

self.addEventListener('notificationclick', function (event) {
  event.notification.close()
  event.waitUntil(self.clients.matchAll({ type: 'window' }).then(function (all) {
    if (all.length && 'navigate' in all[0]) return all[0].focus().then(function (page) { return page.navigate(event.notification.data) })
    return self.clients.openWindow(event.notification.data)
  }))
})
