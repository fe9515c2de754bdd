package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

type funnelOptions struct {
	campaign, reason string
}

func newFunnelCommand(a *app) *cobra.Command {
	var o funnelOptions
	cmd := &cobra.Command{
		Use:   "funnel CAMPAIGN",
		Short: "say why a campaign has this many leads",
		Long: "funnel shows, for the slot that runs or the next one, how many of the due calls are left after each gate, which\n" +
			"reasons took the others away, and what is different from the slot before. --reason lists the leads behind a number.",
		Example: "  callsheet --db fixtures funnel PVI",
		Args:    exactly(1, "the name of one campaign"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.campaign = args[0]
			return a.reading(cmd.Context(), func(s *session) error { return runFunnel(cmd.Context(), s, o) })
		},
	}
	cmd.Flags().StringVar(&o.reason, "reason", "", "list the leads that this reason keeps out, or those that are \"injected\"")
	return cmd
}

// funnelStep is how many calls are left after a gate, and who stopped there.
type funnelStep struct {
	Gate    string         `json:"gate"`
	Left    int            `json:"left"`
	Lost    int            `json:"lost"`
	Reasons map[string]int `json:"reasons,omitempty"`
	Unknown int            `json:"unknown,omitempty"` // of those, could not be evaluated
}

// funnelled is a campaign in one slot.
type funnelled struct {
	Campaign string       `json:"campaign"`
	Mode     string       `json:"mode"`
	Slot     string       `json:"slot"`
	RuleBook string       `json:"rule_book"`
	Started  bool         `json:"started"`
	Planned  int          `json:"planned"`
	Steps    []funnelStep `json:"steps"`
	Injected int          `json:"injected"`
	Before   *mover       `json:"before"`

	decisions []crm.Decision
	reasons   map[string]int
}

// mover is what is different from the slot before.
type mover struct {
	Slot     string `json:"slot"`
	Injected int    `json:"injected"`
	Reason   string `json:"biggest_mover"`
	By       int    `json:"by"`
}

func runFunnel(ctx context.Context, s *session, o funnelOptions) error {
	c, err := campaignNamed(s.book, o.campaign)
	if err != nil {
		return err
	}
	reports, decisions, err := s.desk.Preview(ctx, s.book, c, s.now)
	if err != nil {
		return err
	}
	all := []funnelled{}
	for _, r := range reports {
		f := s.funnelOf(c, r, decisions[crm.SlotKey(c.Name, r.Slot.Start.In(s.book.Zone))])
		if f.Before, err = s.before(ctx, c, r, f.reasons); err != nil {
			return err
		}
		all = append(all, f)
	}
	if o.reason != "" {
		return s.behind(all, o.reason)
	}
	switch s.Format {
	case terminal.JSON:
		return s.JSON(all)
	case terminal.CSV:
		return s.funnelRows(all)
	}
	if len(all) == 0 {
		s.Printf("%s has no slot to look at", c.Name)
	}
	for i := range all {
		s.printFunnel(&all[i])
	}
	return nil
}

// gateOf is the gate at which a reason stops a lead.
func (s *session) gateOf(reason string) engine.Gate {
	gates := map[string]engine.Gate{
		engine.InvalidPhone: engine.GatePlanned, engine.WrongType: engine.GateType, engine.WrongSegment: engine.GateSegment, engine.NoGroup: engine.GateGroup,
		engine.Suppressed: engine.GateCompliance, engine.PhoneOpen: engine.GatePhone, engine.NoAgent: engine.GateAgent, engine.OverCapacity: engine.GateCapacity,
		engine.OutOfCanary: engine.GateConditions,
	}
	if gate, own := gates[reason]; own {
		return gate
	}
	if _, law := s.book.PackRuleByID(reason); law {
		return engine.GateCompliance
	}
	return engine.GateConditions
}

// funnelOf counts the decisions of a slot by gate: the numbers add up because
// each lead is decided once.
func (s *session) funnelOf(c *engine.Campaign, r dispatch.Report, decisions []crm.Decision) funnelled {
	f := funnelled{
		Campaign: c.Name, Mode: c.Rollout(), Slot: r.Slot.Start.In(s.book.Zone).Format(time.RFC3339), RuleBook: s.book.Short(),
		Planned: len(decisions), decisions: decisions, reasons: map[string]int{},
	}
	f.Steps = make([]funnelStep, engine.GateCapacity+1)
	for gate := range f.Steps {
		f.Steps[gate] = funnelStep{Gate: engine.Gate(gate).String(), Reasons: map[string]int{}}
	}
	for _, g := range r.Groups {
		f.Started = f.Started || g.Already > 0
	}
	for _, d := range decisions {
		if wanted(d) {
			f.Injected++
			continue
		}
		step := &f.Steps[s.gateOf(d.Reason)]
		step.Lost++
		step.Reasons[d.Reason]++
		f.reasons[d.Reason]++
		if d.Unknown {
			step.Unknown++
		}
	}
	left := f.Planned
	for gate := range f.Steps {
		left -= f.Steps[gate].Lost
		f.Steps[gate].Left = left
	}
	return f
}

// wanted says whether a lead is called, or would be if the campaign called.
func wanted(d crm.Decision) bool {
	return d.Injected || d.Reason == string(engine.Shadow) || d.Reason == string(engine.Draft)
}

