package store

import (
	"context"

	"callsheet/runner/internal/crm"
)

// PutAgents stores agents by username. An agent that comes without a last
// assignment keeps the one stored.
func (s *Store) PutAgents(ctx context.Context, agents []crm.Agent) error {
	rows := lastOfEach(pointers(agents), func(a *crm.Agent) string { return a.Username })
	return s.write(ctx, "store agents", func(ctx context.Context, q querier) error {
		_, err := run(ctx, q, s.putAgent, rows, s.agent.bind)
		return err
	})
}

// Agents is every stored agent by username.
func (s *Store) Agents(ctx context.Context) (map[string]crm.Agent, error) {
	all := map[string]crm.Agent{}
	err := s.view(ctx, "read agents", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.agent.sel(""))
		agents, err := s.agent.scan(rows, err)
		for _, a := range agents {
			all[a.Username] = a
		}
		return err
	})
	return all, err
}

// PutDialerContacts stores rows of the dialer's campaigns by id.
func (s *Store) PutDialerContacts(ctx context.Context, contacts []crm.DialerContact) error {
	rows := lastOfEach(pointers(contacts), func(c *crm.DialerContact) string { return c.ID })
	return s.write(ctx, "store dialer contacts", func(ctx context.Context, q querier) error {
		_, err := run(ctx, q, s.putDialer, rows, s.dialerContact.bind)
		return err
	})
}
