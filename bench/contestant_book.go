package bench

import (
	"fmt"
	"strings"
	"testing/fstest"

	"callsheet"
	"callsheet/bench/ruleset"
	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// newBook loads the scoring rules and the campaigns as a rule book. All that a
// set does not ask for is as small as a book can have it: one lead type, one
// segment, one grade, one group, and no law.
func newBook() (*engine.RuleBook, error) {
	campaigns, err := campaignsFile()
	if err != nil {
		return nil, err
	}
	files := map[string]string{
		"campaigns.yaml":   campaigns,
		"scoring.yaml":     scoringFile(),
		"rules/leads.yaml": "types:\n  - type: RDVVQ\nsegments:\n  - segment: PVB\n",
	}
	dir := fstest.MapFS{}
	for name, text := range files {
		dir[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return engine.Load(dir, callsheet.Shipped())
}

func scoringFile() string {
	var out strings.Builder
	out.WriteString("model: bench\nlimits: {min: 0, max: 100}\ngroups:\n  all:\n    rules:\n")
	for i, rule := range ruleset.Scoring() {
		fmt.Fprintf(&out, "      rule_%d:\n        when: |\n          %s\n        points: |\n          %s\n", i, rule.When, rule.Points)
	}
	out.WriteString("grades:\n  - {grade: any, min: 0}\n")
	return out.String()
}

// campaignsFile says of every exclusion what an empty field means, as a rule
// book must.
func campaignsFile() (string, error) {
	var out strings.Builder
	out.WriteString(`time_zone: Europe/Paris
calendar: FR
packs: []
slots:
  day: {days: [mon, tue, wed, thu, fri], from: "09:00", to: "20:00"}
groups:
  ALL: {zones: ["7"], agents: [lea.martin]}
campaigns:
`)
	settled := ruleset.NewBook()
	for i, c := range ruleset.Campaigns() {
		fmt.Fprintf(&out, "  %s:\n    label: campaign %d\n    dialer: diabolocom-csv\n    lead_types: [RDVVQ]\n    slots: [day]\n    order:\n      - lead.id\n    include:\n", campaignName(i), i)
		for j, src := range c.Include {
			fmt.Fprintf(&out, "      in_%d:\n        when: |\n          %s\n", j, src)
		}
		out.WriteString("    exclude:\n")
		for j, src := range c.Exclude {
			text, err := settled.Condition(src, ruleset.Holds)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&out, "      out_%d:\n        when: |\n          %s\n", j, text)
		}
	}
	return out.String(), nil
}

func campaignName(i int) string { return string(rune('A' + i)) }

// ruleBook is a loaded book and the leads in columns of its vocabulary.
type ruleBook struct {
	*batches
	book *engine.RuleBook
	rows []Row
}

func newRuleBook(w *Workload, fresh bool) (*ruleBook, error) {
	book, err := newBook()
	if err != nil {
		return nil, err
	}
	return &ruleBook{newBatches(w, book.Schema, fresh), book, make([]Row, len(w.Leads))}, nil
}

func (r *ruleBook) Rows() []Row { return r.rows }

// scorer only scores leads.
type scorer struct{ *ruleBook }

func startScorer(w *Workload, fresh bool) (Run, error) {
	r, err := newRuleBook(w, fresh)
	if err != nil {
		return nil, err
	}
	return &scorer{r}, nil
}

func (s *scorer) Prepare() { s.settle(s.Apply) }

func (s *scorer) Apply() error {
	s.do(func(batch *expression.Batch, first int) {
		scores, _ := s.book.Score(batch, s.w.Now)
		for i, score := range scores {
			s.rows[first+i] = Row{uint64(score)}
		}
	})
	return nil
}

// classifier scores leads. It finds their type, segment, grade and group too.
type classifier struct{ *ruleBook }

func startClassifier(w *Workload, set Set) (Run, error) {
	if set != Scoring {
		return nil, Unable("it gives points only")
	}
	r, err := newRuleBook(w, false)
	if err != nil {
		return nil, err
	}
	return &classifier{r}, nil
}

func (c *classifier) Prepare() { c.settle(c.Apply) }

func (c *classifier) Apply() error {
	c.do(func(batch *expression.Batch, first int) {
		for i, score := range c.book.Classify(batch, c.w.Now).Score {
			c.rows[first+i] = Row{uint64(score)}
		}
	})
	return nil
}

// jury judges leads that are classified by all campaigns. It finds the times at
// which they may be called and the reason against each too.
type jury struct {
	*ruleBook
	campaigns []*engine.Campaign
	slot      calendar.Slot
	said      []*engine.Classified
	// columns of the planned call and of where the property is
	kind, due, exact, postalCode int
}

func startJury(w *Workload, set Set) (Run, error) {
	if set != Campaigns {
		return nil, Unable("only campaigns are judged")
	}
	r, err := newRuleBook(w, false)
	if err != nil {
		return nil, err
	}
	j := &jury{ruleBook: r, campaigns: r.book.Campaigns}
	for name, col := range map[string]*int{"call.kind": &j.kind, "call.due_at": &j.due, "call.agreed_exact_time": &j.exact, "lead.postal_code": &j.postalCode} {
		*col, _ = r.book.Schema.Index(name)
	}
	slot, ok := r.book.Week(j.campaigns[0], nil).Containing(r.w.Now)
	if !ok {
		return nil, fmt.Errorf("no slot at %s", r.w.Now)
	}
	j.slot = slot
	return j, nil
}

func (j *jury) Prepare() {
	if !j.ready() {
		return
	}
	for _, batch := range j.list {
		for row := range batch.Len() {
			batch.SetText(j.postalCode, row, "75011")
			batch.SetText(j.kind, row, "plan")
			batch.SetTime(j.due, row, j.slot.Start.UnixMilli())
			batch.SetBool(j.exact, row, false)
		}
		j.said = append(j.said, j.book.Classify(batch, j.w.Now))
	}
}

func (j *jury) Apply() error {
	clear(j.rows)
	j.do(func(batch *expression.Batch, first int) {
		for n, c := range j.campaigns {
			for i, v := range j.book.Judge(c, j.slot, batch, j.said[first/expression.MaxBatch], nil) {
				if v.Reason == "" {
					j.rows[first+i][0] |= 1 << n
				}
			}
		}
	})
	return nil
}
