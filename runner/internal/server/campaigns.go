package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
)

// campaign is one campaign of the rule book and what runs of it.
type campaign struct {
	Name      string   `json:"name"`
	Label     string   `json:"label"`
	Aliases   []string `json:"aliases"`
	LeadTypes []string `json:"lead_types"`
	Segments  []string `json:"segments"`
	Slots     []string `json:"slots"`
	Follows   string   `json:"follows,omitempty"`
	Mode      string   `json:"mode"`    // live, draft, shadow, or canary with a share
	Running   []string `json:"running"` // ids of open runs
	Slot      *slot    `json:"slot"`    // the one that runs, or the next
}

type slot struct {
	Name  string    `json:"name"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// campaigns lists the campaigns in the order of the file.
func (s *Server) campaigns(w http.ResponseWriter, r *http.Request) error {
	open, err := s.Store.OpenRuns(r.Context())
	if err != nil {
		return err
	}
	book, now := s.Rules.Book(), s.Clock()
	list := make([]campaign, len(book.Campaigns))
	for i, c := range book.Campaigns {
		list[i] = campaign{
			Name: c.Name, Label: c.Label, Aliases: orNone(c.Aliases), LeadTypes: orNone(c.LeadTypes), Segments: orNone(c.Segments),
			Slots: orNone(c.Slots), Follows: c.Follows, Mode: c.Rollout(), Running: []string{}, Slot: nextSlot(book, c, now),
		}
		for _, run := range open {
			if run.Campaign == c.Name {
				list[i].Running = append(list[i].Running, run.ID)
			}
		}
	}
	return answer(w, http.StatusOK, list)
}

// nextSlot is the first slot of any group that is not over.
func nextSlot(book *engine.RuleBook, c *engine.Campaign, now time.Time) *slot {
	var first calendar.Slot
	for _, g := range append([]*engine.Group{nil}, book.Groups...) {
		if g != nil && !c.Takes(g.Name) {
			continue
		}
		if found, ok := book.Week(c, g).Next(now, 0); ok && (first.Start.IsZero() || found.Start.Before(first.Start)) {
			first = found
		}
	}
	if first.Start.IsZero() {
		return nil
	}
	return &slot{first.Name, first.Start.In(book.Zone), first.End.In(book.Zone)}
}

// operate starts or stops the campaign of the path.
func (s *Server) operate(do func(ctx context.Context, campaign string) (json.RawMessage, error)) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, ok := s.Rules.Book().Campaign(r.PathValue("type"))
		if !ok {
			return refuse(http.StatusNotFound, "the rule book has no campaign of this name: see /v1/campaigns")
		}
		// What is begun is brought to its end, whether its client waits or not.
		out, err := do(context.WithoutCancel(r.Context()), c.Name)
		if err != nil {
			return err
		}
		return answer(w, http.StatusOK, out)
	}
}

func orNone(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}
