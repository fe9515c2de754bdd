package main

import (
	"testing"
	"time"
)

// An offset is honoured with seconds and without; a time without one is local.
func TestParseTime(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CET", 3600)
	want := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, text := range []string{
		"2026-11-23T10:00:00", "2026-11-23 10:00:00", "2026-11-23T10:00", "2026-11-23 10:00",
		"2026-11-23T09:00:00Z", "2026-11-23T09:00Z", "2026-11-23T14:00:00+05:00", "2026-11-23T14:00+05:00", "2026-11-23 14:00+05:00",
	} {
		if got, err := parseTime(text, zone); err != nil || !got.Equal(want) {
			t.Errorf("%s is %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "10:00", "2026-11-23T25:00", "2026-11-23T10:00+1"} {
		if got, err := parseTime(text, zone); err == nil {
			t.Errorf("%q is %v, want an error", text, got)
		}
	}
}
