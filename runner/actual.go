package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
)

// actualDays is how many whole days on either side of a change are compared.
const actualDays = 7

// actual is how many leads a day a campaign injected before and after a change,
// on the mean of the days on which it had slots.
type actual struct {
	Campaign string  `json:"campaign"`
	Before   float64 `json:"before_a_day"`
	After    float64 `json:"after_a_day"`
	// DaysBefore and DaysAfter are how many days these are the mean of.
	DaysBefore int `json:"days_before"`
	DaysAfter  int `json:"days_after"`
}

// actuals are what became of the campaigns that a change was expected to move,
// as far as a day on either side of it is over. The day of the change counts on
// neither.
func (s *session) actuals(ctx context.Context, at time.Time, planned []effect) ([]actual, error) {
	list := []actual{}
	day := calendar.DateOf(at.In(s.book.Zone))
	today := calendar.DateOf(s.now.In(s.book.Zone))
	end := day.AddDays(1 + actualDays)
	if today.Before(end) {
		end = today
	}
	for _, e := range planned {
		a := actual{Campaign: e.Campaign}
		var err error
		if a.Before, a.DaysBefore, err = s.injectedADay(ctx, e.Campaign, day.AddDays(-actualDays), day); err != nil {
			return nil, err
		}
		if a.After, a.DaysAfter, err = s.injectedADay(ctx, e.Campaign, day.AddDays(1), end); err != nil {
			return nil, err
		}
		if a.DaysBefore > 0 && a.DaysAfter > 0 {
			list = append(list, a)
		}
	}
	return list, nil
}

// injectedADay is the mean of a campaign over the days from first to before end
// on which it had slots.
func (s *session) injectedADay(ctx context.Context, campaign string, first, end calendar.Date) (mean float64, days int, err error) {
	if !first.Before(end) {
		return 0, 0, nil
	}
	bySlot, err := s.store.Injected(ctx, crm.SlotKey(campaign, s.midnight(first)), crm.SlotKey(campaign, s.midnight(end)))
	if err != nil {
		return 0, 0, err
	}
	total, dates := int64(0), map[string]bool{}
	for slot, n := range bySlot {
		total, dates[crm.SlotDay(slot)] = total+n, true
	}
	if len(dates) == 0 {
		return 0, 0, nil
	}
	return float64(total) / float64(len(dates)), len(dates), nil
}

// actuals are the movements that came of it, on one line.
func (c pastChange) actuals() string {
	if len(c.Actual) == 0 && len(c.Effect) > 0 {
		return "—"
	}
	parts := make([]string, len(c.Actual))
	for i, a := range c.Actual {
		parts[i] = fmt.Sprintf("%s %+.0f/day", a.Campaign, a.After-a.Before)
	}
	return strings.Join(parts, ", ")
}
