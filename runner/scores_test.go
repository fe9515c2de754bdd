package main

import (
	"encoding/json"
	"path/filepath"
	"testing"
)

// Every score is the sum of its lines, whatever the caps and limits took away.
func TestScoreLinesAddUp(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "callsheet.db")
	mustRun(t, "--rules", shop, "--db", db, "--at", "2026-11-22T20:00:00", "import", "leads", shop+"/fixtures/leads.csv")
	var ranking []struct {
		Lead  string
		Score int64
	}
	rank := mustRun(t, "--rules", shop, "--db", db, "-o", "json", "rank", "--limit", "1000")
	if err := json.Unmarshal([]byte(rank), &ranking); err != nil || len(ranking) != 322 {
		t.Fatalf("rank gives %d leads, %v; want the 322 that can be called", len(ranking), err)
	}
	// From the best to the worst, so that limits at both ends are met.
	for i := 0; i < len(ranking); i += 18 {
		var lead struct {
			Score     int64
			Breakdown []struct{ Points int64 }
		}
		text := mustRun(t, "--rules", shop, "--db", db, "--at", "2026-11-22T20:00:00", "-o", "json", "leads", "show", ranking[i].Lead)
		if err := json.Unmarshal([]byte(text), &lead); err != nil {
			t.Fatalf("%s: %v\n%s", ranking[i].Lead, err, text)
		}
		sum := int64(0)
		for _, line := range lead.Breakdown {
			sum += line.Points
		}
		if len(lead.Breakdown) == 0 || sum != lead.Score || lead.Score != ranking[i].Score {
			t.Errorf("%s: the lines add up to %d, its score is %d, and %d in the ranking", ranking[i].Lead, sum, lead.Score, ranking[i].Score)
		}
	}
}
