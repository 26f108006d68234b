// Turning notices on, on the page of one's own account; and having this browser
// told again once its person is signed in anew.
(function () {
  'use strict'

  function bytes(text) {
    var raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
    return Uint8Array.from(raw, function (c) { return c.charCodeAt(0) })
  }
  function text(buffer) {
    return btoa(String.fromCharCode.apply(null, new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  }

  function ready() {
    var button = document.querySelector('[data-notices]')
    if (!button || !navigator.serviceWorker || !window.PushManager || !window.Notification) return
    button.hidden = false
    document.querySelector('[data-notices-cannot]').hidden = true
  }

  var woken = false
  function wake() {
    var isIn = document.querySelector('.nav')
    if (!isIn) woken = false
    if (!isIn || woken || !navigator.serviceWorker || !window.PushManager || !window.Notification || Notification.permission !== 'granted') return
    woken = true
    navigator.serviceWorker.ready.then(function (worker) { return worker.pushManager.getSubscription() }).then(function (kept) {
      if (kept) return fetch('/account/notices/wake', { method: 'POST', body: new URLSearchParams({ endpoint: kept.endpoint }) })
    }).catch(function () { woken = false })
  }

  function turnOn(button) {
    button.disabled = true
    Notification.requestPermission().then(function (said) {
      if (said !== 'granted') throw new Error(said)
      return navigator.serviceWorker.ready
    }).then(function (worker) {
      return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(button.dataset.notices) })
    }).then(function (made) {
      var form = new URLSearchParams({ endpoint: made.endpoint, p256dh: text(made.getKey('p256dh')), auth: text(made.getKey('auth')) })
      return fetch('/account/notices', { method: 'POST', body: form })
    }).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status)
      location.reload()
    }).catch(function () {
      button.disabled = false
      document.querySelector('[data-notices-refused]').hidden = false
    })
  }

  document.addEventListener('click', function (event) {
    var button = event.target.closest('[data-notices]')
    if (button) turnOn(button)
  })
  document.addEventListener('htmx:afterSettle', function () { ready(); wake() })
  ready()
  wake()
})()
