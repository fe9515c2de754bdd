package voice

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/remote"
)

// Dialer is the platform that keeps the contacts of the dialer's campaigns.
type Dialer struct{ Service *remote.Service }

// contact is a contact as far as it matters here. It may have more.
type contact struct {
	ID       id `json:"id"`
	Campaign id `json:"campaign_id"`
	Agent    id `json:"assignedAgent"`
	Lead     id `json:"crm_id"`
}

func (c contact) known() crm.DialerContact {
	return crm.DialerContact{ID: string(c.ID), CampaignID: string(c.Campaign), AssignedAgent: string(c.Agent), LeadID: string(c.Lead)}
}

// Load counts the contacts of a campaign by the agent whom they are assigned
// to; those of nobody are left out.
func (d *Dialer) Load(ctx context.Context, campaignID string) (map[string]int, error) {
	var all []contact
	err := d.Service.Ask(ctx, remote.Request{
		Method: http.MethodGet, Path: []string{"voice", "contacts"}, Query: url.Values{"campaignId": {campaignID}},
	}, &all)
	byAgent := map[string]int{}
	for _, c := range all {
		if c.Agent != "" {
			byAgent[string(c.Agent)]++
		}
	}
	return byAgent, err
}

// Contact is the contact of that id, as far as the platform's own facts go; it
// is crm.ErrNotFound when there is none.
func (d *Dialer) Contact(ctx context.Context, contactID string) (crm.DialerContact, error) {
	var c contact
	err := d.Service.Ask(ctx, remote.Request{Method: http.MethodGet, Path: []string{"voice", "contacts", contactID}}, &c)
	return c.known(), missing(err, contactID)
}

func missing(err error, contactID string) error {
	if remote.StatusOf(err) == http.StatusNotFound {
		return fmt.Errorf("%w: contact %s: %w", err, contactID, crm.ErrNotFound)
	}
	return err
}

// Assign makes a contact that of an agent and changes nothing else of it: by a
// PATCH, or where the platform knows none, by a PUT of the contact as it is,
// with the other agent. Again, it does nothing more. It is crm.ErrNotFound when
// there is no such contact.
func (d *Dialer) Assign(ctx context.Context, contactID, agent string) error {
	return d.update(ctx, contactID, map[string]any{"assignedAgent": agent})
}

// Retry says when a contact is to be called again and changes nothing else of
// it, as Assign does. It is crm.ErrNotFound when there is no such contact.
func (d *Dialer) Retry(ctx context.Context, contactID string, at time.Time) error {
	return d.update(ctx, contactID, map[string]any{"retryDate": at.Format(time.RFC3339)})
}

func (d *Dialer) update(ctx context.Context, contactID string, fields map[string]any) error {
	path := []string{"voice", "contacts", contactID}
	err := d.Service.Ask(ctx, remote.Request{Method: http.MethodPatch, Path: path, Body: fields}, nil)
	if status := remote.StatusOf(err); status != http.StatusMethodNotAllowed && status != http.StatusNotImplemented {
		return missing(err, contactID)
	}
	whole := map[string]json.RawMessage{}
	if err := d.Service.Ask(ctx, remote.Request{Method: http.MethodGet, Path: path}, &whole); err != nil {
		return missing(err, contactID)
	}
	changed := make(map[string]any, len(whole)+len(fields))
	for name, value := range whole {
		changed[name] = value
	}
	maps.Copy(changed, fields)
	return missing(d.Service.Ask(ctx, remote.Request{Method: http.MethodPut, Path: path, Body: changed}, nil), contactID)
}
