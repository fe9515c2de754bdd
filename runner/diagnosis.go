package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"callsheet/runner/internal/crm"
)

// How long things may take before the doctor calls them stuck, and how large
// and how full they may be.
const (
	stopLate   = 10 * time.Minute
	filesLate  = 10 * time.Minute
	callsLate  = 7 * 24 * time.Hour
	largestLog = 1 << 30   // bytes of SQLite's write-ahead log; it is folded in at 64 MiB
	leastFree  = 256 << 20 // bytes on the disk of the database
)

// symptom is one thing that the doctor looked at.
type symptom struct {
	what  string
	count int
	// ill says that a count above zero needs looking after; otherwise it is
	// only told.
	ill    bool
	detail string
	mend   string
}

// bad says that somebody has to look after it.
func (f symptom) bad() bool { return f.ill && f.count > 0 }

// diagnose looks at everything, and says how many leads there are.
func (s *session) diagnose(ctx context.Context, a *app) (found []symptom, leads int, err error) {
	ago := func(d time.Duration) crm.Instant { return crm.At(s.now.Add(-d)) }
	h, err := s.store.Health(ctx, crm.Overlong{Slots: ago(stopLate), Files: ago(filesLate), Planned: ago(callsLate), Leases: ago(0)})
	if err != nil {
		return nil, 0, err
	}
	refused := 0
	if r := s.rules.Status().Rejected; r != nil && !r.Waits() {
		refused = 1
	}
	dead, reasons := 0, []string{}
	for _, reason := range slices.Sorted(maps.Keys(h.DeadEvents)) {
		dead += h.DeadEvents[reason]
		reasons = append(reasons, fmt.Sprintf("%s %d", cmp.Or(reason, "unknown"), h.DeadEvents[reason]))
	}
	var forsaken []string
	for _, l := range h.Forsaken {
		forsaken = append(forsaken, fmt.Sprintf("%s since %s", l.Name, s.local(l.Until)))
	}
	found = []symptom{
		{"rule files refused", refused, true, "", "callsheet status says why"},
		{"messages nobody could use", dead, true, strings.Join(reasons, ", "), "callsheet events lists them"},
		{"runs nobody stopped", len(h.Orphans), true, some(h.Orphans), "callsheet stop-campaigns"},
		{"files not handed over", len(h.StuckFiles), true, some(h.StuckFiles), "callsheet start-campaign tries again, and says what keeps them"},
		{"transfers waiting", h.Transfers, true, "", "look at CALLSHEET_VOICE_URL and CALLSHEET_CRM_URL"},
		{"recordings waiting", h.Transcripts, true, "", "callsheet send-callity-calls"},
		{"planned calls overdue for a week", h.Overdue, true, "", "callsheet funnel CAMPAIGN says what keeps them; recover-forgotten-lead plans them again"},
	}
	if !s.fixtures && !a.missing() && !strings.Contains(a.db, "://") {
		found = append(found, lookAtFile(a.db, cmp.Or(a.env(suppressionKey), a.db+".key"))...)
	}
	return append(found,
		symptom{"leases whose holder ended without a word", len(forsaken), false, some(forsaken), ""},
		symptom{"leads without a usable phone", h.NoPhone, false, "", ""},
		symptom{"leads without a group", h.NoGroup, false, "", "no zone of campaigns.yaml begins their postal code"},
		symptom{"leads without a legal basis", h.NoBasis, false, "", "nobody may call them"},
		symptom{"numbers never to be called", h.Suppressed, false, "", ""},
		symptom{"tasks pending", h.Tasks, false, "", "callsheet tasks"},
	), h.Leads, nil
}

// lookAtFile looks at a SQLite file, its companions and its disk.
func lookAtFile(db, key string) []symptom {
	var open []string
	for _, name := range []string{db, db + "-wal", db + "-shm", key} {
		if info, err := os.Stat(name); err == nil && info.Mode().Perm()&0o077 != 0 {
			open = append(open, name)
		}
	}
	log := symptom{what: "write-ahead logs that are too long", ill: true, mend: "a command or a backup reads for too long: end it, or restart the service"}
	if info, err := os.Stat(db + "-wal"); err == nil && info.Size() > largestLog {
		log.count, log.detail = 1, fmt.Sprintf("%s has %d MiB", db+"-wal", info.Size()>>20)
	}
	disk := symptom{what: "disks that are nearly full", ill: true, mend: "make room: nothing can be stored on a full disk"}
	if free, known := freeOn(filepath.Dir(db)); known && free < leastFree {
		disk.count, disk.detail = 1, fmt.Sprintf("%d MiB left for %s", free>>20, db)
	}
	return []symptom{
		{"files that others may read", len(open), true, strings.Join(open, ", "), "chmod 600 " + strings.Join(open, " ")},
		log, disk,
	}
}

// some are the first names of a list.
func some(names []string) string {
	const most = 3
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
