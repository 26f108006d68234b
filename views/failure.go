package views

// Why a payment did not go through, in the reader's words. CamPay passes on what the
// operators say, in English or French, as codes or as sentences.

import (
	"context"
	"regexp"

	"comptoir/store"
)

// failure is why a payment failed, as the last part of a locale key.
type failure string

const (
	failurePIN      failure = "pin"      // the payer's code was wrong, or is blocked
	failureFunds    failure = "funds"    // not enough money
	failureLimit    failure = "limit"    // more than he may send in a day, or hold
	failureFundsOr  failure = "funds_or" // the operator tells not which of the two
	failureRefused  failure = "refused"  // by the payer
	failureTimeout  failure = "timeout"  // he did not answer in time
	failureOperator failure = "operator" // its service is down
	failureAccount  failure = "account"  // the number has no account, or a closed one
	failureUnknown  failure = "unknown"
)

// failures are the words of each, the more precise first.
var failures = []struct {
	why   failure
	words *regexp.Regexp
}{
	{failureFundsOr, regexp.MustCompile(`(?i)LOW[_ ]BALANCE[_ ]OR[_ ]PAYEE[_ ]LIMIT`)},
	{failurePIN, regexp.MustCompile(`(?i)(wrong|invalid|incorrect|bad|blocked|locked)[_ ]+(pin|password|secret|mpin)\b|\bpin[_ ]*(is[_ ]+|was[_ ]+)?(wrong|invalid|incorrect|blocked|locked|retr|attempts)|(code|pin)[_ ]+(secret[_ ]+|pin[_ ]+)?(est[_ ]+)?(incorrect|erron|invalide|faux|bloqu)|mauvais[_ ]+(code|pin)|INVALID_CREDENTIAL`)},
	{failureTimeout, regexp.MustCompile(`(?i)time[_ -]*(d[_ -]*)?out|\bexpir|did ?n[o'’]t[_ ]+(answer|enter|respond|confirm|validate)|not (answer|respond|confirm)|no (answer|response)|d[ée]lai|pas r[ée]pondu|sans r[ée]ponse`)},
	{failureFunds, regexp.MustCompile(`(?i)insufficient|not[_ ]+enough|low[_ ]+balance|balance[_ ]+(is[_ ]+|too[_ ]+)?(insufficient|low)|solde[_ ]+(est[_ ]+)?insuffisant|insuffisan|fonds|pas assez`)},
	{failureLimit, regexp.MustCompile(`(?i)\blimit|LIMIT_REACHED|_LIMIT|threshold|ceiling|plafond|limite|quota|exceed`)},
	{failureAccount, regexp.MustCompile(`(?i)PAYER_NOT_FOUND|not[_ ]+(registered|found|active|allowed)|unregistered|inexist|n[’']existe pas|barred|account[_ ]+(closed|blocked|inactive)|compte[_ ]+(bloqu|ferm|inactif)`)},
	{failureRefused, regexp.MustCompile(`(?i)reject|refus|declin|denied|cancel|annul|APPROVAL_REJECTED|rejet`)},
	{failureOperator, regexp.MustCompile(`(?i)operator|op[ée]rateur|unavailable|indisponible|INTERNAL_PROCESSING_ERROR|internal|service|system|syst[èe]me|network|r[ée]seau|technical|technique|maintenance`)},
}

// failureOf reads CamPay's words; those that say nothing known are unknown, and stand
// beneath as they came.
func failureOf(words string) failure {
	for _, known := range failures {
		if known.words.MatchString(words) {
			return known.why
		}
	}
	return failureUnknown
}

// failureText is why t failed, in one line.
func failureText(ctx context.Context, t store.Transaction) string {
	return T(ctx, "failure."+string(failureOf(t.Reason)))
}
