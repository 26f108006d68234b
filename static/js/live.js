// Live regions: the server sends them anew, or they are asked for. It stands
// before app.js in what is served under that name.
(function () {
  'use strict'

  var pollEvery = 5000
  var hiddenEvery = 6 // polls of a tab that nobody looks at: its title says what came

  // A stream takes one of the six connections that a browser has with a host on
  // plain http. So a tab opens its own when it is looked at, and the server leaves
  // a browser the few that were opened last: it has the others rest: they ask.
  var streams = []
  function Stream(url) {
    this.url = url
    this.readyState = 0
    this.listeners = []
    streams.push(this)
    if (!document.hidden) this.open()
  }
  Stream.prototype = {
    open: function () {
      var stream = this
      if (stream.source || !window.EventSource) return
      var source = stream.source = new window.EventSource(stream.url)
      source.onopen = function (event) { if (stream.onopen) stream.onopen(event) }
      source.onerror = function (event) {
        stream.readyState = source.readyState
        if (source.readyState === 2) stream.close()
        if (stream.onerror) stream.onerror(event)
      }
      source.addEventListener('rest', function () { stream.rest() })
      stream.listeners.forEach(function (of) { source.addEventListener(of[0], of[1]) })
    },
    rest: function () {
      if (this.source) this.source.close()
      this.source = null
    },
    close: function () {
      this.rest()
      this.readyState = 2
      streams = streams.filter(function (other) { return other !== this }, this)
    },
    addEventListener: function (name, listener) {
      this.listeners.push([name, listener])
      if (this.source) this.source.addEventListener(name, listener)
    },
    removeEventListener: function (name, listener) {
      this.listeners = this.listeners.filter(function (of) { return of[0] !== name || of[1] !== listener })
      if (this.source) this.source.removeEventListener(name, listener)
    }
  }
  if (window.htmx) window.htmx.createEventSource = function (url) { return new Stream(url) }

  // Where the stream of a live region is not open, it is asked for instead, and at
  // once when the screen lights up again or the stream broke: its session may have
  // ended, and who changed the password here has the new one a moment later.
  var streaming = new WeakMap()
  document.addEventListener('htmx:sseOpen', function (event) { streaming.set(event.target, event.detail.source) })
  document.addEventListener('htmx:sseError', function () { setTimeout(poll, 1000, false) })

  function isStreaming(region) {
    var stream = streaming.get(region.closest('[sse-connect]'))
    return !!stream && !!stream.source && stream.source.readyState === 1
  }
  function poll(always) {
    if (!window.htmx) return
    document.querySelectorAll('[data-live]').forEach(function (region) {
      if (always || !(isStreaming(region) || region.querySelector('[data-settled]'))) {
        window.htmx.trigger(region, 'poll')
      }
    })
  }
  var polls = 0
  setInterval(function () { if (!document.hidden || ++polls % hiddenEvery === 0) poll(false) }, pollEvery)
  document.addEventListener('visibilitychange', function () {
    if (document.hidden) return
    streams.forEach(function (stream) { stream.open() })
    poll(true)
  })
  window.addEventListener('online', function () { poll(true) })

  // The same news twice is not news: a screen reader should not hear it again.
  var shown = new WeakMap()
  function isNews(region, html) {
    if (shown.get(region) === html) return false
    shown.set(region, html)
    return true
  }
  // What the stream told since a region was asked for is newer than the answer.
  var told = new WeakMap()
  document.addEventListener('htmx:sseBeforeMessage', function (event) {
    told.set(event.target, event.timeStamp)
    if (!isNews(event.target, event.detail.data)) event.preventDefault()
  })
  document.addEventListener('htmx:beforeRequest', function (event) {
    event.detail.xhr.before = told.get(event.detail.target)
  })
  function isOld(region, answer) {
    return answer.requestConfig.elt === region && answer.xhr.before !== told.get(region)
  }
  document.addEventListener('htmx:beforeSwap', function (event) {
    var region = event.detail.target
    if ('live' in region.dataset && (isOld(region, event.detail) || !isNews(region, event.detail.xhr.responseText))) event.detail.shouldSwap = false
  })

  // The tab says it too: the merchant may be looking at another one.
  function retitle() {
    var status = document.querySelector('[data-title]')
    if (status) document.title = status.dataset.title
  }
  document.addEventListener('htmx:sseMessage', retitle)
  document.addEventListener('htmx:afterSettle', function (event) {
    var target = event.detail.target
    if (target && target !== document.body && 'live' in target.dataset) retitle()
  })
})(); // ends here, whatever stands after it
