package e2e

// Live regions, where the network mixes up what it brings.

import "testing"

func TestLive_AnswerThatWasAskedForBeforeTheStreamsNews_IsNotShown(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.request(p, "1 200", "699 12 34 56")
	m.eval(`(send => {
		XMLHttpRequest.prototype.send = function (body) {
			const arrives = this.onload
			this.onload = () => { window.arrives = () => arrives.call(this) }
			send.call(this, body)
		}
	})(XMLHttpRequest.prototype.send)`)
	m.eval("dispatchEvent(new Event('online'))") // then each region is asked for
	m.until("Promise.resolve(typeof window.arrives)", "function")
	p.enter(t, "1234")
	m.turnsInto("good")
	m.eval("window.arrives()")
	if left := m.eval("document.querySelectorAll('main .status.wait').length"); left != "0" {
		t.Error("what is paid waits again")
	}
	m.turnsInto("good")
}
