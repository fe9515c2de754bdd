package intake

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"callsheet/runner/internal/crm"
)

// kind is how the text of a cell is read, in the words of rules/fields.yaml.
type kind string

const (
	text     kind = "text"
	choice   kind = "choice"
	integer  kind = "integer"
	number   kind = "number"
	boolean  kind = "boolean"
	moment   kind = "time"
	phone    kind = "phone"
	textList kind = "text_list"

	// count and amount are an integer and a number that cannot be below zero:
	// no words of rules/fields.yaml.
	count  kind = "integer from 0"
	amount kind = "number from 0"

	// ownPhone is the phone of the person, which is kept when it cannot be
	// called: no word of rules/fields.yaml.
	ownPhone kind = "phone as it came"

	// absences are days and intervals of days: no word of rules/fields.yaml.
	absences kind = "absences"
)

// known says that rules/fields.yaml has such a kind.
func (k kind) known() bool {
	return slices.Contains([]kind{text, choice, integer, number, boolean, moment, phone, textList}, k)
}

// phoneValue is a phone cell: as it came, and as it can be called, if so.
type phoneValue struct {
	raw string
	Phone
}

// reading holds what the meaning of a cell depends on besides its text.
type reading struct {
	zone       *time.Location
	phones     *Phones
	postalCode string // of the row, empty when it has none
}

// value reads one cell: nil when it is empty, else what kind says (string,
// int64, float64, bool, crm.Instant, phoneValue, []string, []crm.Absence). The error says
// what was expected.
func (r reading) value(k kind, c cell, allowed []string) (any, error) {
	switch k {
	case textList:
		return list(c), nil
	case absences:
		return away(c)
	}
	if c.isList {
		return nil, errors.New("is a list: write one value")
	}
	s := strings.TrimSpace(c.text)
	if s == "" {
		return nil, nil
	}
	switch k {
	case choice:
		return chosen(s, allowed)
	case integer:
		return wholeNumber(s)
	case number:
		return decimalNumber(s)
	case count, amount:
		return fromZero(k, s)
	case boolean:
		return truth(s)
	case moment:
		return instant(s, r.zone)
	case ownPhone:
		found, _ := r.phones.Parse(s, r.postalCode)
		return phoneValue{s, found}, nil
	case phone:
		found, ok := r.phones.Parse(s, r.postalCode)
		if !ok {
			return nil, errors.New("is no phone number that can be called: write it as 01 99 00 00 01 or +33199000001")
		}
		return found.E164, nil
	}
	return s, nil
}

// list is the items of a list; in a CSV they stand between bars, or between
// commas when there is no bar.
func list(c cell) any {
	items := c.items
	if !c.isList {
		separator := ","
		if strings.Contains(c.text, "|") {
			separator = "|"
		}
		items = strings.Split(c.text, separator)
	}
	var filled []string
	for _, item := range items {
		if item = strings.TrimSpace(item); item != "" {
			filled = append(filled, item)
		}
	}
	if filled == nil {
		return nil
	}
	return filled
}

func chosen(s string, allowed []string) (any, error) {
	if len(allowed) > 0 && !slices.Contains(allowed, s) {
		return nil, fmt.Errorf("is none of %s", strings.Join(allowed, ", "))
	}
	return s, nil
}

// digits says that s is one digit or more, perhaps after a minus sign.
func digits(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func wholeNumber(s string) (any, error) {
	if !digits(s) {
		return nil, errors.New("is no whole number: write digits alone, such as 12")
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, errors.New("is too large for a whole number")
	}
	return n, nil
}

// fromZero reads a count or an amount.
func fromZero(k kind, s string) (any, error) {
	read := wholeNumber
	if k == amount {
		read = decimalNumber
	}
	value, err := read(s)
	if err == nil && strings.HasPrefix(s, "-") {
		err = errors.New("is below zero: write 0 or more")
	}
	return value, err
}

// decimalNumber refuses separators instead of guessing: 450.000 and 450,000
// are different prices to different people.
func decimalNumber(s string) (any, error) {
	whole, fraction, point := strings.Cut(s, ".")
	if !digits(whole) || point && (!digits(fraction) || fraction[0] == '-') {
		return nil, errors.New("is no number: write digits and at most one decimal point, such as 450000 or 450000.50, without spaces, commas or units")
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, errors.New("is too large for a number")
	}
	return n, nil
}

func truth(s string) (any, error) {
	switch strings.ToLower(s) {
	case "true", "1", "yes", "oui":
		return true, nil
	case "false", "0", "no", "non":
		return false, nil
	}
	return nil, errors.New("is neither true nor false: write true, false, yes, no, oui, non, 1 or 0")
}

// Years outside of which a date is a slip of the keyboard.
const (
	firstYear = 1900
	lastYear  = 2200
)

// instant reads a date, or a date and a time as ISO 8601 has them (a space may
// stand for the T), local in zone unless an offset or Z follows. A local time
// that exists twice is the first one, one that does not exist is moved forward,
// as for callbacks. A year before 1900 or after 2200 is refused.
func instant(s string, zone *time.Location) (any, error) {
	layout := isoLayout(s)
	if len(s) > 10 && s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	t, err := time.ParseInLocation(layout, s, zone)
	if err != nil {
		return nil, errors.New("is no date: write 2026-11-22, 2026-11-22T18:05 or 2026-11-22T18:05:00, with Z or an offset such as +01:00 when it is not local")
	}
	local := !strings.HasSuffix(layout, "Z07:00")
	if first := t.Add(-time.Hour); local && first.Format(layout) == t.Format(layout) {
		t = first
	}
	if t.Year() < firstYear || t.Year() > lastYear {
		return nil, fmt.Errorf("is no plausible date: the year must be between %d and %d", firstYear, lastYear)
	}
	return crm.At(t), nil
}

// isoLayout is the layout that fits the shape of s. It is chosen and not tried,
// because time.Parse would also take an hour of one digit.
func isoLayout(s string) string {
	if len(s) < len("2026-11-22T18:05") || s[13] != ':' {
		return time.DateOnly
	}
	layout := "2006-01-02T15:04"
	if len(s) > 16 && s[16] == ':' {
		layout += ":05"
	}
	if strings.ContainsAny(s[16:], "Z+-") {
		layout += "Z07:00"
	}
	return layout
}
