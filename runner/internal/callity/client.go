package callity

import (
	"context"
	"net/http"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/remote"
)

// Client is the transcribers over HTTP: POST /calls with an Idempotency-Key,
// which is the id of the call, and GET /calls/{id}.
type Client struct{ Service *remote.Service }

// call is what they get of a call: where its recording is and what it was
// about, and nothing of the person. What agents wrote is not among it.
type call struct {
	ID          string `json:"id"`
	Recording   string `json:"recording"`
	StartedAt   string `json:"started_at,omitempty"`
	EndedAt     string `json:"ended_at,omitempty"`
	Seconds     *int64 `json:"duration_seconds,omitempty"`
	TalkSeconds *int64 `json:"talk_seconds,omitempty"`
	Agent       string `json:"agent,omitempty"`
	Campaign    string `json:"campaign,omitempty"`
	Outcome     string `json:"outcome,omitempty"`
}

// Send posts one call, and tries once.
func (c *Client) Send(ctx context.Context, r *crm.Record) error {
	body := call{
		ID: r.ID, Recording: r.RecordingRef, StartedAt: when(r.StartedAt), EndedAt: when(r.EndedAt),
		Seconds: seconds(r.TotalSeconds), TalkSeconds: seconds(r.TalkSeconds), Agent: r.Agent, Campaign: r.CampaignID, Outcome: r.Outcome,
	}
	return c.Service.Try(ctx, remote.Request{
		Method: http.MethodPost, Path: []string{"calls"}, Header: map[string]string{"Idempotency-Key": r.ID}, Body: body,
	}, nil)
}

// Has asks for one call.
func (c *Client) Has(ctx context.Context, callID string) (bool, error) {
	err := c.Service.Try(ctx, remote.Request{Method: http.MethodGet, Path: []string{"calls", callID}}, nil)
	if remote.StatusOf(err) == http.StatusNotFound {
		return false, nil
	}
	return err == nil, err
}

func when(at crm.Maybe[crm.Instant]) string {
	if !at.Valid {
		return ""
	}
	return at.V.String()
}

func seconds(n crm.Maybe[int64]) *int64 {
	if !n.Valid {
		return nil
	}
	return &n.V
}
