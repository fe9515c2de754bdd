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

// DialerContacts finds rows of the dialer's campaigns by id.
func (s *Store) DialerContacts(ctx context.Context, ids []string) (map[string]crm.DialerContact, error) {
	found := map[string]crm.DialerContact{}
	err := s.view(ctx, "read dialer contacts", func(ctx context.Context, q querier) error {
		return inLists(ids, func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, s.dialerContact.sel(`WHERE "id" IN `+list), args...)
			contacts, err := s.dialerContact.scan(rows, err)
			for _, c := range contacts {
				found[c.ID] = c
			}
			return err
		})
	})
	return found, err
}

// CampaignContacts lists the rows of one of the dialer's campaigns, by id.
func (s *Store) CampaignContacts(ctx context.Context, campaignID string) ([]crm.DialerContact, error) {
	var contacts []crm.DialerContact
	err := s.view(ctx, "read contacts of campaign "+campaignID, func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.dialerContact.sel(`WHERE "campaign_id" = $1 ORDER BY "id"`), campaignID)
		contacts, err = s.dialerContact.scan(rows, err)
		return err
	})
	return contacts, err
}
