package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

// errDiffers ends a replay that has told already what differs.
var errDiffers = errors.New("decisions differ")

type replayOptions struct{ from, to, campaign string }

func newReplayCommand(a *app) *cobra.Command {
	var asked replayOptions
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "take stored decisions again, and tell which come out otherwise",
		Long: "replay takes every stored decision again, with the facts and the rule book on which it rests, and compares. Nothing is\n" +
			"changed. It ends with 1 when a decision comes out otherwise.",
		Example: "  callsheet replay --from 2026-11-01",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runReplay(cmd.Context(), s, asked) })
		},
	}
	cmd.Flags().StringVar(&asked.from, "from", "", "first day, such as 2026-11-01 (default: of the first decision)")
	cmd.Flags().StringVar(&asked.to, "to", "", "last day (default: of the last decision)")
	cmd.Flags().StringVar(&asked.campaign, "campaign", "", "only this campaign")
	return cmd
}

// replayed counts what came of a replay.
type replayed struct {
	Decisions int64       `json:"decisions"` // taken again
	Identical int64       `json:"identical"`
	Differ    []different `json:"differ"` // the first ones
	Different int64       `json:"different"`
	// Masked are those that come out otherwise because a rule read a personal
	// text, which is not stored.
	Masked int64 `json:"masked"`
	// Bookless rest on a rule book that is not stored or that this program no
	// longer compiles, Factless on facts that are not stored.
	Bookless int64 `json:"without_rule_book"`
	Factless int64 `json:"without_facts"`
}

// different is a decision that comes out otherwise.
type different struct {
	ID       string `json:"id"`
	Lead     string `json:"lead"`
	Slot     string `json:"slot"`
	RuleBook string `json:"rule_book"`
	Was      string `json:"was"`
	Is       string `json:"is"`
}

// mostTold is how many decisions are told of that come out otherwise.
const mostTold = 10

func runReplay(ctx context.Context, s *session, asked replayOptions) error {
	from, until, err := s.period(asked.from, asked.to)
	if err != nil {
		return err
	}
	if c, ok := s.book.Campaign(asked.campaign); ok {
		asked.campaign = c.Name
	}
	total, err := s.store.CountDecisions(ctx, asked.campaign, from, until)
	if err != nil {
		return err
	}
	if total == 0 && asked.campaign != "" {
		// One that the rules have no more may have decided once.
		if _, err := campaignNamed(s.book, asked.campaign); err != nil {
			return err
		}
	}
	advance, done := s.progress("replaying", total, slowLeads)
	defer done()
	books := &shelf{store: s.store, known: map[string]*engine.RuleBook{}}
	out := replayed{Differ: []different{}}
	for after := (crm.FactSheet{}); ; {
		page, err := s.store.FactsBetween(ctx, asked.campaign, from, until, after, 1)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		after = page[0]
		n, err := s.replaySheet(ctx, books, &page[0], &out)
		if err != nil {
			return err
		}
		advance(n)
	}
	out.Factless = total - out.Decisions - out.Bookless
	return s.tellReplayed(&out)
}

// period is from the beginning of one local day to the end of another one; open
// where none is given.
func (s *session) period(from, to string) (first, until crm.Instant, err error) {
	until = math.MaxInt64
	if from != "" {
		day, err := calendar.ParseDate(from)
		if err != nil {
			return first, until, usageError{fmt.Errorf("--from: %w", err)}
		}
		first = crm.At(s.midnight(day))
	}
	if to != "" {
		day, err := calendar.ParseDate(to)
		if err != nil {
			return first, until, usageError{fmt.Errorf("--to: %w", err)}
		}
		until = crm.At(s.midnight(day.AddDays(1)))
	}
	if until <= first {
		return first, until, usageError{fmt.Errorf("--from %s is after the last day %s: give the first day, then the last with --to", from, to)}
	}
	return first, until, nil
}

// replaySheet takes the decisions again that rest on one sheet of facts, and
// says how many there are.
func (s *session) replaySheet(ctx context.Context, books *shelf, sheet *crm.FactSheet, out *replayed) (int64, error) {
	f, err := sheet.Facts()
	if err != nil {
		return 0, err
	}
	decisions, err := s.store.DecisionsOn(ctx, sheet, f.Leads)
	if err != nil {
		return 0, err
	}
	n := int64(len(decisions))
	book, err := books.book(ctx, f.Version)
	if err != nil {
		return 0, err
	}
	if book == nil {
		out.Bookless += n
		return n, nil
	}
	differ, err := dispatch.Replay(book, f, decisions)
	if err != nil {
		return 0, err
	}
	out.Decisions += n
	out.Identical += n - int64(len(differ))
	for _, d := range differ {
		if d.Masked {
			out.Masked++
			continue
		}
		if out.Different++; len(out.Differ) < mostTold {
			out.Differ = append(out.Differ, different{d.Decision.ID, d.Decision.LeadID, d.Decision.SlotKey, book.Short(), said(d.Decision), said(d.Is)})
		}
	}
	return n, nil
}

// said is what a decision says, on a line.
func said(d crm.Decision) string {
	text := cmp.Or(d.Reason, "passes")
	if d.Unknown {
		text += " (unknown)"
	}
	if d.Detail != "" {
		text += " (" + d.Detail + ")"
	}
	return fmt.Sprintf("%s, score %d, group %s", text, d.Score, orNone(d.Group))
}

func (s *session) tellReplayed(r *replayed) error {
	switch s.Format {
	case terminal.JSON:
		if err := s.JSON(r); err != nil {
			return err
		}
	case terminal.CSV:
		rows := make([][]any, len(r.Differ))
		for i, d := range r.Differ {
			rows[i] = []any{d.ID, d.Lead, d.Slot, d.RuleBook, d.Was, d.Is}
		}
		if err := s.Table(terminal.Columns("decision", "lead", "slot", "rule_book", "was", "is"), rows); err != nil {
			return err
		}
	default:
		s.printReplayed(r)
	}
	if r.Different > 0 {
		return toldError{errDiffers}
	}
	return nil
}

func (s *session) printReplayed(r *replayed) {
	s.Printf("%s decisions, %s identical", thousands(r.Decisions), thousands(r.Identical))
	for _, d := range r.Differ {
		s.Printf("  %s  %s, %s, rule book %s: was %s; is %s", d.ID, d.Lead, d.Slot, d.RuleBook, d.Was, d.Is)
	}
	if more := r.Different - int64(len(r.Differ)); more > 0 {
		s.Printf("  and %s more", thousands(more))
	}
	for _, apart := range []struct {
		n   int64
		why string
	}{
		{r.Masked, "hang on personal texts, which are not stored"},
		{r.Bookless, "rest on rule books that are not stored or no longer compile"},
		{r.Factless, "rest on facts that are not stored: they are older than facts are, erased, or purged"},
	} {
		if apart.n > 0 {
			s.Printf("%s %s", thousands(apart.n), apart.why)
		}
	}
}

// thousands writes a number with commas.
func thousands(n int64) string {
	text := fmt.Sprint(n)
	var b strings.Builder
	for i, digit := range text {
		if i > 0 && (len(text)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return b.String()
}
