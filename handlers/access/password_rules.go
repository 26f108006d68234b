package access

// What a new password has to be: long, and not what everybody tries first.

import (
	"slices"
	"strings"
)

// MinPassword is how many characters a new password has at least.
const MinPassword = 10

// Weakness is what is wrong with a password that somebody chose.
type Weakness string

// The weaknesses; Strong is none.
const (
	Strong          Weakness = ""
	PasswordMissing Weakness = "missing"
	PasswordShort   Weakness = "short"
	PasswordLong    Weakness = "long"
	PasswordCommon  Weakness = "common"
	PasswordIsName  Weakness = "name" // of the person
)

// WeaknessOf says what is wrong with a password that the person of a name chose.
func WeaknessOf(password, name string) Weakness {
	switch {
	case password == "":
		return PasswordMissing
	case len([]rune(password)) < MinPassword:
		return PasswordShort
	case len(password) > maxPassword:
		return PasswordLong
	case isCommon(password):
		return PasswordCommon
	case strings.EqualFold(strings.TrimSpace(password), name):
		return PasswordIsName
	}
	return Strong
}

// commonPasswords are what everybody tries first, of those that are long enough.
var commonPasswords = []string{
	"1q2w3e4r5t", "1qaz2wsx3edc", "abcdefghij", "administrateur", "administrator", "azertyuiop", "basketball", "bonjour123", "camerounais", "campay2024", "campay2025", "campay2026",
	"changeme123", "comptoir123", "computer123", "cookie1234", "douala2024", "douala2025", "douala2026", "dragon1234", "football10", "football123", "iloveyou12", "iloveyou123",
	"jesus12345", "letmein123", "mobilemoney", "monkey1234", "motdepasse", "motdepasse1", "motdepasse123", "mtnmobilemoney", "orangemoney", "p@ssw0rd123", "passw0rd123", "password01",
	"password12", "password123", "password1234", "princess123", "qazwsxedcr", "qwerty1234", "qwerty12345", "qwertyuiop", "secret1234", "sunshine123", "superman123", "welcome123", "yaounde2024", "yaounde2025", "yaounde2026",
}

// isCommon reports whether a password is one of them, digits alone, or few
// letters again and again.
func isCommon(password string) bool {
	folded := strings.ToLower(strings.TrimSpace(password))
	different := map[rune]bool{}
	for _, r := range folded {
		different[r] = true
	}
	return strings.Trim(folded, "0123456789 .-+") == "" || len(different) < 5 || slices.Contains(commonPasswords, folded)
}
