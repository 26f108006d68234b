// Package views is what people see: the layout, the components and one file
// per screen, rendered from plain values. No view fetches anything.
package views

// The reader's language: every string that a person reads is a key of a file in
// locales/fr and in locales/en, which are cut as the handlers' rooms are. A key's
// first word tells its file.

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// The languages that the screens speak. French is the one for a reader who
// asked for none of them.
const (
	French  = "fr"
	English = "en"
)

//go:embed locales/*/*.json
var localeFiles embed.FS

// localizers reads the embedded locales once, at the first use.
var localizers = sync.OnceValue(func() map[string]*i18n.Localizer {
	bundle := i18n.NewBundle(language.French)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	of := make(map[string]*i18n.Localizer)
	for _, locale := range []string{French, English} {
		if err := loadLocale(bundle, localeFiles, locale); err != nil {
			panic(fmt.Sprintf("views: embedded locale: %v", err)) // cannot happen in a binary that passed its tests
		}
		of[locale] = i18n.NewLocalizer(bundle, locale)
	}
	return of
})

// loadLocale adds the files of a locale to the bundle; no key may stand in two.
func loadLocale(bundle *i18n.Bundle, files fs.FS, locale string) error {
	names, err := fs.Glob(files, path.Join("locales", locale, "*.json"))
	if err != nil {
		return err
	}
	fileOf := make(map[string]string)
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		room, err := bundle.ParseMessageFileBytes(content, locale+".json")
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, message := range room.Messages {
			if other, isTwice := fileOf[message.ID]; isTwice {
				return fmt.Errorf("%s stands in %s and in %s", message.ID, other, name)
			}
			fileOf[message.ID] = name
		}
	}
	return nil
}

type localeKey struct{}

// WithLocale returns a context in which views speak locale; an unknown one
// becomes French.
func WithLocale(ctx context.Context, locale string) context.Context {
	if locale != English {
		locale = French
	}
	return context.WithValue(ctx, localeKey{}, locale)
}

// Locale is the language that views speak in ctx: French or English.
func Locale(ctx context.Context) string {
	if locale, ok := ctx.Value(localeKey{}).(string); ok {
		return locale
	}
	return French
}

// MatchLocale is the language for a browser's Accept-Language header.
func MatchLocale(acceptLanguage string) string {
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(wanted) == 0 {
		return French
	}
	matcher := language.NewMatcher([]language.Tag{language.French, language.English})
	if _, i, _ := matcher.Match(wanted...); i == 1 {
		return English
	}
	return French
}

// T is the text of key in the reader's language. args are the names and
// values of its placeholders in turn; the value of "Count" chooses between
// one and other. A key that no locale has comes back as it is.
func T(ctx context.Context, key string, args ...any) string {
	values := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		values[fmt.Sprint(args[i])] = args[i+1]
	}
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: values}
	if count, ok := values["Count"]; ok {
		config.PluralCount = count
	}
	text, err := localizers()[Locale(ctx)].Localize(config)
	if err != nil && text == "" {
		return key
	}
	return text
}

// known reports whether key is in the reader's locale.
func known(ctx context.Context, key string) bool { return T(ctx, key) != key }
