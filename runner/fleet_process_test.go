package main

import (
	"math/rand/v2"
	"testing"
	"time"

	"callsheet/runner/internal/store/storetest"
)

// Several processes start, tick and stop the same slots at once, and some of
// them are killed: nobody is called twice in a slot or forgotten, and every file
// reaches the dialer once.
func TestProcessesAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes take long: run without -short")
	}
	t.Parallel()
	for name, db := range map[string]func(testing.TB) string{
		"SQLite":     func(testing.TB) string { return "" },
		"PostgreSQL": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			v := newVictim(t, rand.New(rand.NewPCG(seed, 0)), db(t))
			v.crowd = 4
			dialer := v.consume()
			for day := 0; day == 0 || v.killed < kills(t, 0); day++ {
				v.live(day)
			}
			dialer()
			t.Logf("%d commands killed, %d files taken", v.killed, len(v.taken))
			v.check()
		})
	}
}
