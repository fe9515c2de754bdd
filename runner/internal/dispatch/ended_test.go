package dispatch_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

// report is what the dialer says of a call to a contact. Times are local, on
// 23 November 2026 unless they have a date.
func report(t testing.TB, id, contact, start, end, wrapup string, changes ...func(*crm.Record)) crm.Record {
	t.Helper()
	moment := func(text string) crm.Maybe[crm.Instant] {
		if text == "" {
			return crm.Maybe[crm.Instant]{}
		}
		if len(text) == len("10:00:00") {
			text = "2026-11-23T" + text
		}
		return crm.Some(crm.At(local(t, text)))
	}
	r := crm.Record{ID: id, ContactID: contact, StartedAt: moment(start), EndedAt: moment(end), Wrapup: wrapup}
	for _, change := range changes {
		change(&r)
	}
	sum := sha256.Sum256(fmt.Append(nil, r))
	r.Hash = hex.EncodeToString(sum[:])
	return r
}

func asksFor(date string) func(*crm.Record) { return func(r *crm.Record) { r.CallbackText = date } }

func onPhone(number int) func(*crm.Record) {
	return func(r *crm.Record) { r.Phone = fmt.Sprintf("+33199%06d", number) }
}

// hears applies reports at a local time.
func (o *office) hears(at string, reports ...crm.Record) []dispatch.Ended {
	o.Helper()
	if len(at) == len("10:00:00") {
		at = "2026-11-23T" + at
	}
	ended, err := o.desk.CallsEnded(o.Context(), o.book, reports, local(o, at))
	must(o, err)
	return ended
}

// plan says when the planned call of a lead is due, as people read it, and of
// which kind it is; empty when it has none.
func (o *office) plan(id string) string {
	o.Helper()
	call := o.planned(id)
	if call.ID == "" {
		return ""
	}
	told := call.Kind + " " + call.Campaign + " " + call.DueAt.Time().In(o.book.Zone).Format("2006-01-02 15:04")
	if call.Agent != "" {
		told += " " + call.Agent
	}
	if call.Reason != "" {
		told += " (" + call.Reason + ")"
	}
	return told
}

func (o *office) states(id string) map[string]string {
	o.Helper()
	calls, err := o.store.LeadCalls(o.Context(), id)
	must(o, err)
	states := map[string]string{}
	for _, c := range calls {
		states[c.ID] = c.State
	}
	return states
}

// tasks are the tasks of a lead by id, with kind and state.
func (o *office) pending(id string) bool {
	o.Helper()
	return o.lead(id).HasPendingTask
}

// monday has L1 to L4 of the acceptance scenarios and starts PVI at 9:30.
func monday(t testing.TB, edits ...string) *office {
	t.Helper()
	o := f0Office(t, edits...)
	o.receive("2026-11-23T08:00:00",
		lead("L1", 1, given("RDVVQ", "PVI_NOW", 92)), lead("L2", 2, given("RDVVQ", "PVI_SOON", 75), postal("92100")),
		lead("L3", 3, given("DIRECT", "PVS", 76)), lead("L4", 4, given("RDVVQ", "PVM", 40), postal("94000")))
	o.start("PVI", "2026-11-23T09:30:00")
	return o
}

// SC-07.
func TestAnUnansweredCallIsTriedAgainInAnotherSlot(t *testing.T) {
	o := monday(t)
	ended := o.hears("10:06:00", report(t, "c1", "L1", "10:05:00", "10:05:40", "Pas de réponse"))
	if e := ended[0]; e.Outcome != "no_answer" || e.LeadID != "L1" || e.Report != dispatch.ReportNew || e.Next == nil {
		t.Errorf("the report came to %+v", e)
	}
	l := o.lead("L1")
	same(t, "status and counters", []any{l.Status, l.Attempts, l.Attempts30d, l.Reached, l.LastOutcome}, []any{crm.NotQualified, int64(1), int64(1), int64(0), "no_answer"})
	same(t, "next plan", o.plan("L1"), "retry PVI 2026-11-23 17:00")
	same(t, "calls", o.states("L1"), map[string]string{"L1#1": crm.CallEnded, "L1#2": crm.CallPlanned})
	records, err := o.store.LeadRecords(t.Context(), "L1")
	must(t, err)
	if len(records) != 1 || records[0].CallID != "L1#1" {
		t.Errorf("the history is %+v", records)
	}
}

