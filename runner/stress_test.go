package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"callsheet/runner/internal/store/storetest"
)

// Everything goes wrong at once: services and commands are killed, the
// connections to the database are late and break, and its server is restarted,
// while clients report leads and calls and a dialer takes away the files. In the
// end no report is lost and none counts twice, and the files are right.
// CALLSHEET_KILLS makes it longer.
func TestStress(t *testing.T) {
	takesLong(t, "running many processes")
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := func(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }
	direct, restart := storetest.Restartable(t)
	way := newRoad(t, direct, random(1))
	v := newVictim(t, random(0), way.dsn)
	v.crowd, v.rough, v.slots = 2, true, v.slots[:2]
	f := &fleet{v: v, random: random(2), restart: restart, ended: make(chan struct{})}
	dialer := v.consume()
	v.run("status") // makes the tables
	end := f.begin(2, 4)
	begun := time.Now()
	for day := 0; day == 0 || v.killed < kills(t, 0); day++ {
		v.live(day)
	}
	end()
	took := time.Since(begun)
	way.calm.Store(true)
	v.run("stop-campaigns", "--start-date", "2026-11-23T16:59:00")
	dialer()
	t.Logf("%d commands killed, %d failed and run again, %d services killed, %d connections broken, server restarted %d times", v.killed, v.failed, f.killed, way.broken.Load(), f.restarts)
	t.Logf("%d reports in %.0f s: %.0f a second; %d files taken", f.reported.Load(), took.Seconds(), float64(f.reported.Load())/took.Seconds(), len(v.taken))
	if f.killed == 0 || f.restarts == 0 || way.broken.Load() == 0 || f.reported.Load() == 0 {
		t.Error("nothing was broken: the test is about nothing")
	}
	v.check()
	f.check(direct)
}

// fleet is services over the database of a victim, those who report to them,
// and what happens to them.
type fleet struct {
	v        *victim
	random   *rand.Rand
	restart  func() // of the database server
	services []*exec.Cmd
	where    []string // addresses of the services
	logs     []*bytes.Buffer

	ended            chan struct{}
	reported         atomic.Int64
	killed, restarts int
}

// begin starts services, clients and trouble. The function that it gives back
// lets the clients finish what they report, and ends all.
func (f *fleet) begin(services, clients int) (end func()) {
	ctx, cancel := context.WithCancel(f.v.t.Context())
	for i := range services {
		f.where = append(f.where, freeAddress(f.v.t))
		f.logs = append(f.logs, new(bytes.Buffer))
		f.services = append(f.services, nil)
		f.serve(ctx, i)
	}
	var reporting, trouble sync.WaitGroup
	for client := range clients {
		reporting.Go(func() { f.report(ctx, client) })
	}
	stop := make(chan struct{})
	trouble.Go(func() { f.trouble(ctx, stop) })
	return func() {
		close(f.ended)
		reporting.Wait()
		close(stop)
		trouble.Wait()
		cancel() // kills the services
		for _, service := range f.services {
			_ = service.Wait()
		}
	}
}

// serve starts a service whose clock is in the evening of the first day.
func (f *fleet) serve(ctx context.Context, i int) {
	cmd := exec.CommandContext(ctx, f.v.program, "--rules", filepath.Join(f.v.dir, "rules"), "--db", f.v.db, "--out", filepath.Join(f.v.dir, "out"),
		"--at", "2026-11-23T17:02:00", "serve", "--addr", f.where[i], "--insecure-local", "--schedule=false", "--rate", "0")
	cmd.Stderr = f.logs[i]
	if err := cmd.Start(); err != nil {
		f.v.t.Error(err)
	}
	f.services[i] = cmd
}

// trouble kills a service every few seconds, and restarts the database server
// every other time.
func (f *fleet) trouble(ctx context.Context, stop chan struct{}) {
	for round := 0; ; round++ {
		select {
		case <-stop:
			return
		case <-time.After(2*time.Second + time.Duration(f.random.Int64N(int64(2*time.Second)))):
		}
		if round%2 == 1 {
			f.restart()
			f.restarts++
		}
		i := f.random.IntN(len(f.services))
		if f.services[i].Process.Kill() == nil {
			f.killed++
		}
		_ = f.services[i].Wait()
		f.serve(ctx, i)
	}
}

// report reports leads and a call to each, until the fleet ends.
func (f *fleet) report(ctx context.Context, client int) {
	for n := range 500 { // as many phones as each client has
		select {
		case <-f.ended:
			return
		case <-time.After(20 * time.Millisecond):
		}
		number := 500*client + n
		id := fmt.Sprintf("M%d", number)
		f.send(ctx, number, "/v1/leads", fmt.Sprintf(`{"id":%q,"given_type":"RDVVQ","given_segment":"PVI_NOW","given_score":"50","postal_code":"75011","phone":"019900%d","legal_basis":"request"}`, id, 5000+number))
		f.send(ctx, number, "/v1/calls", fmt.Sprintf(`{"callId":"c-%s","contactId":%q,"callStart":"23/11/2026 10:05:00","wrapup":"Pas de réponse"}`, id, id))
		f.reported.Add(1)
	}
}

// send sends until somebody answers that it is stored.
func (f *fleet) send(ctx context.Context, number int, path, body string) {
	for try := number; ctx.Err() == nil; try++ {
		status, said, err := request(ctx, http.MethodPost, "http://"+f.where[try%len(f.where)]+path, nil, body)
		switch {
		case err == nil && (status == http.StatusOK || status == http.StatusCreated):
			return
		case err == nil && status < http.StatusInternalServerError:
			f.v.t.Errorf("%s %s: %d %v", path, body, status, said)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// check asks the database itself for each lead that was reported.
func (f *fleet) check(dsn string) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		f.v.t.Fatal(err)
	}
	defer db.Close()
	right := int64(0)
	f.v.each(db, `SELECT "id", "attempts", (SELECT COUNT(*) FROM "record" WHERE "record"."lead_id" = "lead"."id" AND "latest" = 1) FROM "lead" WHERE "id" LIKE 'M%'`, func(row []string) {
		if row[1] != "1" || row[2] != "1" {
			f.v.t.Errorf("lead %s has %s attempts and %s reports, want one", row[0], row[1], row[2])
			return
		}
		right++
	})
	if right != f.reported.Load() {
		f.v.t.Errorf("%d leads have their report, %d were answered", right, f.reported.Load())
	}
	if f.v.t.Failed() {
		for i, log := range f.logs {
			f.v.t.Logf("service %d:\n%.4000s", i, log)
		}
	}
}
