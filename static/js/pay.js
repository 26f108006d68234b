// What the customer's page can do better with JavaScript; nothing needs it.
(function () {
  'use strict'

  var every = 3000

  // Buttons that need a script are in the page, hidden, until there is one.
  document.querySelectorAll('[data-copy], [data-print]').forEach(function (el) { el.hidden = false })
  document.addEventListener('click', function (event) {
    var button = event.target.closest('[data-copy], [data-print]')
    if (!button) return
    if ('print' in button.dataset) { window.print(); return }
    var field = document.getElementById(button.dataset.copy)
    field.select()
    function say(words) { button.lastChild.textContent = words }
    function byHand() { say(document.execCommand('copy') ? button.dataset.said : button.dataset.refused) }
    if (!navigator.clipboard) { byHand(); return }
    navigator.clipboard.writeText(field.value).then(function () { say(button.dataset.said) }, byHand)
  })

  // A line that is down is said at once, where one looks, and keeps a form from
  // being sent into nowhere.
  function offline(is) {
    var notice = document.querySelector('[data-offline]')
    if (notice) notice.hidden = !is
  }
  window.addEventListener('offline', function () { offline(true) })
  window.addEventListener('online', function () { offline(false) })
  window.addEventListener('submit', function (event) {
    if (navigator.onLine) return
    event.preventDefault()
    event.stopImmediatePropagation()
    offline(true)
  }, true)
  if (!navigator.onLine) offline(true)

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
    if (!isNews) return // and what is being typed stays
    var forms = '.pay-form, .other-number', offline = '[data-offline]'
    status.querySelectorAll(forms).forEach(function (el) { el.remove() })
    to.after.apply(to, [].filter.call(next.children, function (el) { return el.matches(forms) }))
    status.querySelector(offline).replaceWith(next.querySelector(offline))
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
      offline(false)
    }).catch(function () { offline(true) }).then(function () { asking = false })
  }
  setInterval(ask, every)
  document.addEventListener('visibilitychange', ask)
  window.addEventListener('online', ask)
})()
