package bench

import (
	"fmt"
	"math/bits"
)

// Set is one of the sets of rules that are compared.
type Set string

// The sets: point rules, campaigns, and rules as a large book has them.
const (
	Scoring   Set = "12 scoring rules"
	Campaigns Set = "4 campaigns"
	Hundred   Set = "100 rules"
)

// Sets lists the sets in the order of the table.
func Sets() []Set { return []Set{Scoring, Campaigns, Hundred} }

// Row is what a set of rules says of one lead: its score as the first word, or
// one bit for each campaign or rule that takes it.
type Row [2]uint64

// Run is a contestant that has compiled its rules and knows its leads.
type Run interface {
	// Prepare brings everything into the state in which the contestant starts.
	// What it does is not measured.
	Prepare()
	// Apply applies all rules to all leads and keeps the results.
	Apply() error
	// Rows gives the results of the last Apply in the order of the leads. It is
	// not measured.
	Rows() []Row
}

// Contestant is a way to apply rules to leads.
type Contestant struct {
	Name string
	// Note says in a few words what is measured.
	Note string
	// Most is the number of leads that a slow contestant works on; 0: all.
	Most int
	// Start makes the contestant ready. The error is an Unable when it cannot
	// take part in this.
	Start func(w *Workload, set Set) (Run, error)
}

// Unable is why a contestant does not take part in a set.
type Unable string

func (u Unable) Error() string { return string(u) }

// Names of contestants: the two that the others are compared with, and the one
// that is compared with the memory it reads.
const (
	Hand       = "Go"
	ExprStruct = "expr, struct"
	Resident   = "callsheet, resident"
)

// slow is how many leads contestants work on that need more than 10 µs a rule
// set and lead.
const slow = 2048

// Contestants lists who takes part.
func Contestants() []Contestant {
	return []Contestant{
		{Hand, "compiled Go over a struct", 0, startHand},
		{ExprStruct, "expr's machine, one run a rule, over a struct", 0, startExprStruct},
		{"expr, map", "the same over maps made beforehand", 0, startExprMap},
		{"cel-go", "one evaluation a rule, over its own values made beforehand", 0, startCEL},
		{"grule", "one knowledge base, over a struct", slow, startGrule},
		{Resident, "columns filled beforehand", 0, resident},
		{"callsheet, filled", "columns filled from structs each time", 0, filled},
		{"callsheet, Classify", "RuleBook.Classify with type, segment, grade and group, columns filled beforehand", 0, startClassifier},
		{"callsheet, Judge", "RuleBook.Judge with times and reasons, columns filled beforehand", 0, startJury},
	}
}

// Of is the part of a workload that the contestant works on.
func (c Contestant) Of(w *Workload) *Workload {
	if c.Most == 0 || c.Most >= len(w.Leads) {
		return w
	}
	part := *w
	part.Leads = w.Leads[:c.Most]
	return &part
}

// Checksum is one number for all results, by lead: two contestants with the same
// number came to the same result for every lead.
func Checksum(rows []Row) uint64 {
	sum := uint64(len(rows))
	for _, r := range rows {
		sum = scramble(scramble(sum^r[0]) ^ bits.RotateLeft64(r[1], 32))
	}
	return sum
}

// scramble is the finalizer of SplitMix64 (Steele, Lea and Flood, 2014): every
// bit of x changes about half of the bits.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// each applies a function to every lead of a workload and keeps the rows.
type each struct {
	leads []Lead
	rows  []Row
	judge func(i int) (Row, error)
}

func newEach(w *Workload, judge func(i int) (Row, error)) *each {
	return &each{w.Leads, make([]Row, len(w.Leads)), judge}
}

func (e *each) Prepare()    {}
func (e *each) Rows() []Row { return e.rows }

func (e *each) Apply() error {
	for i := range e.leads {
		row, err := e.judge(i)
		if err != nil {
			return fmt.Errorf("lead %d: %w", i, err)
		}
		e.rows[i] = row
	}
	return nil
}

// limited is the score within the limits of the book.
func limited(points int) uint64 { return uint64(min(max(points, 0), 100)) }
