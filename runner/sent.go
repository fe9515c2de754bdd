package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"callsheet/runner/internal/callity"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/terminal"
)

// reportSending prints what became of recordings: counts for people, a row a
// call for programs.
func (s *session) reportSending(from, until time.Time, items []callity.Item, dry bool) error {
	slices.SortStableFunc(items, func(a, b callity.Item) int {
		if a.EndedAt != b.EndedAt {
			return int(max(-1, min(1, a.EndedAt-b.EndedAt)))
		}
		return strings.Compare(a.Call, b.Call)
	})
	states, reasons := map[string]int{}, map[string]int{}
	for _, item := range items {
		states[item.State]++
		if item.State == callity.Skipped {
			reasons[item.Reason]++
		}
	}
	switch s.Format {
	case terminal.JSON:
		return s.JSON(s.sendingJSON(from, until, items, states, reasons))
	case terminal.CSV:
		rows := make([][]any, len(items))
		for i, item := range items {
			rows[i] = []any{item.Call, s.when(crm.Some(item.EndedAt)), item.State, item.Reason}
		}
		return s.Table(terminal.Columns("call", "ended_at", "state", "reason"), rows)
	}
	s.Printf("%s", sentSentence(states, reasons, dry))
	if dry {
		s.Note("dry run: nothing stored, nothing sent")
	}
	return nil
}

// sentSentence is "sent 2, failed 1; skipped no_recording 1, opposed 1".
func sentSentence(states, reasons map[string]int, dry bool) string {
	text := fmt.Sprintf("sent %d", states[callity.Sent])
	if dry {
		text = fmt.Sprintf("would send %d", states[callity.Due])
	}
	for _, state := range []string{callity.Failed, callity.Left} {
		if n := states[state]; n > 0 {
			text += fmt.Sprintf(", %s %d", state, n)
		}
	}
	var skipped []string
	for _, reason := range []string{callity.NoRecording, callity.Opposed, callity.TooShort, callity.AlreadySent} {
		if n := reasons[reason]; n > 0 {
			skipped = append(skipped, fmt.Sprintf("%s %d", reason, n))
		}
	}
	if len(skipped) > 0 {
		text += "; skipped " + strings.Join(skipped, ", ")
	}
	return text
}

func (s *session) sendingJSON(from, until time.Time, items []callity.Item, states, reasons map[string]int) any {
	type call struct {
		Call    string `json:"call"`
		EndedAt any    `json:"ended_at"`
		State   string `json:"state"`
		Reason  string `json:"reason,omitempty"`
	}
	out := struct {
		From    any            `json:"from"`
		Until   any            `json:"until"`
		Sent    int            `json:"sent"`
		Due     int            `json:"due,omitempty"`
		Failed  int            `json:"failed"`
		Left    int            `json:"left"`
		Skipped map[string]int `json:"skipped"`
		Calls   []call         `json:"calls"`
	}{
		s.when(crm.Some(crm.At(from))), s.when(crm.Some(crm.At(until))),
		states[callity.Sent], states[callity.Due], states[callity.Failed], states[callity.Left], reasons,
		[]call{},
	}
	for _, item := range items {
		out.Calls = append(out.Calls, call{item.Call, s.when(crm.Some(item.EndedAt)), item.State, item.Reason})
	}
	return out
}
