// Passkeys: what the server asks of the authenticator, and its answer back. The
// buttons are hidden where there is no such thing.
(function () {
  'use strict'

  function bytes(text) {
    var binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
    return Uint8Array.from(binary, function (c) { return c.charCodeAt(0) })
  }

  function text(buffer) {
    return btoa(String.fromCharCode.apply(null, new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  }

  function post(address, body) {
    return fetch(address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).then(function (res) {
      if (!res.ok) throw new Error(res.status)
      return res.json()
    })
  }

  function answer(credential) {
    var said = { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: {} }
    ;['attestationObject', 'authenticatorData', 'clientDataJSON', 'signature', 'userHandle'].forEach(function (name) {
      if (credential.response[name]) said.response[name] = text(credential.response[name])
    })
    return said
  }

  function withBytes(list) {
    return (list || []).map(function (one) { return Object.assign({}, one, { id: bytes(one.id) }) })
  }

  function create(options) {
    var asked = options.publicKey
    asked.challenge = bytes(asked.challenge)
    asked.user.id = bytes(asked.user.id)
    asked.excludeCredentials = withBytes(asked.excludeCredentials)
    return navigator.credentials.create({ publicKey: asked })
  }

  function get(options) {
    var asked = options.publicKey
    asked.challenge = bytes(asked.challenge)
    asked.allowCredentials = withBytes(asked.allowCredentials)
    return navigator.credentials.get({ publicKey: asked })
  }

  // Buttons come and go with the pages that htmx swaps in. One that stands at an
  // address which the authenticator does not know the site by is not offered.
  function offer() {
    document.querySelectorAll('[data-passkey]').forEach(function (button) {
      if (!window.PublicKeyCredential) return
      var here = new URL(button.dataset.at).hostname === location.hostname
      button.hidden = !here
      document.querySelector('[data-passkey-elsewhere]').hidden = here
    })
  }
  document.addEventListener('htmx:afterSettle', offer)
  offer()

  document.addEventListener('click', function (event) {
    var button = event.target.closest('[data-passkey]')
    if (!button) return
    var begin = button.dataset.options ? Promise.resolve(JSON.parse(button.dataset.options)) : post(button.dataset.begin, {})
    button.disabled = true
    begin.then(button.dataset.passkey === 'create' ? create : get).then(function (credential) {
      return post(button.dataset.finish, answer(credential))
    }).then(function (said) {
      location.assign(said.next)
    }).catch(function () {
      button.disabled = false
      document.getElementById(button.dataset.failed).hidden = false
    })
  })
})()
