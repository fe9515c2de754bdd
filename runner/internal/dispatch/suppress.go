package dispatch

import (
	"context"
	"errors"

	"callsheet/runner/internal/crm"
)

// suppressed finds the phones that are not to be called at an instant, by
// E.164 number. It asks the store for nothing but keyed hashes of them.
func (d *Desk) suppressed(ctx context.Context, phones []string, at crm.Instant) (map[string]crm.Suppression, error) {
	found := map[string]crm.Suppression{}
	if d.Hide == nil || len(phones) == 0 {
		return found, nil
	}
	// Without any suppression there may be no key yet, and none is needed.
	if any, err := d.Store.Suppresses(ctx); err != nil || !any {
		return found, err
	}
	byKey := make(map[string]string, len(phones))
	keys := make([]string, 0, len(phones))
	for _, phone := range unique(phones) {
		key, err := d.Hide(phone)
		if err != nil {
			return nil, err
		}
		byKey[key] = phone
		keys = append(keys, key)
	}
	list, err := d.Store.Suppressions(ctx, keys)
	for key, s := range list {
		if s.Holds(at) {
			found[byKey[key]] = s
		}
	}
	return found, err
}

// errNoKey says that a number cannot be kept from being called.
var errNoKey = errors.New("there is no suppression key: nobody can be kept from being called")

// suppression keeps a phone from being called from an instant on.
func (d *Desk) suppression(phone, reason, origin string, from crm.Instant) (crm.Suppression, error) {
	if d.Hide == nil {
		return crm.Suppression{}, errNoKey
	}
	key, err := d.Hide(phone)
	return crm.Suppression{Key: key, Reason: reason, Origin: origin, From: from}, err
}

// object keeps a person from being called: the number called and the lead's
// own, and gives up the planned calls of everybody on them. That holds
// whenever it was said and whatever came after: a correction lifts it no more
// than a newer call does.
func (db *debrief) object(s *subject, r *crm.Record, e *Ended) error {
	e.Suppressed = true
	for _, phone := range unique([]string{r.Phone, s.Phone}) {
		sup, err := db.receiver.desk.suppression(phone, r.Outcome, "call "+r.ID, min(r.At(), crm.At(db.now)))
		if err != nil {
			return err
		}
		db.suppressions, db.barred[phone] = append(db.suppressions, sup), sup
		for _, id := range db.byPhone[phone] {
			other := db.leads[id]
			if other == s || other.planned().ID == "" {
				continue
			}
			db.giveUp(other, crm.CallCancelled)
			e.Cancelled++
			if inPlay(other.Status) && db.openCall(other).ID == "" {
				other.Status = crm.Parked
			}
		}
	}
	if db.giveUp(s, crm.CallCancelled) {
		e.Cancelled++
	}
	if s.Status != crm.Erased {
		s.Status = crm.DoNotCall
	}
	return nil
}
