package dialer

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"callsheet/engine"
)

// phone writes a number (E.164, "+33199000001") in the form of a dialect. A
// text that is no such number stays as it is.
func phone(e164, form string) string {
	switch form {
	case engine.E164NoPlus:
		return strings.TrimPrefix(e164, "+")
	case engine.National:
		return national(e164)
	default:
		return e164
	}
}

// national is the number as it is dialled inside its country, digits only. The
// mainland and the overseas departments put a 0 before the national part
// (ARCEP, plan de numérotation: 262 Réunion and Mayotte, 508 Saint-Pierre, 590
// Guadeloupe, 594 Guyane, 596 Martinique); New Caledonia, Polynesia and Wallis
// do not, as the library knows. It lacks the nine digits of Saint-Pierre.
func national(e164 string) string {
	for _, country := range [...]string{"+33", "+262", "+508", "+590", "+594", "+596"} {
		if rest, ok := strings.CutPrefix(e164, country); ok {
			return "0" + rest
		}
	}
	number, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return e164
	}
	return strings.Map(digit, phonenumbers.Format(number, phonenumbers.NATIONAL))
}

func digit(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}
