package ruletest

import (
	"slices"
	"strconv"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// trial is one test while it is run.
type trial struct {
	book  *engine.RuleBook
	test  *engine.Test
	batch *expression.Batch
	past  *engine.Past
	rules []engine.Named // of the book

	class   *engine.Classified
	lines   []engine.ScoreLine
	account []engine.AccountLine
	verdict engine.Verdict
	outcome *engine.Outcome
	back    *engine.Callback // nil: no date was to be decided
	limits  []bool
	slot    calendar.Slot
	// got is what came, by the keys of expectations.
	got    map[string]got
	result Result
}

// got is one thing that came, and how.
type got struct {
	text string
	// why are the rules that decided, given what was expected instead; nil
	// where there is nothing to tell.
	why func(want string) []Why
}

// newTrial runs a test in a batch, whose only lead it makes anew.
func newTrial(book *engine.RuleBook, t *engine.Test, batch *expression.Batch) *trial {
	batch.Reset(1)
	tr := &trial{book: book, test: t, batch: batch, got: map[string]got{}, result: Result{Test: *t}}
	tr.fill()
	tr.remember()
	tr.class = book.Classify(tr.batch, t.Now)
	tr.classified()
	tr.recovery()
	if t.Campaign != "" {
		tr.campaign()
	}
	if t.Call != nil {
		tr.call()
	}
	return tr
}

// named finds rules of the book; it is asked only when something is to be told.
func (tr *trial) named(is func(*engine.Named) bool) *engine.Named {
	if tr.rules == nil {
		tr.rules = tr.book.Named()
	}
	if i := slices.IndexFunc(tr.rules, func(n engine.Named) bool { return is(&n) }); i >= 0 {
		return &tr.rules[i]
	}
	return nil
}

// fill gives the lead its facts: those of the test, and where it is silent what
// a lead has that has just come in.
func (tr *trial) fill() {
	fill(tr.book, tr.batch, 0, tr.test.Now, tr.test.Lead, tr.test.Planned, tr.test.Call)
}

func fill(book *engine.RuleBook, batch *expression.Batch, row int, now time.Time, all ...engine.Facts) {
	for i, f := range book.Schema.Fields() {
		if !f.Required {
			continue
		}
		switch f.Type {
		case expression.Integer:
			batch.SetInt(i, row, 0)
		case expression.Boolean:
			batch.SetBool(i, row, false)
		}
	}
	fresh := engine.Facts{"lead.created_at": now, "lead.status": "new", "lead.legal_basis": "none", "contact.phone_country": "33"}
	for _, facts := range append([]engine.Facts{fresh}, all...) {
		for name, value := range facts {
			set(book, batch, row, name, value)
		}
	}
}

// set writes a fact into the batch; one that the book does not have is none.
func (tr *trial) set(name string, value any) { set(tr.book, tr.batch, 0, name, value) }

func set(book *engine.RuleBook, batch *expression.Batch, row int, name string, value any) {
	i, known := book.Schema.Index(name)
	if !known {
		return
	}
	switch v := value.(type) {
	case string:
		batch.SetText(i, row, v)
	case int64:
		batch.SetInt(i, row, v)
	case float64:
		batch.SetFloat(i, row, v)
	case bool:
		batch.SetBool(i, row, v)
	case time.Time:
		batch.SetTime(i, row, v.UnixMilli())
	case []string:
		batch.SetList(i, row, v)
	}
}

// at is when a call of a test took place.
func (tr *trial) at(call engine.Facts) time.Time {
	start, _ := call["call.started_at"].(time.Time)
	end, _ := call["call.ended_at"].(time.Time)
	switch {
	case end.After(start):
		return end
	case !start.IsZero():
		return start
	}
	return tr.test.Now
}

// outcomeOf is what a call of a test came to.
func (tr *trial) outcomeOf(call engine.Facts) *engine.Outcome {
	text := func(name string) string { s, _ := call[name].(string); return s }
	label := text("call.wrapup")
	if label == "" {
		label = text("call.outcome")
	}
	o, _ := tr.book.Outcome(label, text(engine.CallResult))
	return o
}

// remember makes what happened before of the calls that the test lists, and of
// the one that it is about.
func (tr *trial) remember() {
	calls := tr.test.Before
	if tr.test.Call != nil {
		calls = append(slices.Clone(calls), tr.test.Call)
	}
	p := engine.Past{}
	p.ConsentAt, _ = tr.test.Lead["lead.consent_at"].(time.Time)
	for _, call := range calls {
		o := tr.outcomeOf(call)
		if o.Attempt {
			p.Attempts = append(p.Attempts, tr.at(call))
		}
		p.Ended = append(p.Ended, engine.PastCall{At: tr.at(call), Outcome: o.Name})
	}
	if len(p.Ended) > 0 {
		tr.past = &p
	}
}

// classified notes type, segment, score, grade, group and points.
func (tr *trial) classified() {
	tr.got["type"] = got{tr.class.Type[0], tr.choice(engine.RuleType)}
	tr.got["segment"] = got{tr.class.Segment[0], tr.choice(engine.RuleSegment)}
	group := ""
	if g := tr.class.Group[0]; g != nil {
		group = g.Name
	}
	tr.got["group"] = got{text: group}
	lines, score := tr.book.Breakdown(tr.batch, 0, tr.test.Now)
	tr.lines = lines
	tr.got["score"] = got{strconv.FormatInt(score, 10), tr.breakdown}
	tr.got["grade"] = got{tr.class.Grade[0], tr.breakdown}
	points, unknown := map[string]int64{}, []string{}
	for _, l := range lines {
		if l.Group != "" {
			points[l.Group] += l.Points
		}
		if l.Rule != "" {
			points[l.Rule] = l.Points
		}
		if l.Unknown {
			unknown = append(unknown, l.Rule)
		}
	}
	tr.got["unknown"] = got{text: engine.WordList(unknown)}
	for name, n := range points {
		tr.got["points."+name] = got{strconv.FormatInt(n, 10), tr.pointsOf(name)}
	}
}

// recovery notes what recover-forgotten-lead makes of the lead.
func (tr *trial) recovery() {
	reason := tr.book.Recoverable(tr.batch)[0]
	why := tr.recoveryWhy(reason)
	if reason == "" {
		reason = engine.NoCampaign
		id, _ := tr.test.Lead["lead.id"].(string)
		if tr.book.Taker(id, tr.class.Type[0], tr.class.Segment[0], tr.test.Now) != nil {
			reason = "taken"
		}
	}
	tr.got["recovery"] = got{reason, why}
}

// campaign notes whether the campaign takes the lead in the slot that runs at
// the clock of the test, or the next one.
func (tr *trial) campaign() {
	c, _ := tr.book.Campaign(tr.test.Campaign)
	slot, ok := tr.book.Week(c, tr.class.Group[0]).Next(tr.test.Now, 0)
	if !ok {
		tr.got["result"], tr.got["because"] = got{text: "excluded"}, got{text: engine.NotDue}
		return
	}
	tr.slot = slot
	for name, value := range map[string]any{"call.due_at": slot.Start, "call.kind": "plan"} {
		if _, given := tr.test.Planned[name]; !given {
			tr.set(name, value)
		}
	}
	if due, given := tr.test.Planned["call.due_at"].(time.Time); given && !due.Before(slot.End) {
		tr.verdict.Reason = engine.NotDue
		tr.got["result"], tr.got["because"] = got{text: "excluded"}, got{text: engine.NotDue}
		return
	}
	tr.verdict = tr.book.Judge(c, slot, tr.batch, tr.class, []*engine.Past{tr.past})[0]
	tr.account = tr.book.Account(c, slot, tr.batch, 0, tr.class, tr.verdict)
	result := "included"
	if tr.verdict.Reason != "" {
		result = "excluded"
	} else {
		tr.got["not_before"], tr.got["not_after"] = tr.instant(tr.verdict.NotBefore), tr.instant(tr.verdict.NotAfter)
	}
	tr.got["result"] = got{result, tr.campaignWhy(c)}
	tr.got["because"] = got{tr.verdict.Reason, tr.campaignWhy(c)}
}

func (tr *trial) instant(t time.Time) got {
	return got{text: t.In(tr.book.Zone).Format(engine.TestTime)}
}

// call notes what a finished call came to, and what follows.
func (tr *trial) call() {
	o := tr.outcomeOf(tr.test.Call)
	tr.outcome = o
	tr.set("call.outcome", o.Name)
	tr.got["outcome"] = got{o.Name, tr.outcomeWhy}
	tr.got["next"] = got{o.Next, tr.outcomeWhy}
	status := o.Status
	date, _ := tr.test.Call[engine.CallbackDate].(string)
	switch {
	case o.Next == "callback" || o.Next == "callback_or_retry" && date != "":
		status = tr.agree(date)
	case o.Next == "retry" || o.Next == "callback_or_retry":
		status = tr.again()
	}
	tr.got["status"] = got{status, tr.outcomeWhy}
	tr.transfer()
}

// agree notes what becomes of the date of a callback, and gives the status of
// the lead after it.
func (tr *trial) agree(date string) string {
	start, ok := tr.test.Call["call.started_at"].(time.Time)
	if !ok {
		start = tr.test.Now
	}
	exact, _ := tr.test.Call["call.agreed_exact_time"].(bool)
	postal, _ := tr.test.Lead["lead.postal_code"].(string)
	country, given := tr.test.Lead["contact.phone_country"].(string)
	if !given {
		country = "33"
	}
	back := tr.book.Callback(date, start, exact, postal, country, tr.batch, 0)
	tr.back = &back
	tr.got["refused"] = got{back.Reason, tr.callbackWhy}
	tr.got["because"] = got{engine.WordList(back.Because()), nil}
	if back.Reason != "" {
		return tr.book.Callbacks.RefusedStatus
	}
	tr.got["callback_at"] = tr.instant(back.At)
	return "callback"
}

// again notes when the lead is called again, as far as the limits allow, and
// gives its status. The attempts of the lead are those before the call.
func (tr *trial) again() string {
	attempts, _ := tr.test.Lead["lead.attempts"].(int64)
	if tr.outcome.Attempt {
		attempts++
	}
	created, ok := tr.test.Lead["lead.created_at"].(time.Time)
	if !ok {
		created = tr.test.Now
	}
	limit, _ := tr.book.Limited(int(attempts), tr.past, created, tr.test.Now)
	tr.limits = tr.book.LimitsReached(int(attempts), tr.past, created, tr.test.Now)
	tr.got["limit"] = got{text: limit}
	switch limit {
	case engine.LimitUnreachable, engine.LimitFrozen:
		return limit
	}
	sameDay, inARow := tr.alike()
	from, review := tr.book.Again(tr.outcome, tr.at(tr.test.Call), sameDay, inARow)
	if review {
		return "review"
	}
	tr.got["again_at"] = tr.instant(from)
	return tr.outcome.Status
}

// alike counts the calls that came to the same as the one of the test: on its
// local day, and in a row up to it.
func (tr *trial) alike() (sameDay, inARow int) {
	calls := append(slices.Clone(tr.test.Before), tr.test.Call)
	slices.SortStableFunc(calls, func(a, b engine.Facts) int { return tr.at(a).Compare(tr.at(b)) })
	day := calendar.DateOf(tr.at(tr.test.Call).In(tr.book.Zone))
	for _, call := range calls {
		if tr.outcomeOf(call) != tr.outcome {
			inARow = 0
			continue
		}
		inARow++
		if calendar.DateOf(tr.at(call).In(tr.book.Zone)) == day {
			sameDay++
		}
	}
	return sameDay, inARow
}

// transfer notes which transfer is for the call, and which of the agents of the
// test gets the contact.
func (tr *trial) transfer() {
	for i := range tr.book.Transfers {
		t := &tr.book.Transfers[i]
		if !t.Wants(tr.batch, 0) {
			continue
		}
		tr.got["transfer"] = got{t.Name, tr.transferWhy}
		if len(tr.test.Agents) == 0 {
			return
		}
		batch := tr.book.Schema.NewBatch(len(tr.test.Agents))
		batch.SetNow(tr.test.Now)
		for row, a := range tr.test.Agents {
			set(tr.book, batch, row, "agent.contacts", int64(0))
			set(tr.book, batch, row, "agent.username", a.Name)
			for name, value := range a.Facts {
				set(tr.book, batch, row, name, value)
			}
		}
		tr.got["agent"] = got{text: tr.test.Agents[t.Choose(batch)].Name}
		return
	}
	tr.got["transfer"] = got{"", tr.transferWhy}
}

// compare notes a failure for each expectation that is not met.
func (tr *trial) compare() {
	for _, e := range tr.test.Expect {
		g := tr.got[e.Key]
		if g.text == e.Text {
			continue
		}
		f := Failure{Key: e.Key, Want: e.Text, Got: g.text, Place: e.Place}
		if e.Key == "result" {
			f.Because = tr.verdict.Reason
		}
		if g.why != nil && !tr.told(e.Key) {
			want := e.Text
			if e.Key == "result" {
				because, _ := tr.test.Want("because")
				want = because.Text
			}
			f.Rules = g.why(want)
		}
		tr.result.Failures = append(tr.result.Failures, f)
	}
}

// told says that another failure has the same reasons.
func (tr *trial) told(key string) bool {
	same := [][]string{{"result", "because"}, {"score", "grade"}, {"outcome", "status", "next"}}
	for _, keys := range same {
		if tr.test.Call == nil || key != "because" {
			if slices.Contains(keys, key) && slices.ContainsFunc(tr.result.Failures, func(f Failure) bool { return slices.Contains(keys, f.Key) && len(f.Rules) > 0 }) {
				return true
			}
		}
	}
	return false
}
