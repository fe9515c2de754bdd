package report

import "callsheet/runner/internal/crm"

// Duplicate is a phone number that two campaigns have, with the last call in
// each; empty when it was never called there.
type Duplicate struct {
	Phone string // E.164
	A, B  crm.Maybe[crm.Instant]
}

// Duplicates finds the numbers that stand in both lists, in the order in which
// the first names them. Contacts whose phone cannot be called are passed over.
func Duplicates(a, b []crm.DialerContact) []Duplicate {
	_, inB := lastCalls(b)
	order, inA := lastCalls(a)
	var found []Duplicate
	for _, phone := range order {
		if last, both := inB[phone]; both {
			found = append(found, Duplicate{phone, inA[phone], last})
		}
	}
	return found
}

// lastCalls is the numbers of a list in order, and the last call to each.
func lastCalls(contacts []crm.DialerContact) (order []string, last map[string]crm.Maybe[crm.Instant]) {
	last = make(map[string]crm.Maybe[crm.Instant], len(contacts))
	for _, c := range contacts {
		if c.Phone == "" {
			continue
		}
		before, known := last[c.Phone]
		if !known {
			order = append(order, c.Phone)
		}
		if c.LastCallAt.Valid && (!before.Valid || before.V < c.LastCallAt.V) {
			before = c.LastCallAt
		}
		last[c.Phone] = before
	}
	return order, last
}
