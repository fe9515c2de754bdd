package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/terminal"
)

// How long things may take before the doctor calls them stuck.
const (
	stopLate  = 10 * time.Minute
	filesLate = 10 * time.Minute
	callsLate = 7 * 24 * time.Hour
)

// errIll says that the doctor found something.
var errIll = errors.New("something needs looking after")

func newDoctorCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "look for what has gone wrong",
		Long: "doctor looks for what has gone wrong or takes too long, and says how to mend it: rules that are refused, messages that\n" +
			"nobody could use, runs that nobody stopped, files that are not handed over. It ends with exit code 1 when there is any.",
		Example: "  callsheet doctor",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runDoctor(cmd.Context(), s) })
		},
	}
}

// symptom is one thing that the doctor looked at.
type symptom struct {
	what  string
	count int
	// ill says that a count above zero needs looking after; otherwise it is
	// only told.
	ill    bool
	detail string
	mend   string
}

func runDoctor(ctx context.Context, s *session) error {
	ago := func(d time.Duration) crm.Instant { return crm.At(s.now.Add(-d)) }
	h, err := s.store.Health(ctx, crm.Overlong{Slots: ago(stopLate), Files: ago(filesLate), Planned: ago(callsLate)})
	if err != nil {
		return err
	}
	refused := 0
	if s.rules.Status().Rejected != nil {
		refused = 1
	}
	dead, reasons := 0, []string{}
	for _, reason := range slices.Sorted(maps.Keys(h.DeadEvents)) {
		dead += h.DeadEvents[reason]
		reasons = append(reasons, fmt.Sprintf("%s %d", cmp.Or(reason, "unknown"), h.DeadEvents[reason]))
	}
	found := []symptom{
		{"rule files refused", refused, true, "", "callsheet status says why"},
		{"messages nobody could use", dead, true, strings.Join(reasons, ", "), "callsheet events lists them"},
		{"runs nobody stopped", len(h.Orphans), true, some(h.Orphans), "callsheet stop-campaigns"},
		{"files not handed over", len(h.StuckFiles), true, some(h.StuckFiles), "callsheet start-campaign tries again, and says what keeps them"},
		{"transfers waiting", h.Transfers, true, "", "look at CALLSHEET_VOICE_URL and CALLSHEET_CRM_URL"},
		{"recordings waiting", h.Transcripts, true, "", "callsheet send-callity-calls"},
		{"planned calls overdue for a week", h.Overdue, true, "", "callsheet funnel CAMPAIGN says what keeps them; recover-forgotten-lead plans them again"},
		{"leads without a usable phone", h.NoPhone, false, "", ""},
		{"leads without a group", h.NoGroup, false, "", "no zone of campaigns.yaml begins their postal code"},
		{"leads without a legal basis", h.NoBasis, false, "", "nobody may call them"},
		{"numbers never to be called", h.Suppressed, false, "", ""},
		{"tasks pending", h.Tasks, false, "", "callsheet tasks"},
	}
	if err := s.tellSymptoms(found, h.Leads); err != nil {
		return err
	}
	if slices.ContainsFunc(found, func(f symptom) bool { return f.ill && f.count > 0 }) {
		return toldError{errIll}
	}
	return nil
}

// some are the first names of a list.
func some(names []string) string {
	const most = 3
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// tellSymptoms prints a line for each, ✗ for what needs looking after.
func (s *session) tellSymptoms(found []symptom, leads int) error {
	if s.Format != terminal.Table {
		rows := make([][]any, len(found))
		for i, f := range found {
			rows[i] = []any{f.what, f.count, f.ill && f.count > 0, f.detail, f.mend}
		}
		return s.Terminal.Table(terminal.Columns("what", "count", "ill", "detail", "mend"), rows)
	}
	ill := 0
	for _, f := range found {
		sign, rest := "✓", ""
		switch {
		case f.ill && f.count > 0:
			sign, rest = "✗", "  → "+f.mend
			ill++
			if f.detail != "" {
				rest = "  " + f.detail + rest
			}
		case !f.ill:
			sign = "·"
		}
		s.Printf("%s %6d  %s%s", sign, f.count, f.what, rest)
	}
	if ill == 0 {
		s.Printf("healthy: %s, rule book %s", plural(leads, "lead"), s.book.Short())
		return nil
	}
	s.Printf("%s to look after: %s, rule book %s", plural(ill, "thing"), plural(leads, "lead"), s.book.Short())
	return nil
}
