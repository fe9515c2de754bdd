package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
)

// found is what the database says afterwards.
type found struct{ lost, doubled, odd int64 }

// verify asks for every lead: it has the one call that was reported, once, and
// one attempt was counted.
func verify(ctx context.Context, s *service, calls []call, clients int) (found, error) {
	var lost, doubled, odd atomic.Int64
	err := s.each(ctx, calls, clients, func(ctx context.Context, c *call) error {
		status, said, _, err := s.insist(ctx, http.MethodGet, "/v1/leads/"+url.PathEscape(c.lead), s.read, "")
		if err != nil {
			return fmt.Errorf("lead %s: %w", c.lead, err)
		}
		if status != http.StatusOK {
			return fmt.Errorf("lead %s: %d %v", c.lead, status, said["detail"])
		}
		listed, _ := said["calls"].([]any)
		times := 0
		for _, one := range listed {
			if fields, _ := one.(map[string]any); fields["id"] == c.id {
				times++
			}
		}
		facts, _ := said["facts"].(map[string]any)
		attempts, _ := facts["lead.attempts"].(float64)
		switch {
		case times == 0:
			lost.Add(1)
		case times > 1 || attempts > 1:
			doubled.Add(1)
		case len(listed) != 1 || attempts != 1:
			odd.Add(1)
		}
		return nil
	})
	return found{lost.Load(), doubled.Load(), odd.Load()}, err
}

// postLeads makes the leads of the calls known to a service that runs already.
func (s *service) postLeads(ctx context.Context, calls []call, clients int) error {
	return s.each(ctx, calls, clients, func(ctx context.Context, c *call) error {
		status, said, tries, err := s.insist(ctx, http.MethodPost, "/v1/leads", s.webhook, c.leadOf())
		if err != nil {
			return fmt.Errorf("lead %s: %w", c.lead, err)
		}
		// The answer to an earlier try may have been lost.
		if status != http.StatusCreated && (tries == 1 || status != http.StatusOK) {
			return fmt.Errorf("lead %s: %d %v", c.lead, status, said["detail"])
		}
		return nil
	})
}

// each does something for every call, by many clients at once, until one fails.
func (s *service) each(ctx context.Context, calls []call, clients int, do func(context.Context, *call) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(calls) {
					return
				}
				if err := do(ctx, &calls[i]); err != nil {
					cancel(err)
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}
