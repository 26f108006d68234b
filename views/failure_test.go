package views

import "testing"

func TestFailure_WhatOperatorsSay_IsReadInEnglishAndFrench(t *testing.T) {
	for words, want := range map[string]failure{
		"LOW_BALANCE_OR_PAYEE_LIMIT_REACHED_OR_NOT_ALLOWED": failureFundsOr,
		"Wrong PIN": failurePIN, "Incorrect Pin has been entered": failurePIN, "INVALID_PIN": failurePIN, "Code secret incorrect": failurePIN, "Code PIN erroné": failurePIN, "Mauvais code PIN": failurePIN,
		"NOT_ENOUGH_FUNDS": failureFunds, "INSUFFICIENT_BALANCE": failureFunds, "Insufficient funds of the payer": failureFunds, "Solde insuffisant": failureFunds, "BALANCE_INSUFFICIENT": failureFunds,
		"APPROVAL_REJECTED": failureRefused, "Transaction rejected by the payer": failureRefused, "USER_CANCELLED": failureRefused, "TRANSACTION_CANCELED": failureRefused, "Refusé par le client": failureRefused, "Transaction annulée": failureRefused,
		"EXPIRED": failureTimeout, "TIMEOUT": failureTimeout, "TIMED_OUT": failureTimeout, "The payer did not answer in time": failureTimeout, "User didn't enter the pin.": failureTimeout, "Délai dépassé": failureTimeout, "Session expirée": failureTimeout,
		"PAYER_LIMIT_REACHED": failureLimit, "Daily limit exceeded": failureLimit, "Plafond journalier atteint": failureLimit,
		"PAYER_NOT_FOUND": failureAccount, "USER_NOT_REGISTERED": failureAccount,
		"INTERNAL_PROCESSING_ERROR": failureOperator, "SERVICE_UNAVAILABLE": failureOperator, "Failed at the operator": failureOperator, "System internal error.": failureOperator, "Service indisponible": failureOperator,
		"": failureUnknown, "COULD_NOT_PERFORM_TRANSACTION": failureUnknown, "None": failureUnknown, "Zut": failureUnknown,
	} {
		if got := failureOf(words); got != want {
			t.Errorf("%q is read as %s, not %s", words, got, want)
		}
	}
}
