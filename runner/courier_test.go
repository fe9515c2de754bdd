package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
	"callsheet/runner/internal/store/storetest"
)

// What a simulation cannot write is said once, with its place.
func TestCourierCannotWrite(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	file := crm.File{Name: "PVI/1.csv", Kind: crm.FileInject, State: crm.FileClaimed, RunID: "PVI/s/IDF", SlotKey: "PVI/s", Campaign: "PVI", Dialer: "d"}
	dialer.Seal(&file)
	run := crm.Run{ID: "PVI/s/IDF", Campaign: "PVI", Slot: "s", Group: "IDF", State: crm.RunRunning, Files: 1}
	if err := s.Claim(t.Context(), crm.Claim{Runs: []crm.Run{run}, Files: []crm.File{file}}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "campaigns")
	own, err := takeFolder(path)
	if err == nil {
		err = os.MkdirAll(filepath.Join(path, file.Name), 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := newCourier(own, s)
	if err := c.send(t.Context(), time.UnixMilli(1)); err != nil {
		t.Fatal(err)
	}
	<-c.broken
	sim := simulation{courier: c, told: newSimulated()}
	if err := sim.end(errUnwritten); err == nil || !strings.Contains(err.Error(), file.Name) || strings.Contains(err.Error(), errUnwritten.Error()) {
		t.Errorf("the simulation ends with %v", err)
	}
	if sim.told.files != 0 {
		t.Errorf("%d files are said to be written", sim.told.files)
	}
}
