// What the customer's page can do better with JavaScript; nothing needs it.
(function () {
  'use strict'

  var every = 3000

  // The carrier of a number, while it is typed. The server's word counts.
  var carriers = { MTN: /^6(5[0-4]|7|8[0-3])/, ORANGE: /^6(4[01]|5[5-9]|8[6-9]|9)/ }
  function showCarrier(input) {
    var national = input.value.replace(/\D/g, '').replace(/^(00)?237/, '')
    input.parentNode.querySelectorAll('[data-carrier]').forEach(function (el) {
      el.hidden = !carriers[el.dataset.carrier].test(national)
    })
  }
  document.addEventListener('input', function (event) {
    if (event.target.type === 'tel') showCarrier(event.target)
  })
  document.querySelectorAll('[type=tel]').forEach(showCarrier)

  // A form is sent once, however often its button is pressed.
  document.addEventListener('submit', function (event) {
    var form = event.target
    if (!('once' in form.dataset)) return
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'yes'
    form.setAttribute('aria-busy', 'true')
  })
  window.addEventListener('pageshow', function () {
    document.querySelectorAll('form[data-sent]').forEach(function (form) {
      delete form.dataset.sent
      form.removeAttribute('aria-busy')
    })
  })

  // Buttons that need a script are in the page, hidden, until there is one.
  document.querySelectorAll('[data-copy], [data-print]').forEach(function (el) { el.hidden = false })
  document.addEventListener('click', function (event) {
    var button = event.target.closest('[data-copy], [data-print]')
    if (!button) return
    if ('print' in button.dataset) { window.print(); return }
    var field = document.getElementById(button.dataset.copy)
    field.select()
    if (!navigator.clipboard) { document.execCommand('copy'); return }
    navigator.clipboard.writeText(field.value).then(function () { button.lastChild.textContent = button.dataset.said }, function () {})
  })

  // While something is about to change the page asks, and at once when the
  // phone wakes up. A line that is down is said, and asked again.
  var asking = false

  // The section that says what happens stays the same one, so that a screen
  // reader tells its news; the same news twice is none.
  function show(status, html) {
    var box = document.createElement('div')
    box.innerHTML = html
    var next = box.firstElementChild
    if (next.dataset.poll) status.dataset.poll = next.dataset.poll
    else delete status.dataset.poll
    var from = next.querySelector('.bill'), to = status.querySelector('.bill')
    var isNews = from.dataset.state !== to.dataset.state
    to.className = from.className
    to.dataset.state = from.dataset.state
    if (to.innerHTML !== from.innerHTML) to.innerHTML = from.innerHTML
    var form = next.querySelector('form')
    if (form) to.after(form)
    if (!isNews) return
    document.title = to.querySelector('h1').textContent
    if (navigator.vibrate && navigator.userActivation && navigator.userActivation.hasBeenActive) navigator.vibrate(200)
  }

  function ask() {
    var status = document.getElementById('pay-status')
    if (!status || !status.dataset.poll || document.hidden || asking) return
    asking = true
    fetch(status.dataset.poll, { headers: { Accept: 'text/html' }, cache: 'no-store' }).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status)
      return answer.text()
    }).then(function (html) {
      show(status, html)
      status.querySelector('[data-offline]').hidden = true
    }).catch(function () {
      var notice = document.querySelector('#pay-status [data-offline]')
      if (notice) notice.hidden = false
    }).then(function () { asking = false })
  }
  setInterval(ask, every)
  document.addEventListener('visibilitychange', ask)
  window.addEventListener('online', ask)
})()
