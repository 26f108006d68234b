package web

// What a session's browser is called on a page.

import (
	"strings"
)

// Device is a browser and its system, in short, from what it says of itself:
// "Chrome, Android". It is for a person to recognise his own by; nobody decides
// anything by it.
func Device(agent string) string {
	browser := firstIn(agent, [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	})
	system := firstIn(agent, [][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	})
	return strings.Trim(browser+", "+system, ", ")
}

func firstIn(text string, among [][2]string) string {
	for _, pair := range among {
		if strings.Contains(text, pair[0]) {
			return pair[1]
		}
	}
	return ""
}
