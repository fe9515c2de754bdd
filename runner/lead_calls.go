package main

import (
	"context"
	"strings"

	"callsheet/runner/internal/terminal"
)

// called is one call that was made to a lead. What the agent wrote about the
// person is nobody else's business.
type called struct {
	ID        string   `json:"id"`
	At        string   `json:"at"`
	Outcome   string   `json:"outcome"`
	Wrapup    string   `json:"wrapup"`
	Result    string   `json:"result"`
	Agent     string   `json:"agent"`
	Talk      any      `json:"talk_seconds"`
	Callback  any      `json:"callback_at"`
	Refused   string   `json:"callback_refused"` // why the date was not taken
	Attempt   bool     `json:"attempt"`
	Anomalies []string `json:"anomalies"`
	Corrected bool     `json:"corrected"`
	Call      string   `json:"call"` // the planned call that it was; empty when none of ours
}

// calls is the history of a lead, oldest first.
func (s *session) calls(ctx context.Context, lead string) ([]called, error) {
	records, err := s.store.LeadRecords(ctx, lead)
	list := make([]called, len(records))
	for i := range records {
		r := &records[i]
		list[i] = called{
			ID: r.ID, At: s.local(r.At()), Outcome: r.Outcome, Wrapup: r.Wrapup, Result: r.Result, Agent: r.Agent,
			Talk: orNil(r.TalkSeconds.V, r.TalkSeconds.Valid), Callback: s.when(r.CallbackAt), Refused: r.CallbackReason,
			Attempt: r.Attempt, Anomalies: append([]string{}, r.Anomalies...), Corrected: r.Revision > 1, Call: r.CallID,
		}
	}
	return list, err
}

func (s *session) printCalls(list []called) error {
	if len(list) == 0 {
		return nil
	}
	s.Printf("\nCalls")
	rows := make([][]any, len(list))
	for i, c := range list {
		notes := c.Anomalies
		if c.Refused != "" {
			notes = append(notes, "callback "+c.Refused)
		}
		if c.Corrected {
			notes = append(notes, "corrected")
		}
		rows[i] = []any{c.At, c.Outcome, c.Wrapup, c.Agent, c.Talk, c.Callback, strings.Join(notes, ", ")}
	}
	return s.Table(terminal.Columns("at", "outcome", "wrapup", "agent", "talk_seconds", "callback_at", "note"), rows)
}
