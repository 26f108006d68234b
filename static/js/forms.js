// What forms do on every page, the staff's and the customer's: it stands before
// app.js and pay.js in what is served under their names.
(function () {
  'use strict'

  // The carrier of a number, while it is typed. The server's word counts.
  var carriers = { MTN: /^6(5[0-4]|7|8[0-3])/, ORANGE: /^6(4[01]|5[5-9]|8[6-9]|9)/ }
  function showCarrier(input) {
    var national = input.value.replace(/\D/g, '').replace(/^(00)?237/, '')
    input.parentNode.querySelectorAll('[data-carrier]').forEach(function (el) {
      el.hidden = !carriers[el.dataset.carrier].test(national)
    })
  }
  function showCarriers() { document.querySelectorAll('[type=tel]').forEach(showCarrier) }
  document.addEventListener('input', function (event) {
    if (event.target.type === 'tel') showCarrier(event.target)
  })
  document.addEventListener('htmx:afterSettle', showCarriers)
  showCarriers()

  // A form is sent once, however often its button is pressed, until it was
  // answered or is come back to.
  document.addEventListener('submit', function (event) {
    var form = event.target
    if (!('once' in form.dataset)) return
    if (form.dataset.sent) {
      event.preventDefault()
      event.stopImmediatePropagation()
      return
    }
    form.dataset.sent = 'yes'
    form.setAttribute('aria-busy', 'true')
  }, true)
  function release(root) {
    root.querySelectorAll('form[data-sent]').forEach(function (form) {
      delete form.dataset.sent
      form.removeAttribute('aria-busy')
    })
  }
  document.addEventListener('htmx:afterRequest', function (event) {
    var form = event.detail.elt
    if (form.dataset && form.dataset.sent) release(form.parentNode || document)
  })
  window.addEventListener('pageshow', function () { release(document) })
})(); // ends here, whatever stands after it