// SC-09.
func TestALateReportReinstatesTheCallThatAStopGaveUp(t *testing.T) {
	for _, c := range []struct {
		wrapup, status, plan string
		calls                map[string]string
	}{
		{"Qualifié", crm.Qualified, "", map[string]string{"L2#1": crm.CallEnded, "L2#2": crm.CallSuperseded}},
		{
			"Occupé", crm.NotQualified, "retry PVI 2026-11-23 14:00",
			map[string]string{"L2#1": crm.CallEnded, "L2#2": crm.CallSuperseded, "L2#3": crm.CallPlanned},
		},
	} {
		t.Run(c.wrapup, func(t *testing.T) {
			o := monday(t)
			o.stop("2026-11-23T12:59:00", dispatch.StopOptions{})
			same(t, "plan after the stop", o.plan("L2"), "plan PVI 2026-11-23 14:00 a1")
			ended := o.hears("13:04:00", report(t, "c2", "L2", "12:58:40", "13:03:10", c.wrapup))
			if !ended[0].Reinstated {
				t.Error("the call of the old slot was not recognised")
			}
			same(t, "status", o.lead("L2").Status, c.status)
			same(t, "plan", o.plan("L2"), c.plan)
			same(t, "calls", o.states("L2"), c.calls)
			o.start("PVI", "2026-11-23T14:00:00")
			_, called := o.decisions("PVI/2026-11-23T14:00")["L2"]
			same(t, "decided about at 14:00", called, c.plan != "")
		})
	}
}

// SC-16.
func TestAnAgreedCallbackIsPlannedAndToldToTheDialer(t *testing.T) {
	o := monday(t)
	contact := crm.DialerContact{ID: "C1", CampaignID: "A", LeadID: "L1", Phone: "+33199000001", Wrapup: "Occupé", TotalCalls: 7}
	must(t, o.store.PutDialerContacts(t.Context(), []crm.DialerContact{contact}))
	o.hears("11:04:00", report(t, "c1", "C1", "11:00:00", "11:03:00", " RAPPEL ", asksFor("30/11/2026 10:30:00")))
	same(t, "plan", o.plan("L1"), "callback PVI 2026-11-30 10:30 a1")
	l := o.lead("L1")
	same(t, "lead", []any{l.Status, l.Callbacks, l.Reached, l.NextCallAt.V.String()}, []any{crm.Callback, int64(1), int64(1), "2026-11-30T09:30:00Z"})
	contacts, err := o.store.DialerContacts(t.Context(), []string{"C1"})
	must(t, err)
	contact.RetryDate = crm.Some(crm.At(local(t, "2026-11-30T10:30:00")))
	same(t, "dialer contact", contacts["C1"], contact)
}

