package intake

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a number that can be called.
type Phone struct {
	E164     string // "+33199000001": the identity of the number everywhere
	Country  string // country code, digits
	National string // digits after the country code
}

// Phones reads phone numbers as people write them. It may be used from several
// goroutines.
type Phones struct {
	overseas map[string]string // region by the first three digits of the postal code
}

// NewPhones reads numbers as somebody in France would dial them, and national
// numbers of the overseas territories with the help of a postal code (their
// prefixes: La Poste; their regions: ISO 3166-1).
func NewPhones() *Phones {
	return &Phones{overseas: map[string]string{
		"971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT",
		"977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC",
	}}
}

// Parse normalises what came in a phone cell. A national number is one of
// mainland France, or, when it is not valid there, of the overseas territory
// that the postal code names. False means that the number is not to be called:
// it is not valid, has an extension, costs the person called (premium rate), is
// a short or emergency number, or the cell is a formula.
func (p *Phones) Parse(raw, postalCode string) (Phone, bool) {
	raw = strings.TrimSpace(raw)
	if raw == "" || raw[0] == '=' || raw[0] == '@' {
		return Phone{}, false
	}
	number, kind := readNumber(raw, "FR")
	if region := p.region(postalCode); kind == phonenumbers.UNKNOWN && region != "" {
		number, kind = readNumber(raw, region)
	}
	if kind == phonenumbers.UNKNOWN || kind == phonenumbers.PREMIUM_RATE || number.GetExtension() != "" {
		return Phone{}, false
	}
	return Phone{
		E164:     phonenumbers.Format(number, phonenumbers.E164),
		Country:  strconv.Itoa(int(number.GetCountryCode())),
		National: phonenumbers.GetNationalSignificantNumber(number),
	}, true
}

// region is the overseas region of a postal code, empty for the mainland.
func (p *Phones) region(postalCode string) string {
	if len(postalCode) != 5 {
		return ""
	}
	return p.overseas[postalCode[:3]]
}

// readNumber gives the number and its type. The type of a number that is not
// valid is UNKNOWN, and of no other: asking for validity too would do the same
// work twice.
func readNumber(raw, region string) (*phonenumbers.PhoneNumber, phonenumbers.PhoneNumberType) {
	number, err := phonenumbers.Parse(raw, region)
	if err != nil {
		return nil, phonenumbers.UNKNOWN
	}
	return number, phonenumbers.GetNumberType(number)
}
