package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// What PostgreSQL planned while the table was empty does not read all of it
// when it is full: a first import would take longer with every lead.
func TestFirstImportReadsByIndex(t *testing.T) {
	if testing.Short() {
		t.Skip("an import takes long: run without -short")
	}
	t.Parallel()
	dsn := storetest.Postgres(t)
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	const chunks, each = 60, 50
	for chunk := range chunks {
		ids, arrivals := make([]string, each), make([]crm.Arrival, each)
		for i := range each {
			ids[i] = fmt.Sprintf("L-%02d-%02d", chunk, i)
			arrivals[i].Lead = crm.Lead{ID: ids[i], Status: crm.Parked}
		}
		if known, err := s.LeadsByID(t.Context(), ids); err != nil || len(known) > 0 {
			t.Fatalf("%d leads are known: %v", len(known), err)
		}
		if err := s.PutLeads(t.Context(), arrivals); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	// The server counts a moment later.
	for tries := 0; ; tries++ {
		var stored, scanned int64
		if err := conn.QueryRow(t.Context(), `SELECT n_tup_ins, seq_tup_read FROM pg_stat_user_tables WHERE relname = 'lead'`).Scan(&stored, &scanned); err != nil {
			t.Fatal(err)
		}
		if stored == chunks*each {
			if scanned > stored {
				t.Errorf("%d rows were read one after the other to store %d", scanned, stored)
			}
			return
		}
		if tries == 100 {
			t.Fatalf("the server has counted %d leads, want %d", stored, chunks*each)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
