package report

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"callsheet/engine/calendar"
)

// ErrNoAgent says that the sales database has no agent of that name.
var ErrNoAgent = errors.New("no such agent")

// Progress is how far an agent is on one day of a month.
type Progress struct {
	Date                   string `json:"date"` // YYYY-MM-DD
	Target                 Money  `json:"target_of_the_day"`
	Amount                 Money  `json:"amount_of_the_day"`
	Progression            Ratio  `json:"progression_of_the_day"`
	TargetAccumulated      Money  `json:"target_accumulated"`
	AmountAccumulated      Money  `json:"amount_accumulated"`
	ProgressionAccumulated Ratio  `json:"progression_accumulated"`
}

// Progression is an agent's month, a row a day. The amount of a day is what
// counted toward the agent's target of that day, whoever owns the sale; a day
// without a target has target 0. Accumulated amounts may be below 0, a
// progression never is. targets counts the targets found.
func (s *Sales) Progression(ctx context.Context, username string, month time.Month, year int) (days []Progress, targets int, err error) {
	agent, err := s.agent(ctx, username)
	if err != nil {
		return nil, 0, err
	}
	first := calendar.Date{Year: year, Month: month, Day: 1}
	last := first.AddDays(31)
	last = last.AddDays(-last.Day)
	days = make([]Progress, last.Day)
	for i := range days {
		days[i].Date = first.AddDays(i).String()
	}
	of := map[int64]*Progress{} // by target
	var id int64
	var on, amount any
	err = s.read(ctx, "targets", `SELECT "id", "date", "amount" FROM "target" WHERE "owner_id" = $1`, []any{&id, &on, &amount}, func() error {
		date, err := day(on)
		if err != nil {
			return fmt.Errorf("target %d: %w", id, err)
		}
		if date.Year != year || date.Month != month {
			return nil
		}
		money, err := cents(amount)
		if err != nil {
			return fmt.Errorf("target %d: %w", id, err)
		}
		targets++
		of[id] = &days[date.Day-1]
		of[id].Target += money
		return nil
	}, agent)
	if err != nil {
		return nil, 0, err
	}
	var target int64
	err = s.read(ctx, "operations on targets", `SELECT "target_operation"."id", "target_operation"."target_id", "target_operation"."amount"
		FROM "target_operation" JOIN "target" ON "target"."id" = "target_operation"."target_id" WHERE "target"."owner_id" = $1`,
		[]any{&id, &target, &amount}, func() error {
			if of[target] == nil {
				return nil
			}
			money, err := cents(amount)
			if err != nil {
				return fmt.Errorf("operation %d: %w", id, err)
			}
			of[target].Amount += money
			return nil
		}, agent)
	accumulate(days)
	return days, targets, err
}

func accumulate(days []Progress) {
	var target, amount Money
	for i := range days {
		d := &days[i]
		target += d.Target
		amount += d.Amount
		d.TargetAccumulated, d.AmountAccumulated = target, amount
		d.Progression = progression(d.Amount, d.Target)
		d.ProgressionAccumulated = progression(amount, target)
	}
}

// agent finds an agent by username, whose case does not count.
func (s *Sales) agent(ctx context.Context, username string) (int64, error) {
	var id, found int64
	var name string
	matches := 0
	err := s.read(ctx, "agents", `SELECT "id", "username" FROM "agent" WHERE "username" IS NOT NULL ORDER BY "id"`, []any{&id, &name}, func() error {
		switch {
		case name == username:
			found, matches = id, -1
		case matches >= 0 && strings.EqualFold(name, username):
			found = id
			matches++
		}
		return nil
	})
	if err == nil && matches != -1 && matches != 1 {
		err = fmt.Errorf("%w: %q", ErrNoAgent, username)
	}
	return found, err
}
