package intake

import (
	"fmt"
	"strings"
	"time"

	"callsheet/runner/internal/crm"
)

// away reads absences, nil when there are none: days and ISO 8601 intervals of
// days, both ends included, between spaces or commas.
func away(c cell) (any, error) {
	items := c.items
	if !c.isList {
		items = []string{c.text}
	}
	var all []crm.Absence
	for _, item := range items {
		for _, s := range strings.FieldsFunc(item, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\u00a0' }) {
			a, err := absence(s)
			if err != nil {
				return nil, err
			}
			all = append(all, a)
		}
	}
	if all == nil {
		return nil, nil
	}
	return all, nil
}

func absence(s string) (crm.Absence, error) {
	first, last, interval := strings.Cut(s, "/")
	if !interval {
		last = first
	}
	for _, day := range []string{first, last} {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return crm.Absence{}, fmt.Errorf("holds %q, which is neither a day nor an interval: write 2026-12-24 or 2026-12-24/2026-12-31", s)
		}
		if t.Year() < firstYear || t.Year() > lastYear {
			return crm.Absence{}, fmt.Errorf("holds %q, which is no plausible date: the year must be between %d and %d", s, firstYear, lastYear)
		}
	}
	// Days so written are ordered like their text.
	if last < first {
		return crm.Absence{}, fmt.Errorf("holds %q, which ends before it begins: write the first day first", s)
	}
	return crm.Absence{First: first, Last: last}, nil
}
