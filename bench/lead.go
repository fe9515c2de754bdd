// Package bench compares the engine of Callsheet with other ways to apply rules
// to leads: Go that is compiled with the program, expr's machine, cel-go and
// grule. Every contestant gets the same leads and the same rules, and must come
// to the same result for every one of them.
//
// Workload holds the leads, Contestants lists who takes part, Measure runs one
// of them. The program in compare prints the table.
package bench

import (
	"fmt"
	"math/rand/v2"
	"time"

	"callsheet/bench/ruleset"
)

// Lead is the facts of one lead as a program would hold them. Where the bit of a
// field is missing in Has the lead lacks the fact, and the value means nothing.
type Lead struct {
	Source            string    `expr:"source"`
	Role              string    `expr:"role"`
	PropertyType      string    `expr:"property_type"`
	Language          string    `expr:"language"`
	City              string    `expr:"city"`
	Email             string    `expr:"email"`
	AssignedAgent     string    `expr:"assigned_agent"`
	EstimatedPrice    float64   `expr:"estimated_price"`
	LivingArea        float64   `expr:"living_area"`
	Rooms             int       `expr:"rooms"`
	SellHorizonMonths int       `expr:"sell_horizon_months"`
	Visits            int       `expr:"visits"`
	CallbackRequests  int       `expr:"callback_requests"`
	MediaZone         bool      `expr:"media_zone"`
	OnBloctel         bool      `expr:"on_bloctel"`
	NotaryReady       bool      `expr:"notary_ready"`
	EstimatedAt       time.Time `expr:"estimated_at"`
	LastCallAt        time.Time `expr:"last_call_at"`
	ConsentAt         time.Time `expr:"consent_at"`
	Tags              []string  `expr:"tags"`
	// Has has one bit a field, in the order of ruleset.Fields.
	Has uint32
}

// all is the bits of the twenty fields.
const all = 1<<20 - 1

// Workload is the leads that all contestants work on, and the clock of the run.
type Workload struct {
	Leads []Lead
	Now   time.Time
	// Zone is where days begin.
	Zone *time.Location
	// Empties says that fields may be empty, so that contestants have to look.
	Empties bool
}

// NewWorkload makes n leads from a fixed seed. The share empty, from 0 to 1, of
// the values of every field is missing; which ones is drawn apart, so that the
// values which are there do not depend on it.
func NewWorkload(n int, empty float64) (*Workload, error) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return nil, fmt.Errorf("the time zone of the leads: %w", err)
	}
	w := &Workload{Leads: make([]Lead, n), Zone: zone, Empties: empty > 0, Now: time.Date(2026, 11, 24, 9, 30, 0, 0, zone)}
	values, gaps := rand.New(rand.NewPCG(2026, 11)), rand.New(rand.NewPCG(2026, 30))
	fields := len(ruleset.Fields())
	for i := range w.Leads {
		w.Leads[i] = invent(values, i, w.Now)
		for field := range fields {
			if gaps.Float64() < empty {
				w.Leads[i].Has &^= 1 << field
			}
		}
	}
	return w, nil
}

// invent draws a lead that lacks nothing.
func invent(rng *rand.Rand, i int, now time.Time) Lead {
	of := func(words ...string) string { return words[rng.IntN(len(words))] }
	ago := func(days int) time.Time {
		return now.Add(-time.Duration(rng.Int64N(int64(days)*86_400_000)) * time.Millisecond).UTC()
	}
	area := 20 + float64(rng.IntN(1800))/10
	return Lead{
		Source:            of("estimation", "estimation", "form", "fsbo", "partner", "import"),
		Role:              of("owner", "owner", "co_owner", "heir", "tenant", "buyer", "other"),
		PropertyType:      of("house", "apartment", "apartment", "land", "other"),
		Language:          of("fr", "fr", "fr", "en", "it", "es", "de"),
		City:              fmt.Sprintf("%s %d", of("Ville", "Ville", "Port", "Mont", "Saint-Bourg"), 1+rng.IntN(40)),
		Email:             fmt.Sprintf("%s.%s%d@example.%s", of("anne", "bruno", "chloe", "marc"), of("martin", "bernard", "olive"), i, of("com", "org", "net")),
		AssignedAgent:     fmt.Sprintf("agent.%02d", 1+rng.IntN(30)),
		EstimatedPrice:    float64(int(area*float64(1500+rng.IntN(5000))/100)) * 100,
		LivingArea:        area,
		Rooms:             1 + rng.IntN(8),
		SellHorizonMonths: rng.IntN(30),
		Visits:            rng.IntN(15),
		CallbackRequests:  max(0, rng.IntN(7)-3),
		MediaZone:         rng.IntN(4) == 0,
		OnBloctel:         rng.IntN(5) == 0,
		NotaryReady:       rng.IntN(3) == 0,
		EstimatedAt:       ago(500),
		LastCallAt:        ago(40),
		ConsentAt:         ago(600),
		Tags:              []string{"vip", "seminar", "referral", "second_home", "divorce", "estate", "rental"}[rng.IntN(5):][:1+rng.IntN(3)],
		Has:               all,
	}
}
