package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"callsheet/engine/calendar"
	"callsheet/runner/internal/dispatch"
)

// mostBacktested is how many days back a plan may look.
const mostBacktested = 366

// slowDays is the number of days of campaigns from which a replay shows how far
// it is.
const slowDays = 20

// daysBefore is what two rule books say of days of the past.
type daysBefore struct {
	days      int
	campaigns []dispatch.Backtested
}

// replay decides again about the days before today.
func (s *session) replay(ctx context.Context, p *planned, days int) (err error) {
	zone := p.before.Zone
	today := calendar.DateOf(s.now.In(zone))
	var begun sync.Once
	advance, done := func(int64) {}, func() {}
	p.past = &daysBefore{days: days}
	p.past.campaigns, err = s.desk.Backtest(ctx, p.before, p.after, today.AddDays(-days).Begin(zone), today.Begin(zone), func(of int) {
		begun.Do(func() { advance, done = s.progress("replaying", int64(of), slowDays) })
		advance(1)
	})
	done()
	return err
}

// showPast prints what the edit would have changed.
func (s *session) showPast(r *daysBefore) {
	if r == nil {
		return
	}
	if len(r.campaigns) == 0 {
		s.Printf("\nReplayed on the last %s: no campaign that the edit concerns had a slot", plural(r.days, "day"))
		return
	}
	s.Printf("\nReplayed on the last %s, with what is known of the leads today:", plural(r.days, "day"))
	for i := range r.campaigns {
		s.Printf("  %s", pastInWords(&r.campaigns[i]))
	}
}

// pastInWords is the line of a campaign.
func pastInWords(c *dispatch.Backtested) string {
	if c.Days == 0 {
		return c.Campaign + ": too much to look at"
	}
	text := fmt.Sprintf("%s %s leads/day", c.Campaign, withSign(float64(c.After-c.Before)/float64(c.Days), 0))
	if c.Before > 0 {
		text += fmt.Sprintf(" (%s %%)", withSign(100*float64(c.After-c.Before)/float64(c.Before), 1))
	}
	text += fmt.Sprintf(" on %s", plural(c.Days, "day"))
	if c.Left > 0 {
		text += fmt.Sprintf(", %d before those left out", c.Left)
	}
	if c.Won > 0 {
		text += fmt.Sprintf("; leads that said yes and would have been missed: %d of %d", c.Missed, c.Won)
	}
	return text
}

// withSign is a number with its sign and at most so many decimals, those that say
// something: +310, −38, −2.6.
func withSign(n float64, decimals int) string {
	if math.Abs(n) < 10 && n != math.Trunc(n) {
		decimals = 1
	}
	text := strconv.FormatFloat(math.Abs(n), 'f', decimals, 64)
	switch {
	case strings.Trim(text, "0.") == "":
		return "±0"
	case n < 0:
		return "−" + text
	}
	return "+" + text
}

type pastJSON struct {
	Days      int                `json:"days"`
	Campaigns []pastCampaignJSON `json:"campaigns"`
}

type pastCampaignJSON struct {
	Name    string `json:"name"`
	Days    int    `json:"days"`
	LeftOut int    `json:"days_left_out"`
	// Now and After are leads on all those days together.
	Now    int    `json:"now"`
	After  int    `json:"after"`
	Enter  int    `json:"enter"`
	Leave  int    `json:"leave"`
	Won    int    `json:"won"`
	Missed int    `json:"missed"`
	Text   string `json:"text"`
}

func (r *daysBefore) json() *pastJSON {
	if r == nil {
		return nil
	}
	out := &pastJSON{Days: r.days, Campaigns: []pastCampaignJSON{}}
	for i := range r.campaigns {
		c := &r.campaigns[i]
		out.Campaigns = append(out.Campaigns, pastCampaignJSON{c.Campaign, c.Days, c.Left, c.Before, c.After, c.Entering, c.Leaving, c.Won, c.Missed, pastInWords(c)})
	}
	return out
}