// SC-17 and SC-18.
func TestACallbackOnTheSameDay(t *testing.T) {
	for _, c := range []struct{ name, edit, to, date, want string }{
		{"moved into the next window", "", "", "23/11/2026 23:59:00", "2026-11-25 10:00"},
		{"windows off", "outside_window: next_window", "outside_window: keep", "23/11/2026 23:59:00", "2026-11-24 23:59"},
		{"start of the next day", "same_day: next_day_same_time", "same_day: start_of_next_day", "23/11/2026 23:59:00", "2026-11-24 10:00"},
		{"less than a day ahead", "", "", "24/11/2026 10:05:00", "2026-11-24 10:05"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := monday(t, c.edit, c.to)
			o.hears("11:04:00", report(t, "c1", "L1", "11:00:00", "11:03:00", "Rappel", asksFor(c.date)))
			same(t, "plan", o.plan("L1"), "callback PVI "+c.want+" a1")
		})
	}
	t.Run("refused", func(t *testing.T) {
		o := monday(t, "same_day: next_day_same_time", "same_day: reject")
		ended := o.hears("11:04:00", report(t, "c1", "L1", "11:00:00", "11:03:00", "Rappel", asksFor("23/11/2026 23:59:00")))
		same(t, "reason", ended[0].Review, "same_day")
		same(t, "plan", o.plan("L1"), "")
	})
	t.Run("of the call, not of the report", func(t *testing.T) {
		o := monday(t)
		o.hears("2026-11-24T09:00:00", report(t, "c1", "L1", "11:00:00", "11:03:00", "Rappel", asksFor("24/11/2026 15:00:00")))
		same(t, "plan", o.plan("L1"), "callback PVI 2026-11-24 15:00 a1")
	})
}

// SC-19.
func TestCallbackDatesThatCannotBeUsed(t *testing.T) {
	for date, reason := range map[string]string{
		"20/11/2026 10:00:00": "in_past", "31/02/2027 10:00:00": "invalid_date", "11/30/2026 10:00:00": "invalid_date",
		"2026-11-30 10:30:00": "invalid_date", "30/11/26 10:30": "invalid_date", "30/11/2026": "invalid_date", "demain": "invalid_date",
		"": "no_date", "01/06/2027 10:00:00": "too_far",
	} {
		t.Run(date, func(t *testing.T) {
			o := monday(t)
			ended := o.hears("11:04:00", report(t, "c1", "L1", "11:00:00", "11:03:00", "Rappel", asksFor(date)))
			same(t, "reason", ended[0].Review, reason)
			l := o.lead("L1")
			same(t, "lead", []any{l.Status, l.Attempts, l.Callbacks, l.HasPendingTask}, []any{crm.Review, int64(1), int64(0), true})
			same(t, "plan", o.plan("L1"), "")
			records, err := o.store.LeadRecords(t.Context(), "L1")
			must(t, err)
			same(t, "recorded reason", records[0].CallbackReason, reason)
		})
	}
}

func TestCallbackDatesThatAreUsed(t *testing.T) {
	proved := func(r *crm.Record) { r.AgreedExactTime = true }
	for _, c := range []struct {
		date, want string
		changes    []func(*crm.Record)
	}{
		{"04/12/2026 10:30:00", "2026-12-04 10:30", nil},
		{" 30/11/2026 10:30:00 ", "2026-11-30 10:30", nil},
		{"28/11/2026 11:00:00", "2026-11-30 10:00", nil},
		{"24/11/2026 13:30:00", "2026-11-24 14:00", nil},
		{"24/11/2026 20:00:00", "2026-11-25 10:00", nil},
		{"24/11/2026 20:30:00", "2026-11-24 20:30", []func(*crm.Record){proved}},
	} {
		t.Run(c.date, func(t *testing.T) {
			o := monday(t)
			changes := append([]func(*crm.Record){asksFor(c.date)}, c.changes...)
			o.hears("11:04:00", report(t, "c1", "L1", "11:00:00", "11:03:00", "Rappel", changes...))
			same(t, "plan", o.plan("L1"), "callback PVI "+c.want+" a1")
			same(t, "kept for an exact time", o.planned("L1").AgreedExactTime, c.changes != nil)
		})
	}
}