// lookback is how long ago the slot before may have been.
const lookback = 14 * 24 * time.Hour

// before compares with the last slot of the campaign that was started.
func (s *session) before(ctx context.Context, c *engine.Campaign, r dispatch.Report, now map[string]int) (*mover, error) {
	last, decisions, err := s.lastSlot(ctx, c, r)
	if err != nil || decisions == nil {
		return nil, err
	}
	m := &mover{Slot: s.local(last)}
	moved := maps.Clone(now)
	for _, d := range decisions {
		if wanted(d) {
			m.Injected++
		} else {
			moved[d.Reason]--
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(moved)) {
		if by := moved[reason]; max(by, -by) > max(m.By, -m.By) {
			m.Reason, m.By = reason, by
		}
	}
	return m, nil
}

// lastSlot is the last slot of the campaign that was started before one, with
// what was decided then. A shadow has no runs: its slots are looked through.
func (s *session) lastSlot(ctx context.Context, c *engine.Campaign, r dispatch.Report) (crm.Instant, []crm.Decision, error) {
	runs, err := s.store.RunsBetween(ctx, crm.At(r.Slot.Start.Add(-lookback)), crm.At(r.Slot.Start))
	if err != nil {
		return 0, nil, err
	}
	var starts []crm.Instant
	for _, run := range runs {
		if run.Campaign == c.Name {
			starts = append(starts, run.SlotStart)
		}
	}
	if c.Mode == engine.Shadow {
		for day := r.Slot.Date.AddDays(-14); !r.Slot.Date.Before(day); day = day.AddDays(1) {
			for _, slot := range s.book.Week(c, nil).On(day) {
				if slot.Start.Before(r.Slot.Start) {
					starts = append(starts, crm.At(slot.Start))
				}
			}
		}
	}
	slices.Sort(starts)
	for _, start := range slices.Backward(slices.Compact(starts)) {
		decisions, err := s.store.Decisions(ctx, crm.SlotKey(c.Name, start.Time().In(s.book.Zone)))
		if err != nil || len(decisions) > 0 {
			return start, decisions, err
		}
	}
	return 0, nil, nil
}

// printFunnel tells people: a line a gate that took somebody away.
func (s *session) printFunnel(f *funnelled) {
	state := "as a start would decide now"
	if f.Started {
		state = "started"
	}
	s.Printf("%s %s, %s (rule book %s)", f.Campaign, strings.Replace(f.Slot[:16], "T", " ", 1), state, f.RuleBook)
	s.Printf("%7d  calls due", f.Planned)
	for _, step := range f.Steps {
		if step.Lost == 0 {
			continue
		}
		var lost []string
		for _, reason := range slices.SortedFunc(maps.Keys(step.Reasons), mostFirst(step.Reasons)) {
			lost = append(lost, fmt.Sprintf("−%d %s", step.Reasons[reason], reason))
		}
		line := fmt.Sprintf("%7d  after %-12s %s", step.Left, step.Gate, strings.Join(lost, "  "))
		if step.Unknown > 0 {
			line += fmt.Sprintf("  (%d of these could not be evaluated)", step.Unknown)
		}
		s.Printf("%s", line)
	}
	switch f.Mode {
	case string(engine.Draft), string(engine.Shadow):
		s.Printf("%7d  would be called, but the campaign is a %s", f.Injected, f.Mode)
	default:
		s.Printf("%7d  to be called", f.Injected)
	}
	if f.Before != nil {
		line := fmt.Sprintf("         slot of %s: %d", strings.Replace(f.Before.Slot[:16], "T", " ", 1), f.Before.Injected)
		if f.Before.Reason != "" {
			line += fmt.Sprintf("; biggest mover: %s %+d", f.Before.Reason, f.Before.By)
		}
		s.Printf("%s", line)
	}
}

// funnelRows is a row for each gate and reason.
func (s *session) funnelRows(all []funnelled) error {
	var rows [][]any
	for _, f := range all {
		for _, step := range f.Steps {
			for _, reason := range slices.Sorted(maps.Keys(step.Reasons)) {
				rows = append(rows, []any{f.Campaign, f.Slot, step.Gate, reason, step.Reasons[reason], step.Left})
			}
		}
		rows = append(rows, []any{f.Campaign, f.Slot, "", "injected", f.Injected, f.Injected})
	}
	return s.Table(terminal.Columns("campaign", "slot", "gate", "reason", "leads", "left"), rows)
}

// behind lists the leads behind a number.
func (s *session) behind(all []funnelled, reason string) error {
	var rows [][]any
	known := map[string]bool{"injected": true}
	for _, f := range all {
		for _, d := range f.decisions {
			known[cmp.Or(d.Reason, "injected")] = true
			if d.Reason == reason || wanted(d) && reason == "injected" {
				rows = append(rows, []any{d.LeadID, d.Group, d.Score, orNil(d.Rank, d.Rank != 0), d.Detail})
			}
		}
	}
	if !known[reason] {
		return usageError{fmt.Errorf("no lead stays out because of %q: the reasons are %s", reason, strings.Join(slices.Sorted(maps.Keys(known)), ", "))}
	}
	return s.Table(terminal.Columns("lead", "group", "score", "rank", "detail"), rows)
}
