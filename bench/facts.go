package bench

import (
	"time"

	"callsheet/bench/ruleset"
)

func (l *Lead) has(field int) bool { return l.Has&(1<<field) != 0 }

// values are the facts of the lead in the order of ruleset.Fields, whether it
// has them or not.
func (l *Lead) values() []any {
	return []any{
		l.Source, l.Role, l.PropertyType, l.Language, l.City, l.Email, l.AssignedAgent,
		l.EstimatedPrice, l.LivingArea, l.Rooms, l.SellHorizonMonths, l.Visits, l.CallbackRequests,
		l.MediaZone, l.OnBloctel, l.NotaryReady, l.EstimatedAt, l.LastCallAt, l.ConsentAt, l.Tags,
	}
}

// facts are the facts by short name; nil for those that the lead lacks.
func (l *Lead) facts(fields []ruleset.Field) map[string]any {
	out := make(map[string]any, len(fields))
	for i, value := range l.values() {
		if !l.has(i) {
			value = nil
		}
		out[fields[i].Short()] = value
	}
	return out
}

// maps are the facts of all leads.
func maps(w *Workload) []map[string]any {
	fields := ruleset.Fields()
	out := make([]map[string]any, len(w.Leads))
	for i := range out {
		out[i] = w.Leads[i].facts(fields)
	}
	return out
}

// clock answers questions about time for contestants that have no answer of
// their own. Both follow the definitions of rule books.
type clock struct {
	now   time.Time
	today int64
	zone  *time.Location
}

func newClock(w *Workload) *clock {
	c := &clock{now: w.Now, zone: w.Zone}
	c.today = c.day(w.Now)
	return c
}

func (c *clock) hoursSince(t time.Time) float64 { return c.now.Sub(t).Hours() }

func (c *clock) daysSince(t time.Time) int { return int(c.today - c.day(t)) }

// day numbers the calendar dates of the zone.
func (c *clock) day(t time.Time) int64 {
	y, m, d := t.In(c.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}
