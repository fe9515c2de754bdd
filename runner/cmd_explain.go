package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

func newExplainCommand(a *app) *cobra.Command {
	var campaign, decision string
	cmd := &cobra.Command{
		Use:   "explain LEAD",
		Short: "say why a lead is called, or why not",
		Long: "explain says for one lead and each campaign what was asked on its way to a call, with the values read, what keeps it\n" +
			"out, and what would let it in; then how its score adds up. It looks at the slot that runs, or the next one.\n" +
			"With --decision it says why a start decided as it did, from the facts and the rules of that day.",
		Example: "  callsheet --db fixtures explain L-0325 --campaign PVI\n  callsheet explain --decision D-7Q2MX4",
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case decision == "":
				return exactly(1, "the id of one lead")(cmd, args)
			case campaign != "":
				return usageError{errors.New("--campaign goes with a lead: a decision is of one campaign")}
			}
			return exactly(0, "no lead beside --decision")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *session) error {
				if decision != "" {
					return runExplainDecision(cmd.Context(), s, decision)
				}
				return runExplain(cmd.Context(), s, args[0], campaign)
			})
		},
	}
	cmd.Flags().StringVar(&campaign, "campaign", "", "only this campaign")
	cmd.Flags().StringVar(&decision, "decision", "", "id of a decision, or its beginning")
	return cmd
}

func runExplain(ctx context.Context, s *session, id, campaign string) error {
	campaigns := s.book.Campaigns
	if campaign != "" {
		c, err := campaignNamed(s.book, campaign)
		if err != nil {
			return err
		}
		campaigns = []*engine.Campaign{c}
	}
	x, err := s.desk.Explain(ctx, s.book, id, campaigns, s.now)
	if err != nil {
		return err
	}
	if err := s.desk.Place(ctx, s.book, x); err != nil {
		return err
	}
	if err := s.recollect(ctx, x); err != nil {
		return err
	}
	return s.tellExplained(x, campaign != "")
}

// tellExplained prints an explanation; all of each campaign, where somebody asked
// for it.
func (s *session) tellExplained(x *dispatch.Explained, asked bool) error {
	switch s.Format {
	case terminal.JSON:
		return s.JSON(s.explainedJSON(x))
	case terminal.CSV:
		return s.explainedRows(x)
	}
	s.printExplained(x, asked)
	return nil
}

// printExplained tells people. Campaigns for leads of another type are one line
// each, unless somebody asks for one.
func (s *session) printExplained(x *dispatch.Explained, asked bool) {
	for _, c := range x.Campaigns {
		s.Printf("%s", s.headOf(x, &c))
		if !asked && (c.Reason == engine.WrongType || c.Reason == engine.WrongSegment) {
			i := slices.IndexFunc(c.Lines, func(l engine.AccountLine) bool { return l.Mark == engine.MarkStopped })
			s.Printf("  ✗ %-14s %s\n", c.Lines[i].Name, c.Lines[i].Say)
			continue
		}
		for _, l := range c.Lines {
			s.Printf("  %s %-14s %s", markOf(l.Mark), l.Name, sentenceOf(l))
		}
		for _, l := range c.Lines {
			if l.Change != "" && (l.Mark == engine.MarkStopped || l.Mark == engine.MarkOpen) {
				s.Printf("  Nearest change: %s", l.Change)
			}
		}
		s.Printf("")
	}
	s.printSum(x)
}

// headOf says what came out of a campaign.
func (s *session) headOf(x *dispatch.Explained, c *dispatch.Considered) string {
	called, left := "would be called", "is not called"
	if !c.DecidedAt.IsZero() {
		called, left = "was injected", "was not injected"
	}
	head := x.Lead.ID + " " + called + " by " + c.Campaign + ": " + s.within(c.NotBefore, c.NotAfter)
	if c.Reason != "" {
		head = x.Lead.ID + " " + left + " by " + c.Campaign + ": " + c.Reason
		if c.Unknown {
			head += ", which could not be evaluated"
		}
	}
	if slot := s.slotOf(c.Slot); slot != "" {
		head += "   (slot of " + slot
		if c.Decision != "" {
			head += ", decision " + c.Decision
		}
		if !c.DecidedAt.IsZero() {
			head += " of " + c.DecidedAt.In(s.book.Zone).Format("2006-01-02 15:04")
		}
		head += ")"
	}
	return head
}

// printSum shows how the score adds up.
func (s *session) printSum(x *dispatch.Explained) {
	s.Printf("Score %d, %s, type %s, segment %s (rule book %s)", x.Score, orNone(x.Lead.Grade), orNone(x.Lead.Type), orNone(x.Lead.Segment), s.book.Short())
	var terms strings.Builder
	for _, l := range x.Lines {
		if l.Points == 0 && !l.Unknown {
			continue
		}
		name, note := l.Rule, ""
		if name == "" {
			name = "(limit)"
		}
		if l.Unknown {
			note = "   could not be evaluated"
		}
		s.Printf("  %-12s %+4d %-18s %s%s", l.Group, l.Points, name, l.Say, note)
		if l.Points != 0 {
			fmt.Fprintf(&terms, " %+d", l.Points)
		}
	}
	sum := strings.ReplaceAll(strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(terms.String()), "+"), " +", " + "), " -", " - ")
	s.Printf("  checked: %s = %d", orNone(sum), x.Score)
}

