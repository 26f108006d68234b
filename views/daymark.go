package views

// The word and the colour of the day, which till and customer's paid page
// show alike: a screenshot of yesterday, or of another shop, has others.

import (
	"context"
	"strings"
)

// DayMark is a day's sign of a shop. Its parts are the same for every reader,
// each word in both languages at the same place of its list.
type DayMark struct {
	Word   string // in the reader's language
	Other  string // the same word in the other one: till and customer may read different ones
	Colour string // one of DayColours
}

// DayColours are the names of the colours in static/css/daymark.css.
var DayColours = strings.Fields("red orange yellow green blue violet brown pink")

// The words of the day: short, plain, and unlike one another when called
// across a counter.
var (
	frenchDayWords = strings.Fields(`ananas arbre assiette avion balai ballon banane bateau
		bouteille brique cabane cacao camion canard carotte casque chaise chapeau chemise cheval
		citron cloche coq corde couteau crayon cuisine dindon drapeau étoile fenêtre flamme
		fleur fontaine forêt girafe guitare horloge jardin lampe lion lune maison mangue
		marteau moto mouton mur nuage oignon orage panier papillon piano pirogue plume
		pomme pont porte rivière sable soleil tambour tortue`)
	englishDayWords = strings.Fields(`pineapple tree plate plane broom ball banana boat
		bottle brick cabin cocoa truck duck carrot helmet chair hat shirt horse
		lemon bell rooster rope knife pencil kitchen turkey flag star window flame
		flower fountain forest giraffe guitar clock garden lamp lion moon house mango
		hammer motorbike sheep wall cloud onion storm basket butterfly piano canoe feather
		apple bridge door river sand sun drum tortoise`)
)

// DayMarkAt is the mark that two numbers choose, whatever they are.
func DayMarkAt(ctx context.Context, word, colour uint64) DayMark {
	i := word % uint64(len(frenchDayWords))
	m := DayMark{Word: frenchDayWords[i], Other: englishDayWords[i], Colour: DayColours[colour%uint64(len(DayColours))]}
	if Locale(ctx) == English {
		m.Word, m.Other = m.Other, m.Word
	}
	return m
}

func otherLocale(ctx context.Context) string {
	if Locale(ctx) == English {
		return French
	}
	return English
}