// SC-20.
func TestReportsRepeatedLateReversedAndCorrected(t *testing.T) {
	o := monday(t)
	c20 := report(t, "c-20", "L1", "11:00:00", "11:05:00", "Qualifié")
	same(t, "three times in one file", heard(o.hears("11:06:00", c20, c20)), []string{"new", "duplicate"})
	same(t, "again", heard(o.hears("11:07:00", c20)), []string{"duplicate"})
	same(t, "attempts", o.lead("L1").Attempts, int64(1))

	o.hears("11:30:00", report(t, "c-19", "L1", "10:10:00", "10:10:40", "Pas de réponse"))
	l := o.lead("L1")
	same(t, "after an older call", []any{l.Status, l.Attempts, l.LastOutcome, o.plan("L1")}, []any{crm.Qualified, int64(2), "qualified", ""})

	inverted := report(t, "c-21", "L2", "11:26:09", "11:22:09", "Pas de réponse", func(r *crm.Record) {
		r.TotalSeconds, r.TalkSeconds = crm.Some[int64](587), crm.Some[int64](567)
	})
	o.hears("11:40:00", inverted)
	records, err := o.store.LeadRecords(t.Context(), "L2")
	must(t, err)
	r := records[0]
	same(t, "an end before the start", []any{r.Anomalies, r.TotalSeconds.V, r.TalkSeconds.V, r.At()}, []any{[]string{"clock_inverted"}, int64(587), int64(567), r.StartedAt.V})

	corrected := report(t, "c-20", "L1", "11:00:00", "11:05:00", "Pas intéressé")
	same(t, "another wrap-up", heard(o.hears("12:06:00", corrected, c20)), []string{"corrected", "duplicate"})
	l = o.lead("L1")
	same(t, "after the correction", []any{l.Status, l.Attempts, l.Refusals, l.LastOutcome}, []any{crm.Refused, int64(2), int64(1), "refused"})
	hashes, err := o.store.RecordHashes(t.Context(), []string{"c-20"})
	must(t, err)
	same(t, "both kept", hashes["c-20"], []string{c20.Hash, corrected.Hash})
}

func heard(ended []dispatch.Ended) (told []string) {
	for _, e := range ended {
		told = append(told, e.Report)
	}
	return told
}

func TestACorrectionTakesBackWhatItCorrects(t *testing.T) {
	o := monday(t)
	o.hears("11:06:00", report(t, "c1", "L1", "11:00:00", "11:05:00", "Blabla"))
	same(t, "unknown label", []any{o.lead("L1").Status, o.pending("L1"), o.lead("L1").LastOutcome}, []any{crm.Review, true, "unmapped"})
	o.hears("11:16:00", report(t, "c1", "L1", "11:00:00", "11:05:00", "Pas de réponse"))
	same(t, "corrected", []any{o.lead("L1").Status, o.pending("L1"), o.lead("L1").Attempts}, []any{crm.NotQualified, false, int64(1)})
	same(t, "plan", o.plan("L1"), "retry PVI 2026-11-23 17:00")
	o.hears("11:26:00", report(t, "c1", "L1", "11:00:00", "11:05:00", "Erreur agent"))
	same(t, "no attempt after all", []any{o.lead("L1").Attempts, o.lead("L1").Attempts30d}, []any{int64(0), int64(0)})
	same(t, "plan", o.plan("L1"), "retry PVI 2026-11-23 14:00")
}

