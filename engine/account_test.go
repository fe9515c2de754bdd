package engine_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"callsheet/engine"
)

// values are what the fields of random calls hold; the empty text is none.
func values() map[string][]string {
	return map[string][]string{
		"source":                 {"fsbo", "form", "estimation", "estimation", "estimation", ""},
		"role":                   {"owner", "owner", "co_owner", "heir", "tenant", "buyer", "other", ""},
		"sell_horizon_months":    {"-1", "0", "3", "4", "6", "7", "24", "25", ""},
		"estimated_price":        {"0", "199999.99", "200000", "450000", "1e12", ""},
		"property_type":          {"house", "apartment", "land", ""},
		"estimated_at":           {"2026-11-22T18:05:00", "2026-11-23T10:00:00", "2026-06-01T00:00:00", "2020-01-01T00:00:00", "2030-01-01T00:00:00", ""},
		"visits":                 {"-3", "0", "4", "10", "300", ""},
		"callback_requests":      {"0", "2", ""},
		"refusals":               {"0", "0", "1", "2"},
		"attempts":               {"0", "1", "5", "40"},
		"postal_code":            {"75011", "69003", "13001", "57000", "97400", "97100", "7", "2A004", ""},
		"media_zone":             {"true", "false", "false", ""},
		"callback_at":            {"2026-11-23T10:00:00", "", ""},
		"in_wallet":              {"true", "false", "false", "false"},
		"has_pending_task":       {"true", "false", "false", "false"},
		"legal_basis":            {"none", "consent", "request", "request"},
		"consent_evidence":       {"form 12", ""},
		"on_bloctel":             {"true", "false", "false", ""},
		"call.kind":              {"plan", "plan", "callback", "retry", "recovery"},
		"call.due_at":            {"2026-11-20T10:00:00", "2026-11-23T11:15:00", "2026-11-23T15:00:00", "2026-11-23T23:00:00"},
		"call.agreed_exact_time": {"true", "false", "false"},
		"contact.phone_country":  {"33", "33", "590"},
	}
}

// drawCalls draws leads with planned calls, and what happened to their phones.
func drawCalls(r *rand.Rand, n int) ([]facts, []*engine.Past) {
	leads, pasts, all := make([]facts, n), make([]*engine.Past, n), values()
	names := slices.Sorted(maps.Keys(all))
	ago := func() time.Time {
		return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Add(-time.Duration(r.IntN(80*24)) * time.Hour)
	}
	for i := range leads {
		leads[i] = facts{"id": fmt.Sprintf("L%d", i)}
		for _, name := range names {
			leads[i][name] = all[name][r.IntN(len(all[name]))]
		}
		if r.IntN(3) > 0 {
			continue
		}
		p := &engine.Past{}
		if r.IntN(2) == 0 {
			p.ConsentAt = ago()
		}
		for range r.IntN(7) {
			p.Attempts = append(p.Attempts, ago())
		}
		if r.IntN(3) == 0 {
			p.Ended = []engine.PastCall{{At: ago(), Outcome: []string{"refused", "do_not_call"}[r.IntN(2)]}}
		}
		pasts[i] = p
	}
	return leads, pasts
}

// Of 100 000 random leads, the lines of the score add up to that by which a start
// ranks them, and the account of a campaign ends in the reason for which a start
// leaves them out.
func TestAccountsHold(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	seed, total := rand.Uint64(), 100_000
	if testing.Short() {
		total = 5_000
	}
	now := local(t, b, "2026-11-23T10:30:00")
	const size = 100
	rooms := make(chan struct{}, 2)
	var all sync.WaitGroup
	var mu sync.Mutex
	reasons := map[string]int{}
	for page := range total / size {
		all.Go(func() {
			rooms <- struct{}{}
			defer func() { <-rooms }()
			leads, pasts := drawCalls(rand.New(rand.NewPCG(seed, uint64(page))), size)
			c := b.Campaigns[page%len(b.Campaigns)]
			found, wrong := checkAccounts(t, b, c, now, leads, pasts)
			if wrong != "" {
				t.Errorf("seed %d, page %d: %s", seed, page, wrong)
			}
			mu.Lock()
			defer mu.Unlock()
			for reason, n := range found {
				reasons[reason] += n
			}
		})
	}
	all.Wait()
	for _, reason := range []string{"", engine.WrongType, engine.WrongSegment, engine.NoGroup, "warm", "wallet", "FR-5", "FR-9"} {
		if reasons[reason] == 0 {
			t.Errorf("seed %d: no lead was drawn of which the reason is %q: %v", seed, reason, reasons)
		}
	}
}

// checkAccounts explains every lead, counts the reasons, and says what is wrong.
func checkAccounts(t *testing.T, b *engine.RuleBook, c *engine.Campaign, now time.Time, leads []facts, pasts []*engine.Past) (reasons map[string]int, wrong string) {
	t.Helper()
	reasons = map[string]int{}
	slot, ok := b.Week(c, nil).Next(now, 0)
	if !ok {
		return reasons, c.Name + " has no slot"
	}
	calls := batch(t, b, leads...)
	said := b.Classify(calls, now)
	verdicts := b.Judge(c, slot, calls, said, pasts)
	for i := range leads {
		lines, score := b.Breakdown(calls, i, now)
		sum := int64(0)
		for _, l := range lines {
			sum += l.Points
		}
		if sum != score || score != said.Score[i] {
			return reasons, fmt.Sprintf("lead %v: the lines add up to %d, the score is %d, and %d in the batch", leads[i], sum, score, said.Score[i])
		}
		v := verdicts[i]
		reasons[v.Reason]++
		account := b.Account(c, slot, calls, i, said, v)
		if got, ends := endOf(account); got != v.Reason || !ends {
			return reasons, fmt.Sprintf("lead %v in %s: judged %q (%s), explained by %q: %+v", leads[i], c.Name, v.Reason, v.Detail, got, account)
		}
	}
	return reasons, ""
}

// endOf is the name of the one line that stops, and whether nothing behind it
// was passed.
func endOf(account []engine.AccountLine) (reason string, ends bool) {
	for _, l := range account {
		switch {
		case l.Mark == engine.MarkStopped || l.Mark == engine.MarkOpen:
			if reason != "" {
				return reason, false
			}
			reason = l.Name
		case reason != "" && l.Mark == engine.MarkPassed:
			return reason, false
		}
	}
	return reason, true
}
