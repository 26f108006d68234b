// What the screens can do better with JavaScript; nothing needs it. Events are
// caught on the document, so that pages which htmx swaps in work too.
(function () {
  'use strict'

  // Buttons that need a script are in the page, hidden, until there is one.
  function reveal(root) {
    root.querySelectorAll('[data-copy], [data-open], [data-dismiss], [data-script], [data-secret]').forEach(function (el) {
      el.hidden = false
    })
    root.querySelectorAll('[data-share]').forEach(function (el) {
      el.hidden = !navigator.share
    })
  }

  function sayOn(button, words) {
    var before = button.dataset.before || (button.dataset.before = button.innerHTML)
    button.textContent = words
    button.setAttribute('aria-live', 'polite')
    clearTimeout(button.saying)
    button.saying = setTimeout(function () { button.innerHTML = before }, 4000)
  }

  function copy(button) {
    var field = document.getElementById(button.dataset.copy)
    field.select()
    function said() { sayOn(button, button.dataset.said) }
    function byHand() { // plain http on a shop's own network has no clipboard API, and some browsers refuse it
      if (document.execCommand('copy')) said()
      else sayOn(button, button.dataset.refused)
    }
    if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(said, byHand)
    else byHand()
  }

  // The pad of the code with which a till changes hands.
  document.addEventListener('click', function (event) {
    var key = event.target.closest('[data-pin]')
    if (!key) return
    var field = key.form.querySelector('[name=pin]')
    if (key.dataset.pin === 'clear') field.value = ''
    else if (key.dataset.pin === 'back') field.value = field.value.slice(0, -1)
    else if (field.value.length < field.maxLength) field.value += key.dataset.pin
  })

  // A password is shown while its owner wants to see it, and never sent so:
  // browsers keep a password field's text to themselves.
  function showSecret(button, shown) {
    var field = document.getElementById(button.dataset.secret)
    if (shown === (field.type === 'text')) return
    var words = button.textContent
    field.type = shown ? 'text' : 'password'
    button.setAttribute('aria-pressed', shown)
    button.textContent = button.dataset.hide
    button.dataset.hide = words
  }
  document.addEventListener('submit', function (event) {
    event.target.querySelectorAll('[data-secret]').forEach(function (button) { showSecret(button, false) })
  }, true)

  document.addEventListener('click', function (event) {
    var el = event.target.closest('[data-copy], [data-share], [data-open], [data-dismiss], [data-select], [data-secret], dialog')
    document.querySelectorAll('details.more[open]').forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false
    })
    if (!el) return
    if (el.dataset.copy) copy(el)
    else if (el.dataset.secret) showSecret(el, el.getAttribute('aria-pressed') !== 'true')
    else if (el.dataset.share) {
      navigator.share({ text: el.dataset.shareText, url: el.dataset.share }).catch(function () {})
    } else if (el.dataset.open) document.getElementById(el.dataset.open).showModal()
    else if ('dismiss' in el.dataset) el.closest('.toast').remove()
    else if ('select' in el.dataset) el.select()
    else if (el === event.target && el.close) el.close() // a click beside the dialog
  })

  document.addEventListener('htmx:afterSettle', function (event) {
    var target = event.detail.target
    reveal(document)
    if (!target) return // swapped by the stream
    if (target === document.body) { // a new page: begin reading it at its top
      var start = document.querySelector('[autofocus]') || document.getElementById('main')
      if (start) start.focus({ preventScroll: true })
    }
  })

  // Without a network it is said at once, and not at the first tap.
  function sayOffline() {
    var toasts = document.getElementById('toasts')
    if (!toasts || toasts.querySelector('[data-offline]')) return
    toasts.appendChild(document.getElementById('toast-offline').content.cloneNode(true))
    reveal(toasts)
  }
  function sayOnline() {
    document.querySelectorAll('#toasts [data-offline]').forEach(function (el) { el.remove() })
  }
  document.addEventListener('htmx:sendError', sayOffline)
  document.addEventListener('htmx:afterOnLoad', sayOnline)
  window.addEventListener('offline', sayOffline)
  window.addEventListener('online', sayOnline)
  document.addEventListener('htmx:afterSettle', function () { if (navigator.onLine === false) sayOffline() })
  if (navigator.serviceWorker) navigator.serviceWorker.register('/sw.js').catch(function () {})

  reveal(document)
})()
