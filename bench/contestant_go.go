package bench

import (
	"regexp"
	"time"
)

//go:generate go run ./generate

// constants is what compiled rules compare with.
type constants struct {
	at []time.Time
	re []*regexp.Regexp
}

// hand is the rules as Go code, which the compiler has optimized as one program.
// The loops are written out so that nothing stands between leads and rules.
type hand struct {
	w    *Workload
	set  Set
	c    *constants
	rows []Row
}

func startHand(w *Workload, set Set) (Run, error) {
	return &hand{w, set, newConstants(w.Now, w.Zone), make([]Row, len(w.Leads))}, nil
}

func (h *hand) Prepare()    {}
func (h *hand) Rows() []Row { return h.rows }

func (h *hand) Apply() error {
	if h.w.Empties {
		h.applyEmpties()
		return nil
	}
	switch h.set {
	case Scoring:
		for i := range h.w.Leads {
			h.rows[i][0] = uint64(h.c.score(&h.w.Leads[i]))
		}
	case Campaigns:
		for i := range h.w.Leads {
			h.rows[i][0] = h.c.campaigns(&h.w.Leads[i])
		}
	case Hundred:
		for i := range h.w.Leads {
			h.rows[i][0], h.rows[i][1] = h.c.hundred(&h.w.Leads[i])
		}
	}
	return nil
}

func (h *hand) applyEmpties() {
	switch h.set {
	case Scoring:
		for i := range h.w.Leads {
			h.rows[i][0] = uint64(h.c.scoreEmpties(&h.w.Leads[i]))
		}
	case Campaigns:
		for i := range h.w.Leads {
			h.rows[i][0] = h.c.campaignsEmpties(&h.w.Leads[i])
		}
	case Hundred:
		for i := range h.w.Leads {
			h.rows[i][0], h.rows[i][1] = h.c.hundredEmpties(&h.w.Leads[i])
		}
	}
}
