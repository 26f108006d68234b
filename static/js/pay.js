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
