package engine

import (
	"maps"
	"slices"
)

// Grounds lists, in the order of the schema, the columns that Classify and
// Judge read and do not write themselves, lead.id apart: with their values, the
// past of the phones and the clock, what they said can be said again. What is in
// campaigns.yaml, scoring.yaml, rules/leads.yaml and the packs reads them, or
// the engine itself.
func (b *RuleBook) Grounds() []int { return slices.Clone(b.grounds) }

// decides says whether what is written in a file decides about leads and calls.
func decides(file string) bool {
	return file == campaignsFile || file == scoringFile || file == leadsFile || isPack(file)
}

// groundsOf are the grounds of a book whose deciding expressions read columns.
func groundsOf(b *RuleBook, read map[int]bool) []int {
	cols := &b.columns
	for _, own := range []int{cols.postalCode, cols.phoneCountry, cols.callKind, cols.callDueAt} {
		read[own] = true
	}
	now, _ := b.Schema.Index("now")
	for _, written := range []int{
		cols.leadID, cols.leadType, cols.segment, cols.score, cols.grade, cols.group, cols.slotName, cols.slotStart, cols.slotEnd,
		cols.campaign, cols.callNotBefore, cols.callNotAfter, now,
	} {
		delete(read, written)
	}
	return slices.Sorted(maps.Keys(read))
}
