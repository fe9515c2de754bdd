package dispatch

import (
	"slices"
	"strings"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
)

// tryAgain plans a retry at the beginning of the first slot of the campaign
// that the delay, the packs and the limits allow: of another name than that of
// the call, where the outcome asks for it and the campaign has one. Without
// such a slot or campaign there is no next call.
func (db *debrief) tryAgain(s *subject, q sequel, t turn, e *Ended) {
	c := db.campaign(s, q)
	if c == nil {
		s.Status = crm.Parked
		db.giveUp(s, crm.CallSuperseded)
		return
	}
	group, _ := db.book.Group(s.Group)
	week := db.book.Week(c, group)
	due, rest, ok := t.slot(db.book, week, db.now, others(week, q)...)
	if !ok {
		e.Held = because(rest)
		db.giveUp(s, crm.CallSuperseded)
		return
	}
	next := crm.Call{Kind: crm.KindRetry, DueAt: crm.At(due), Campaign: c.Name, Reason: because(rest)}
	if q.outcome.KeepAgent {
		next.Agent = caller(q)
	}
	e.Next = db.plan(s, next)
}

// others names the slots in which a call may be tried again; none: all.
func others(week *calendar.Week, q sequel) []string {
	if !q.outcome.OtherSlot {
		return nil
	}
	at := q.record.At()
	if q.record.StartedAt.Valid {
		at = q.record.StartedAt.V
	}
	slot, ok := week.Containing(at.Time())
	if !ok && q.call.NotBefore.Valid {
		slot, ok = week.Containing(q.call.NotBefore.V.Time())
	}
	if !ok {
		return nil
	}
	var names []string
	for _, w := range week.Windows {
		if w.Name != slot.Name && !slices.Contains(names, w.Name) {
			names = append(names, w.Name)
		}
	}
	return names
}

// campaign is the one that calls a lead again: that of the call, or of the one
// planned last, the one that the report names, or the first that takes the
// lead; of one that follows another it is the other. One that calls nobody
// now is passed over. It is nil when there is none.
func (db *debrief) campaign(s *subject, q sequel) *engine.Campaign {
	for _, name := range []string{
		campaignOfRun(q.call.RunID), q.call.Campaign, campaignOfRun(s.last.RunID), s.last.Campaign, q.record.CampaignName, q.record.CampaignID,
	} {
		c, ok := db.book.Campaign(name)
		if ok && c.Follows != "" {
			c, ok = db.book.Campaign(c.Follows)
		}
		if ok && db.book.Runs(c, db.now) && c.InCanary(s.ID) {
			return c
		}
	}
	return db.book.Taker(s.ID, s.Type, s.Segment, db.now)
}

func (db *debrief) campaignName(s *subject, q sequel) string {
	if c := db.campaign(s, q); c != nil {
		return c.Name
	}
	return ""
}

// campaignOfRun is the campaign in the id of a run: see [crm.RunID].
func campaignOfRun(id string) string {
	name, _, _ := strings.Cut(id, "/")
	return name
}