// markOf is the sign of a line.
func markOf(mark string) string {
	switch mark {
	case engine.MarkPassed:
		return "✓"
	case engine.MarkStopped:
		return "✗"
	case engine.MarkOpen:
		return "?"
	}
	return "·"
}

// sentenceOf is a line of an account for people.
func sentenceOf(l engine.AccountLine) string {
	text := l.Say
	if l.Rule != "" {
		text += " (" + brief(l.Rule) + ")"
	}
	if len(l.Reads) > 0 {
		text += "   " + valuesOf(l.Reads)
	}
	switch {
	case l.Mark == engine.MarkNotReached && l.Would != "":
		text += "   (not reached; would be " + strings.ReplaceAll(l.Would, "_", " ") + ")"
	case l.Source != "" && (l.Mark == engine.MarkStopped || l.Mark == engine.MarkOpen):
		text += "   [" + l.Source + "]"
	}
	return text
}

// within is the time in which a call may be made.
func (s *session) within(from, until time.Time) string {
	return from.In(s.book.Zone).Format("Mon 2 Jan 15:04") + " to " + until.In(s.book.Zone).Format("15:04")
}

// slotOf names a slot by its beginning; empty when there is none.
func (s *session) slotOf(slot calendar.Slot) string {
	if slot.Start.IsZero() {
		return ""
	}
	return slot.Start.In(s.book.Zone).Format("2006-01-02 15:04")
}

// explainedJSON is the explanation for programs.
func (s *session) explainedJSON(x *dispatch.Explained) any {
	type considered struct {
		Campaign  string               `json:"campaign"`
		Decision  string               `json:"decision,omitempty"`
		Slot      any                  `json:"slot"`
		Called    bool                 `json:"called"`
		Reason    string               `json:"reason"`
		Detail    string               `json:"detail"`
		Unknown   bool                 `json:"unknown"`
		NotBefore any                  `json:"not_before"`
		NotAfter  any                  `json:"not_after"`
		Lines     []engine.AccountLine `json:"lines"`
		// What a start has decided, and the place among the others.
		DecidedAt any    `json:"decided_at"`
		File      string `json:"file,omitempty"`
		Rank      int    `json:"rank,omitempty"`
		Ranked    int    `json:"ranked,omitempty"`
		Capacity  int    `json:"capacity,omitempty"`
	}
	told := struct {
		Lead      string             `json:"lead"`
		At        string             `json:"at"`
		RuleBook  string             `json:"rule_book"`
		Type      string             `json:"type"`
		Segment   string             `json:"segment"`
		Score     int64              `json:"score"`
		Grade     string             `json:"grade"`
		Group     string             `json:"group"`
		Breakdown []engine.ScoreLine `json:"breakdown"`
		Campaigns []considered       `json:"campaigns"`
	}{
		x.Lead.ID, x.At.In(s.book.Zone).Format(time.RFC3339), s.book.Short(), x.Lead.Type, x.Lead.Segment, x.Score, x.Lead.Grade, x.Lead.Group,
		x.Lines,
		[]considered{},
	}
	for _, c := range x.Campaigns {
		one := considered{Campaign: c.Campaign, Decision: c.Decision, Called: c.Reason == "", Reason: c.Reason, Detail: c.Detail, Unknown: c.Unknown, Lines: c.Lines, Rank: c.Place.Rank, Ranked: c.Place.Of, Capacity: c.Place.Capacity}
		if !c.DecidedAt.IsZero() {
			one.DecidedAt = c.DecidedAt.In(s.book.Zone).Format(time.RFC3339)
		}
		if c.Call != nil {
			one.File = c.Call.File
		}
		if !c.Slot.Start.IsZero() {
			one.Slot = c.Slot.Start.In(s.book.Zone).Format(time.RFC3339)
		}
		if c.Reason == "" {
			one.NotBefore, one.NotAfter = c.NotBefore.In(s.book.Zone).Format(time.RFC3339), c.NotAfter.In(s.book.Zone).Format(time.RFC3339)
		}
		told.Campaigns = append(told.Campaigns, one)
	}
	return told
}

// explainedRows is a row for each line.
func (s *session) explainedRows(x *dispatch.Explained) error {
	var rows [][]any
	for _, c := range x.Campaigns {
		for _, l := range c.Lines {
			rows = append(rows, []any{c.Campaign, s.slotOf(c.Slot), l.Gate, l.Name, l.Mark, l.Would, l.Say, valuesOf(l.Reads), l.Change, l.Source})
		}
	}
	return s.Table(terminal.Columns("campaign", "slot", "gate", "name", "mark", "would", "say", "values", "nearest_change", "source"), rows)
}

func valuesOf(reads []expression.Reading) string {
	values := make([]string, len(reads))
	for i, r := range reads {
		values[i] = r.String()
	}
	return strings.Join(values, "; ")
}