// SC-22, do_not_call.
func TestAnObjectionCancelsTheCallsOfEverybodyOnThePhone(t *testing.T) {
	o := f0Office(t)
	o.receive("2026-11-23T13:00:00", lead("L12", 12), lead("L13", 12, given("PQSC", "PVI_SOON", 50)), lead("L14", 14))
	o.start("PVI", "2026-11-23T14:00:00")
	same(t, "plan of the other", o.plan("L13") != "", true)
	ended := o.hears("14:31:00", report(t, "c1", "L12", "14:30:00", "14:30:30", "Ne plus appeler"))
	same(t, "suppressed", []any{ended[0].Suppressed, ended[0].Cancelled}, []any{true, 1})
	same(t, "statuses", []string{o.lead("L12").Status, o.lead("L13").Status, o.lead("L14").Status}, []string{crm.DoNotCall, crm.Parked, crm.InCampaign})
	same(t, "plans", []string{o.plan("L12"), o.plan("L13")}, []string{"", ""})
	key, _ := hide("+33199000012")
	found, err := o.store.Suppressions(t.Context(), []string{key})
	must(t, err)
	never := found[key]
	same(t, "reason", never.Reason, "do_not_call")
	same(t, "in force", never.Holds(crm.At(local(t, "2026-11-23T15:00:00"))), true)

	// A newcomer on that phone stays out, and so does one whom a rescore finds.
	o.receive("2026-11-23T15:00:00", lead("L15", 12, given("PQSC", "PVI_SOON", 50)))
	o.rescore("2026-11-23T15:30:00")
	same(t, "plan after a rescore", o.plan("L13"), "")
	o.receive("2026-11-23T15:00:00", lead("L16", 16, given("PQSC", "PVI_SOON", 50)))
	o.hears("15:10:00", report(t, "c3", "L16", "15:01:00", "15:02:00", "Décédé"))
	o.receive("2026-11-23T15:20:00", lead("L17", 16, given("PQSC", "PVI_SOON", 50)))
	o.start("PQSC", "2026-11-23T15:40:00")
	same(t, "decision", o.decisions("PQSC/2026-11-23T14:00")["L15"], "FR-9: until new consent: whoever objects is not called again")
	same(t, "decision without a rule of a pack", o.decisions("PQSC/2026-11-23T14:00")["L17"], "suppressed: deceased")

	// Whoever is called all the same is not called again.
	o.hears("15:59:00", report(t, "c4", "L13", "15:57:00", "15:58:00", "Occupé"), report(t, "c5", "L13", "15:58:00", "15:59:00", "Rappel", asksFor("30/11/2026 10:30:00")))
	same(t, "after another call", []any{o.lead("L13").Status, o.plan("L13"), o.lead("L13").Attempts}, []any{crm.Parked, "", int64(2)})

	// Neither a newer call nor a correction lifts it.
	o.hears("16:00:00", report(t, "c2", "L12", "15:50:00", "15:51:00", "Qualifié"),
		report(t, "c1", "L12", "14:30:00", "14:30:30", "Pas de réponse"))
	same(t, "status", o.lead("L12").Status, crm.DoNotCall)
}

// SX-3: what a refusal does depends on its date.
func TestARefusalLetsThePhoneRest(t *testing.T) {
	for _, c := range []struct{ refused, start, want string }{
		{"2026-05-04", "2026-07-03T10:00:00", "FR-4"},
		{"2026-05-04", "2026-07-06T10:00:00", "injected"},
		{"2026-11-23", "2027-06-01T10:00:00", "FR-9"},
	} {
		t.Run(c.refused+" "+c.start, func(t *testing.T) {
			o := f0Office(t)
			unlisted := func(l *crm.Lead) { l.OnBloctel = crm.Some(false) }
			o.receive(c.refused+"T09:00:00", lead("L1", 1, unlisted))
			o.hears(c.refused+"T11:00:00", report(t, "c1", "L1", c.refused+"T10:30:00", c.refused+"T10:31:00", "Refus"))
			same(t, "status", []any{o.lead("L1").Status, o.plan("L1"), o.lead("L1").Refusals}, []any{crm.Refused, "", int64(1)})
			// Another lead of the same person.
			o.receive(c.start, lead("L2", 1, unlisted))
			o.start("PVI", c.start)
			got := o.decisions("PVI/" + c.start[:len("2026-11-23T10:00")])["L2"]
			if got[:min(len(got), len(c.want))] != c.want {
				t.Errorf("decided %q, want %s", got, c.want)
			}
		})
	}
}

// SX-4.
func TestTheConsentSwitch(t *testing.T) {
	for _, c := range []struct{ basis, start, want string }{
		{crm.BasisNone, "2026-08-10T10:00:00", "injected"},
		{crm.BasisNone, "2026-08-11T10:00:00", "FR-5"},
		{crm.BasisContract, "2026-08-11T10:00:00", "injected"},
	} {
		t.Run(c.basis+" "+c.start, func(t *testing.T) {
			o := f0Office(t)
			o.receive("2026-08-09T09:00:00", lead("L1", 1, func(l *crm.Lead) { l.LegalBasis, l.OnBloctel = c.basis, crm.Some(false) }))
			o.start("PVI", c.start)
			got := o.decisions("PVI/" + c.start[:len("2026-08-10T10:00")])["L1"]
			same(t, "decided", got[:min(len(got), len(c.want))], c.want)
		})
	}
}

