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

  // Amounts are grouped while they are typed. Only what is digits and "+" alone is
  // touched: any other text stays as it was typed, for the server to judge.
  var gap = '\u202f'
  function bare(text) { return text.split(gap).join('') }
  function grouped(text) {
    return /^[\d+]*$/.test(bare(text)) ? bare(text).replace(/\d(?=(\d{3})+(?!\d))/g, '$&' + gap) : text
  }
  window.amounts = { bare: bare, grouped: grouped }
  function group(field) {
    var text = grouped(field.value)
    if (text === field.value) return
    var before = bare(field.value.slice(0, field.selectionStart)).length
    var at = 0
    for (var seen = 0; seen < before; at++) if (text[at] !== gap) seen++
    field.value = text
    if (document.activeElement === field) field.setSelectionRange(at, at)
  }
  function groupAll() { document.querySelectorAll('[data-amounts]').forEach(group) }
  document.addEventListener('input', function (event) {
    if ('amounts' in event.target.dataset) group(event.target)
  })
  // A gap between groups is no character: what is erased is the digit beside it.
  document.addEventListener('beforeinput', function (event) {
    var field = event.target
    if (!('amounts' in field.dataset)) return
    var at = field.selectionStart
    if (at !== field.selectionEnd) return
    if (event.inputType === 'deleteContentBackward' && field.value[at - 1] === gap) field.setSelectionRange(at - 1, at - 1)
    if (event.inputType === 'deleteContentForward' && field.value[at] === gap) field.setSelectionRange(at + 1, at + 1)
  })
  document.addEventListener('formdata', function (event) { // what is sent has no gaps
    event.target.querySelectorAll('[data-amounts]').forEach(function (field) {
      if (event.formData.has(field.name)) event.formData.set(field.name, bare(field.value))
    })
  })
  document.addEventListener('htmx:afterSettle', groupAll)
  groupAll()

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
