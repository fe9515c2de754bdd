package report

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
)

// NoTeam stands for the team of a sale whose owner has none, or that nobody
// owns.
const NoTeam = "(no team)"

// TeamSales is what a team sold, in sales of one status.
type TeamSales struct {
	Team   string
	Status string // empty for a team without sales
	Count  int
	Amount Money
}

// TeamReport is the sales of all teams.
type TeamReport struct {
	// Teams lists the teams by name, each with its statuses by name, and NoTeam
	// last.
	Teams []TeamSales
	// Total counts every sale once, by status. It is not the sum of Teams: a
	// sale counts in every team of its owner.
	Total []TeamSales
}

// Teams adds up all sales per team and status.
func (s *Sales) Teams(ctx context.Context) (*TeamReport, error) {
	names, teams, err := s.teams(ctx)
	if err != nil {
		return nil, err
	}
	sums, total := map[TeamSales]*TeamSales{}, map[TeamSales]*TeamSales{}
	var id int64
	var status string
	var amount any
	var owner sql.NullInt64
	err = s.read(ctx, "sales", `SELECT "id", "amount", "status", "owner_id" FROM "session"`, []any{&id, &amount, &status, &owner}, func() error {
		money, err := cents(amount)
		if err != nil {
			return fmt.Errorf("sale %d: %w", id, err)
		}
		add(total, TeamSales{Status: status}, money)
		of := teams[owner.Int64]
		if !owner.Valid || len(of) == 0 {
			of = []string{NoTeam}
		}
		for _, team := range of {
			add(sums, TeamSales{Team: team, Status: status}, money)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !slices.ContainsFunc(slices.Collect(maps.Values(sums)), func(t *TeamSales) bool { return t.Team == name }) {
			sums[TeamSales{Team: name}] = &TeamSales{Team: name}
		}
	}
	return &TeamReport{sorted(sums), sorted(total)}, nil
}

// add counts a sale under the team and status of key.
func add(sums map[TeamSales]*TeamSales, key TeamSales, amount Money) {
	if sums[key] == nil {
		sums[key] = &TeamSales{Team: key.Team, Status: key.Status}
	}
	sums[key].Count++
	sums[key].Amount += amount
}

func sorted(sums map[TeamSales]*TeamSales) []TeamSales {
	rows := make([]TeamSales, 0, len(sums))
	for _, row := range sums {
		rows = append(rows, *row)
	}
	last := func(t TeamSales) int {
		if t.Team == NoTeam {
			return 1
		}
		return 0
	}
	slices.SortFunc(rows, func(a, b TeamSales) int {
		return cmp.Or(cmp.Compare(last(a), last(b)), cmp.Compare(a.Team, b.Team), cmp.Compare(a.Status, b.Status))
	})
	return rows
}

// teams finds the names of all teams, and of those of each agent once.
func (s *Sales) teams(ctx context.Context) (names []string, of map[int64][]string, err error) {
	byID := map[int64]string{}
	var id int64
	var name string
	err = s.read(ctx, "teams", `SELECT "id", "name" FROM "team"`, []any{&id, &name}, func() error {
		byID[id] = name
		names = append(names, name)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	of = map[int64][]string{}
	var agent, team int64
	err = s.read(ctx, "teams of agents", `SELECT "agent_id", "team_id" FROM "agent_team" WHERE "agent_id" IS NOT NULL AND "team_id" IS NOT NULL`,
		[]any{&agent, &team}, func() error {
			if name, known := byID[team]; known && !slices.Contains(of[agent], name) {
				of[agent] = append(of[agent], name)
			}
			return nil
		})
	return names, of, err
}