// SC-13, after calls instead of a recovery.
func TestTheFourthAttemptIn30DaysMovesTheNextOne(t *testing.T) {
	o := f0Office(t)
	o.receive("2026-10-25T09:00:00", lead("L1", 1))
	for i, day := range []string{"2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"} {
		o.hears(day+"T10:10:00", report(t, fmt.Sprint("c", i), "L1", day+"T10:05:00", day+"T10:05:40", "Pas de réponse"))
	}
	same(t, "attempts", []int64{o.lead("L1").Attempts, o.lead("L1").Attempts30d}, []int64{4, 4})
	same(t, "plan", o.plan("L1"), "retry PVI 2026-11-25 14:00 (FR-3 until 2026-11-25)")
}

func TestTheEighthAttemptEndsIt(t *testing.T) {
	o := f0Office(t)
	o.receive("2026-11-23T09:00:00", lead("L1", 1, func(l *crm.Lead) { l.Attempts = 7 }))
	o.hears("10:10:00", report(t, "c1", "L1", "10:05:00", "10:05:40", "Occupé"))
	same(t, "lead", []any{o.lead("L1").Status, o.lead("L1").Attempts, o.plan("L1")}, []any{crm.Unreachable, int64(8), ""})
}

func TestWhoeverHangsUpThreeTimesIsLookedAt(t *testing.T) {
	o := f0Office(t)
	o.receive("2026-11-01T09:00:00", lead("L1", 1))
	for i, day := range []string{"2026-11-09", "2026-11-12", "2026-11-23"} {
		o.hears(day+"T10:10:00", report(t, fmt.Sprint("c", i), "L1", day+"T10:05:00", day+"T10:05:40", "Raccroche"))
		if status := o.lead("L1").Status; i < 2 && status != crm.NotQualified {
			t.Fatalf("after %d calls the lead is %s", i+1, status)
		}
	}
	same(t, "lead", []any{o.lead("L1").Status, o.pending("L1"), o.plan("L1")}, []any{crm.Review, true, ""})
}

func TestAnAgreedCallbackStands(t *testing.T) {
	agreed := report(t, "c1", "L1", "11:00:00", "11:03:00", "Rappel", asksFor("30/11/2026 10:30:00"))
	missed := report(t, "c2", "L1", "12:00:00", "12:01:00", "Occupé")
	for name, order := range map[string][]crm.Record{"in order": {agreed, missed}, "reversed": {missed, agreed}} {
		t.Run(name, func(t *testing.T) {
			o := monday(t)
			for _, r := range order {
				o.hears("12:30:00", r)
			}
			l := o.lead("L1")
			same(t, "plan", o.planned("L1").DueAt.String(), "2026-11-30T09:30:00Z")
			same(t, "lead", []any{l.Status, l.Attempts, l.LastOutcome}, []any{crm.Callback, int64(2), "busy"})
		})
	}
}

func TestAReportOfNobodyChangesNothing(t *testing.T) {
	o := monday(t)
	before := o.ledger("PVI/2026-11-23T10:00")
	ended := o.hears("11:06:00", report(t, "c1", "nobody", "11:00:00", "11:05:00", "Ne plus appeler", onPhone(99)))
	same(t, "lead", ended[0].LeadID, "")
	same(t, "ledger", o.ledger("PVI/2026-11-23T10:00"), before)
	unknown, err := o.store.UnknownRecords(t.Context(), 10)
	must(t, err)
	same(t, "unknown", len(unknown), 1)
	same(t, "again", heard(o.hears("11:07:00", report(t, "c1", "nobody", "11:00:00", "11:05:00", "Ne plus appeler", onPhone(99)))), []string{"duplicate"})
}

