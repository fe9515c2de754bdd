package dispatch_test

import "testing"

// The type of a field was edited after leads were stored: what they say counts
// as empty, and nothing stops.
func TestFieldOfAnotherTypeThanStored(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", lead("L", 1), lead("M", 2))
	o.book = f0(t, "given_segment: {type: choice, custom: true, values: [PVI_NOW, PVI_SOON, PVS, PVM, PVB, PVB_LATER], label: Given segment}",
		"given_segment: {type: integer, custom: true, label: Given segment}",
		`when: lead.given_segment == "PVI_NOW"`, "when: lead.given_segment == nil",
		`when: lead.given_segment == "PVI_SOON"`, "when: lead.given_segment == 2", `when: lead.given_segment == "PVS"`, "when: lead.given_segment == 3",
		`when: lead.given_segment == "PVM"`, "when: lead.given_segment == 4", `when: lead.given_segment == "PVB"`, "when: lead.given_segment == 5",
		`when: lead.given_segment == "PVB_LATER"`, "when: lead.given_segment == 6")
	o.start("PVI", "2026-11-23T09:30:00")
	same(t, "decisions", o.decisions(morning), map[string]string{"L": "injected", "M": "injected"})
}
