// Package calendar answers when: dates, clock times, weekly slots, holidays and the hours in which people may be called.
// All of it is computed from a calendar and an instant; nothing here reads a clock.
//
// Windows are half-open local wall times on calendar dates, so that a slot keeps its hours when the clocks change. Instants
// that come out are in UTC.
package calendar

import (
	"fmt"
	"time"
	_ "time/tzdata" // a container without zone data must still know Europe/Paris
)

// LoadZone finds an IANA time zone such as "Europe/Paris". Unlike [time.LoadLocation] it refuses an empty name and "Local",
// which would let the machine decide what a rule means.
func LoadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("time zone %q depends on the machine: write a name such as Europe/Paris", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("unknown time zone %q: write a name such as Europe/Paris", name)
	}
	return zone, nil
}