func TestWhomACallConcerns(t *testing.T) {
	o := monday(t)
	o.receive("2026-11-23T09:40:00", lead("N1", 1, given("PQSC", "PVI_SOON", 50)))
	must(t, o.store.PutDialerContacts(t.Context(), []crm.DialerContact{{ID: "C3", CampaignID: "A", LeadID: "L3", Phone: "+33199000001"}}))
	for _, c := range []struct {
		name, contact string
		phone         int
		want          string
	}{
		{"the contact of the dialer first", "C3", 1, "L3"},
		{"then the lead of that id", "L2", 1, "L2"},
		{"then the open call on the phone", "?", 1, "L1"},
		{"then the newest lead on it", "?", 1, "N1"},
	} {
		ended := o.hears("11:06:00", report(t, c.name, c.contact, "11:00:00", "11:05:00", "Occupé", onPhone(c.phone)))
		same(t, c.name, ended[0].LeadID, c.want)
	}
}

func TestSupportIsHandedOver(t *testing.T) {
	o := monday(t)
	ended := o.hears("11:06:00", report(t, "c1", "L1", "11:00:00", "11:05:00", "TRANSFERT SUPPORT"))
	same(t, "review", ended[0].Review, "transfer")
	same(t, "lead", []any{o.lead("L1").Status, o.pending("L1"), o.plan("L1")}, []any{crm.Support, true, ""})
}

// What a lead was imported with counts as long as the law looks back, although
// no call of it is recorded.
func TestImportedCountersCount(t *testing.T) {
	o := f0Office(t)
	imported := func(l *crm.Lead) {
		l.Attempts, l.Attempts30d = 4, 4
		l.LastCallAt = crm.Some(crm.At(local(o, "2026-11-16T10:00:00")))
	}
	refused := func(l *crm.Lead) {
		l.LastOutcome, l.LastCallAt = "refused", crm.Some(crm.At(local(o, "2026-11-16T10:00:00")))
	}
	o.receive("2026-11-23T08:00:00", lead("L1", 1, imported), lead("L2", 2, refused), lead("L3", 3))
	o.start("PVI", "2026-11-23T10:00:00")
	got := o.decisions("PVI/2026-11-23T10:00")
	same(t, "too many attempts", got["L1"], "FR-3: until 2026-12-16: at most 4 attempts in 30 calendar days")
	same(t, "refused", got["L2"], "FR-9: until new consent: whoever objects is not called again")
	same(t, "nothing", got["L3"], "injected")

	// A call that is made all the same adds to them, and they are forgotten
	// one by one.
	o.hears("11:00:00", report(t, "c1", "L1", "10:30:00", "10:31:00", "Occupé"))
	same(t, "with the new one", []int64{o.lead("L1").Attempts, o.lead("L1").Attempts30d}, []int64{5, 5})
	o.rescore("2026-12-23T09:00:00")
	same(t, "a month later", []int64{o.lead("L1").Attempts, o.lead("L1").Attempts30d}, []int64{5, 0})
}

// A report of a call that was not ours puts a lead aside while its call is with
// the dialer; corrected, it gives the lead back, and the stop plans it again.
func TestACorrectionGivesBackALeadThatTheDialerStillHas(t *testing.T) {
	t.Parallel()
	o := monday(t)
	o.hears("11:40:00", report(t, "before", "L1", "2026-11-23T08:20:00", "", "Propos inaudibles"))
	same(t, "put aside", o.lead("L1").Status, crm.Review)
	o.hears("11:41:00", report(t, "before", "L1", "2026-11-23T08:20:00", "", "Pas de réponse"))
	same(t, "given back", []any{o.lead("L1").Status, o.pending("L1"), o.plan("L1")}, []any{crm.InCampaign, false, ""})
	o.stop("2026-11-23T12:59:00", dispatch.StopOptions{})
	same(t, "planned again", o.plan("L1"), "plan PVI 2026-11-23 14:00 a1")
}
