package voice

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/remote"
)

// CRM knows the agents.
type CRM struct{ Service *remote.Service }

// Team is the agents of a team, those who are not active too. Agents of other
// teams are passed over, for a CRM that does not look at the question.
func (c *CRM) Team(ctx context.Context, team string) ([]crm.Agent, error) {
	var all []struct {
		Username id    `json:"username"`
		Team     *id   `json:"team"`
		Active   *bool `json:"active"`
	}
	err := c.Service.Ask(ctx, remote.Request{
		Method: http.MethodGet, Path: []string{"crm", "agents"}, Query: url.Values{"team": {team}},
	}, &all)
	if err != nil {
		return nil, err
	}
	agents := make([]crm.Agent, 0, len(all))
	for i, a := range all {
		if a.Username == "" {
			return nil, fmt.Errorf("CRM: agent %d of team %s has no username", i+1, team)
		}
		if a.Team == nil || string(*a.Team) == team {
			agents = append(agents, crm.Agent{Username: string(a.Username), Active: a.Active != nil && *a.Active, Teams: []string{team}, Weight: 1})
		}
	}
	return agents, nil
}
