// What the till does better with JavaScript: the keypad, a screen that stays
// awake, and an end that is heard. Events are caught on the document, so that
// pages which htmx swaps in work too.
(function () {
  'use strict'

  var touch = window.matchMedia('(pointer: coarse)').matches

  function amountField() {
    var form = document.querySelector('[data-till]')
    return form && form.querySelector('[name=amount]')
  }

  var bare = window.amounts.bare
  var grouped = window.amounts.grouped

  // A half-typed amount outlives a look at a sale.
  function keep() {
    var form = document.querySelector('[data-till]')
    if (!form || form.querySelector('[name=instead]')) return
    try {
      sessionStorage.setItem('till.typed', JSON.stringify([form.elements.amount.value, form.elements.description.value]))
    } catch (e) { /* then it does not */ }
  }
  function forget() {
    try { sessionStorage.removeItem('till.typed') } catch (e) { /* nothing was kept */ }
  }
  function restore() {
    var form = document.querySelector('[data-till]')
    if (form.elements.amount.value || form.querySelector('[name=instead], .summary, .wrong')) return
    try {
      var typed = JSON.parse(sessionStorage.getItem('till.typed')) || ['', '']
      form.elements.amount.value = typed[0]
      if (!form.elements.description.value) form.elements.description.value = typed[1]
    } catch (e) { /* an empty till */ }
  }

  // The sum of several items, as the server will read it.
  function showSum() {
    var field = amountField()
    if (!field) return
    var items = field.value.replace(/[\s\u00a0\u202f]/g, '').replace(/\+$/, '').split('+')
    var out = document.querySelector('[data-sum]')
    out.hidden = items.length < 2 || !items.every(function (item) { return /^(\d+|\d{1,3}([.,]\d{3})+)$/.test(item) })
    if (out.hidden) return
    var sum = items.reduce(function (a, b) { return a + Number(b.replace(/[.,]/g, '')) }, 0)
    out.textContent = '= ' + sum.toLocaleString(document.documentElement.lang) + ' FCFA'
  }

  function press(key) {
    var field = amountField()
    var value = bare(field.value)
    if (key === 'back') value = value.slice(0, -1)
    else if (key === 'clear') value = ''
    else if (key === '+') value = value && !/\+$/.test(value) ? value + '+' : value
    else if (value.length + key.length <= field.maxLength) value += key
    field.value = grouped(value)
    keep()
    showSum()
  }

  function prepare() {
    var field = amountField()
    var start = field || document.querySelector('[data-number] [type=tel]')
    if (field && touch) field.inputMode = 'none' // the keys are on the screen already
    if (start && !document.querySelector('.summary')) {
      start.focus({ preventScroll: true })
      start.setSelectionRange(start.value.length, start.value.length)
    }
    if (field) {
      restore()
      field.value = grouped(field.value)
    }
    showSum()
    document.querySelectorAll('[data-setting]').forEach(function (button) {
      button.setAttribute('aria-pressed', String(isOn(button.dataset.setting)))
    })
    stayAwake()
    hear(true)
  }

  document.addEventListener('click', function (event) {
    var el = event.target.closest('[data-key], [data-amount], [data-setting]')
    if (!el) return
    if (el.dataset.key) press(el.dataset.key)
    else if (el.dataset.setting) {
      turn(el.dataset.setting, !isOn(el.dataset.setting))
      el.setAttribute('aria-pressed', String(isOn(el.dataset.setting)))
    } else {
      event.preventDefault() // the link is for a browser without scripts
      event.stopImmediatePropagation()
      if (amountField().value && !/\+$/.test(amountField().value)) press('+')
      press(el.dataset.amount)
    }
  }, true)

  document.addEventListener('input', function (event) {
    var field = amountField()
    if (!field || event.target.form !== field.form) return
    keep()
    showSum()
  })

  document.addEventListener('submit', function (event) {
    if (event.target.matches('[data-till]')) forget()
  }, true)

  // A scanner types a barcode faster than fingers can, and ends it with Enter: its
  // digits are asked about, and no sale by themselves.
  var burst = { digits: '', since: 0 }
  function isScan(event) {
    if (/^\d$/.test(event.key)) {
      if (event.timeStamp - burst.last > 50) burst.digits = ''
      burst.digits += event.key
      burst.last = event.timeStamp
    } else if (event.key === 'Enter' && burst.digits.length >= 8 && event.timeStamp - burst.last <= 100) return true
    else burst.digits = ''
    return false
  }
  document.addEventListener('keydown', function (event) {
    if (!amountField() || !isScan(event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    var ask = document.querySelector('[data-scan]')
    ask.querySelector('b').textContent = burst.digits
    ask.hidden = false
    ask.querySelector('[data-scan-no]').focus()
  }, true)
  document.addEventListener('click', function (event) {
    var field = amountField()
    if (field && event.target.closest('[data-scan-yes]')) field.form.requestSubmit()
    if (!field || !event.target.closest('[data-scan-no]')) return
    field.value = grouped(bare(field.value).replace(new RegExp(burst.digits + '$'), ''))
    document.querySelector('[data-scan]').hidden = true
    keep()
    showSum()
    field.focus({ preventScroll: true })
  })

  // A key of the pad leaves the focus where it was, and what a keyboard types is
  // typed into the amount wherever the focus is, but in another field or on a control
  // of its own: a key that the pad lacks is refused there as in the field.
  document.addEventListener('mousedown', function (event) {
    if (event.target.closest('[data-key]')) event.preventDefault()
  })
  document.addEventListener('keydown', function (event) {
    if (!amountField() || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest('input, textarea, select')) return
    var onPad = !!event.target.closest('[data-key]')
    if (event.key === 'Enter' && !onPad) {
      if (event.target.closest('a, button, summary')) return
      event.preventDefault()
      document.querySelector('[data-till]').requestSubmit()
    } else if (event.key === 'Enter' || event.key === 'Backspace' || event.key.length === 1 && (event.key !== ' ' || onPad)) {
      var field = amountField()
      field.focus({ preventScroll: true })
      field.setSelectionRange(field.value.length, field.value.length)
    }
  })

  // Settings of this device alone.
  function isOn(name) {
    try { return localStorage.getItem('till.' + name) === 'yes' } catch (e) { return false }
  }
  function turn(name, yes) {
    try { localStorage.setItem('till.' + name, yes ? 'yes' : '') } catch (e) { /* private browsing: until the page goes */ }
  }

  // The screen stays awake while a sale is open.
  var awake = null
  function stayAwake() {
    var wanted = !!document.querySelector('.counter') && !document.hidden
    if (!navigator.wakeLock) return
    if (wanted && !awake) {
      awake = navigator.wakeLock.request('screen').then(function (lock) {
        lock.addEventListener('release', function () { awake = null })
        return lock
      }, function () { awake = null })
    } else if (!wanted && awake) awake.then(function (lock) { if (lock) lock.release() })
  }
  document.addEventListener('visibilitychange', stayAwake)

  // Paid: only what the server marked as proved is ever heard, and once.
  var audio = null
  function unlock() {
    var Context = window.AudioContext || window.webkitAudioContext
    if (!audio && Context) audio = new Context()
  }
  document.addEventListener('pointerdown', unlock)
  document.addEventListener('keydown', unlock)

  function chime() {
    if (!audio) return
    ;[880, 1320].forEach(function (pitch, i) {
      var tone = audio.createOscillator()
      var loudness = audio.createGain()
      var from = audio.currentTime + i * 0.16
      tone.frequency.value = pitch
      loudness.gain.setValueAtTime(0.4, from)
      loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.5)
      tone.connect(loudness).connect(audio.destination)
      tone.start(from)
      tone.stop(from + 0.5)
    })
  }

  function heardBefore(sale) {
    try {
      if (sessionStorage.getItem('heard.' + sale)) return true
      sessionStorage.setItem('heard.' + sale, 'yes')
    } catch (e) { /* heard once more than needed */ }
    return false
  }

  // Paid while the next amount is typed: said above it, for a while, and nothing else
  // on the screen moves.
  function tell(tile) {
    var news = document.querySelector('[data-news-of-paid]')
    if (!news || !tile.dataset.news) return
    news.textContent = tile.dataset.news
    news.hidden = false
    clearTimeout(news.until)
    news.until = setTimeout(function () { news.hidden = true }, 10000)
  }

  // Without a network a tap is answered beside the button.
  function sayOffline() {
    document.querySelectorAll('[data-no-network]').forEach(function (el) { el.hidden = false })
  }
  function sayOnline() {
    document.querySelectorAll('[data-no-network]').forEach(function (el) { el.hidden = true })
  }
  document.addEventListener('htmx:sendError', function (event) {
    if (event.detail.elt && !('live' in event.detail.elt.dataset)) sayOffline()
  })
  window.addEventListener('offline', sayOffline)
  window.addEventListener('online', sayOnline)

  function hear(pageIsNew) {
    document.querySelectorAll('[data-paid][data-sale]').forEach(function (el) {
      var old = heardBefore(el.dataset.sale)
      if (old || (pageIsNew && el.closest('.strip'))) return
      // A browser shakes only for who has touched the page.
      if (navigator.vibrate && navigator.userActivation && navigator.userActivation.hasBeenActive) navigator.vibrate([200, 80, 200])
      document.dispatchEvent(new CustomEvent('till:paid', { detail: el.dataset.say }))
      tell(el)
      if (isOn('mute')) return
      chime()
      if (!isOn('voice') || !window.speechSynthesis) return
      var words = new SpeechSynthesisUtterance(el.dataset.say.replace(/[\u00a0\u202f]/g, ''))
      words.lang = document.documentElement.lang === 'en' ? 'en-GB' : 'fr-FR'
      window.speechSynthesis.speak(words)
    })
  }

  // Enter goes on to the next sale, once this one has ended.
  function focusNext() {
    var next = document.querySelector('.counter .live [data-next]')
    if (next && (document.activeElement === document.body || !document.activeElement || document.activeElement.id === 'main')) next.focus({ preventScroll: true })
  }

  // How long a prompt takes to come, from when this device first waited for it.
  var promptTakes = 20
  var late = 90
  function tick() {
    document.querySelectorAll('[data-countdown]').forEach(function (el) {
      var key = 'asked.' + el.dataset.countdown
      var since = Date.now()
      try {
        since = Number(sessionStorage.getItem(key)) || since
        sessionStorage.setItem(key, since)
      } catch (e) { /* counts from now */ }
      var waited = Math.floor((Date.now() - since) / 1000)
      var minutes = Math.ceil((Number(el.dataset.lives) - waited) / 60)
      el.hidden = minutes <= 0
      el.textContent = waited < promptTakes ? el.dataset.text.replace('%s', promptTakes - waited) : el.dataset.left.replace('%s', minutes)
      document.querySelectorAll('[data-late]').forEach(function (text) {
        if (waited >= late) text.hidden = false
      })
    })
  }
  setInterval(tick, 1000)

  document.addEventListener('htmx:sseMessage', function () { hear(false); focusNext(); tick() })
  document.addEventListener('htmx:afterSettle', function (event) {
    var target = event.detail.target
    if (target === document.body) prepare()
    else hear(false)
    focusNext()
    tick()
  })

  prepare()
  focusNext()
  tick()
})()
