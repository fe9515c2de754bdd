// Package ruletest runs the tests of a rule book: what its rules/*_test.yaml
// files expect of leads and calls that they describe.
package ruletest

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
)

// Result is what came of one test, or of one case of it.
type Result struct {
	Test engine.Test
	// Failures are what is otherwise than expected; none: it passed.
	Failures []Failure
}

// Failure is one thing that is otherwise than expected.
type Failure struct {
	Key       string `json:"key"`
	Want, Got string
	// Why are lines that say how the rules came to what they give, with the
	// values read; may be empty.
	Why []string `json:"why,omitempty"`
}

// Report is what came of all tests that were run.
type Report struct {
	Results  []Result
	Coverage Coverage
}

// Failed counts the tests that failed.
func (r *Report) Failed() int {
	failed := 0
	for _, result := range r.Results {
		if len(result.Failures) > 0 {
			failed++
		}
	}
	return failed
}

// Run runs the tests of a book whose name matches; nil runs all. It reads no
// clock: every test brings its own.
func Run(book *engine.RuleBook, match *regexp.Regexp) *Report {
	report := &Report{Coverage: newCoverage(book)}
	for _, t := range book.Tests {
		if match != nil && !match.MatchString(t.Name) {
			continue
		}
		report.Results = append(report.Results, run(book, t, report.Coverage))
	}
	return report
}

// trial is one test while it is run.
type trial struct {
	book     *engine.RuleBook
	test     engine.Test
	batch    *expression.Batch
	class    *engine.Classified
	result   Result
	coverage Coverage
}

func run(book *engine.RuleBook, t engine.Test, coverage Coverage) Result {
	tr := &trial{book: book, test: t, batch: book.Schema.NewBatch(1), result: Result{Test: t}, coverage: coverage}
	tr.fill()
	tr.class = book.Classify(tr.batch, t.Now)
	tr.coverage.see(tr.batch)
	tr.classified()
	if t.Campaign != "" {
		tr.campaign()
	}
	if t.Call != nil {
		tr.call()
	}
	tr.left()
	return tr.result
}

// fill gives the lead its facts: those of the test, and where it is silent what
// a lead has that has just come in.
func (tr *trial) fill() {
	for i, f := range tr.book.Schema.Fields() {
		if !f.Required {
			continue
		}
		switch f.Type {
		case expression.Integer:
			tr.batch.SetInt(i, 0, 0)
		case expression.Boolean:
			tr.batch.SetBool(i, 0, false)
		}
	}
	tr.set("lead.created_at", tr.test.Now)
	tr.set("lead.status", "new")
	tr.set("lead.legal_basis", "none")
	tr.set("contact.phone_country", "33")
	for _, facts := range []engine.Facts{tr.test.Lead, tr.test.Call} {
		for name, value := range facts {
			tr.set(name, value)
		}
	}
}

// set writes a fact into the batch; one that the book does not have is none.
func (tr *trial) set(name string, value any) {
	i, known := tr.book.Schema.Index(name)
	if !known {
		return
	}
	switch v := value.(type) {
	case string:
		tr.batch.SetText(i, 0, v)
	case int64:
		tr.batch.SetInt(i, 0, v)
	case float64:
		tr.batch.SetFloat(i, 0, v)
	case bool:
		tr.batch.SetBool(i, 0, v)
	case time.Time:
		tr.batch.SetTime(i, 0, v.UnixMilli())
	case []string:
		tr.batch.SetList(i, 0, v)
	}
}

// compare notes a failure where two texts differ.
func (tr *trial) compare(key, got string, why ...string) {
	want, asked := tr.test.Expect[key]
	if !asked {
		return
	}
	delete(tr.test.Expect, key)
	if want.Text != got {
		tr.fail(key, want.Text, got, why...)
	}
}

func (tr *trial) fail(key, want, got string, why ...string) {
	tr.result.Failures = append(tr.result.Failures, Failure{key, cmp.Or(want, "none"), cmp.Or(got, "none"), why})
}

// classified compares type, segment, score, grade, group and points.
func (tr *trial) classified() {
	tr.test.Expect = maps.Clone(tr.test.Expect) // what is left at the end was not compared
	tr.compare("type", tr.class.Type[0])
	tr.compare("segment", tr.class.Segment[0])
	group := ""
	if g := tr.class.Group[0]; g != nil {
		group = g.Name
	}
	tr.compare("group", group)
	tr.compare("grade", tr.class.Grade[0])
	lines, score := tr.book.Breakdown(tr.batch, 0, tr.test.Now)
	var told []string
	points, unknown := map[string]int64{}, []string{}
	for _, l := range lines {
		points[l.Group] += l.Points
		if l.Rule == "" {
			continue
		}
		points[l.Rule] = l.Points
		if l.Unknown {
			unknown = append(unknown, l.Rule)
		}
		if l.Points != 0 {
			told = append(told, fmt.Sprintf("%+d %s", l.Points, l.Rule))
		}
	}
	tr.compare("score", strconv.FormatInt(score, 10), strings.Join(told, "  "))
	if want, asked := tr.test.Expect["points"]; asked {
		delete(tr.test.Expect, "points")
		for _, name := range slices.Sorted(maps.Keys(want.Points)) {
			if got := points[name]; got != want.Points[name] {
				tr.fail("points of "+name, strconv.FormatInt(want.Points[name], 10), strconv.FormatInt(got, 10), tr.book.PointsWhy(name, tr.batch, 0)...)
			}
		}
	}
	tr.compareWords("unknown", unknown)
}

// compareWords notes a failure where two sets of words differ.
func (tr *trial) compareWords(key string, got []string, why ...string) {
	want, asked := tr.test.Expect[key]
	if !asked {
		return
	}
	delete(tr.test.Expect, key)
	if !slices.Equal(slices.Sorted(slices.Values(want.Words)), slices.Sorted(slices.Values(got))) {
		tr.fail(key, strings.Join(want.Words, ", "), strings.Join(got, ", "), why...)
	}
}

// campaign compares whether the campaign takes the lead in the slot that runs
// at the clock of the test, or the next one.
func (tr *trial) campaign() {
	c, _ := tr.book.Campaign(tr.test.Campaign)
	slot, ok := tr.book.Week(c, tr.class.Group[0]).Next(tr.test.Now, 0)
	if !ok {
		tr.fail("campaign", "a slot of "+c.Name, "")
		return
	}
	for name, value := range map[string]any{"call.due_at": slot.Start, "call.kind": "plan"} {
		if _, given := tr.test.Call[name]; !given {
			tr.set(name, value)
		}
	}
	verdict := tr.book.Judge(c, slot, tr.batch, tr.class, nil)[0]
	lines := tr.book.Account(c, slot, tr.batch, 0, tr.class, verdict)
	tr.coverage.judged(tr.book, c, lines)
	result, because := "included", []string{}
	if verdict.Reason != "" {
		result, because = "excluded", []string{verdict.Reason}
	}
	var why []string
	for _, l := range lines {
		if l.Mark == engine.MarkStopped || l.Mark == engine.MarkOpen {
			line := l.Name + ": " + l.Say
			for _, r := range l.Reads {
				line += "   " + r.String()
			}
			why = append(why, line)
		}
	}
	tr.compare("result", result, why...)
	tr.compareWords("because", because, why...)
}

// call compares what a finished call came to, and what becomes of the date that
// was agreed.
func (tr *trial) call() {
	text := func(name string) string { s, _ := tr.test.Call[name].(string); return s }
	o, _ := tr.book.Outcome(text("call.wrapup"), text("call.result"))
	tr.compare("outcome", o.Name)
	status, date := o.Status, text(engine.CallbackDate)
	because := []string{}
	if o.Next == "callback" || o.Next == "callback_or_retry" && date != "" {
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
		because = back.Because()
		tr.compare("refused", back.Reason)
		status = "callback"
		if back.Reason != "" {
			status = tr.book.Callbacks.RefusedStatus
		}
		tr.agreed(back)
	}
	tr.compare("refused", "")
	tr.compare("status", status)
	tr.compareWords("because", because)
}

// agreed compares the instant of a callback.
func (tr *trial) agreed(back engine.Callback) {
	want, asked := tr.test.Expect["callback_at"]
	if !asked {
		return
	}
	delete(tr.test.Expect, "callback_at")
	if !want.At.Equal(back.At) {
		local := func(t time.Time) string {
			if t.IsZero() {
				return "none"
			}
			return t.In(tr.book.Zone).Format("Mon 2006-01-02 15:04:05")
		}
		tr.fail("callback_at", local(want.At), local(back.At), back.Reason)
	}
}

// left fails what the test expects and nothing has compared: a test that asks
// for a campaign's result without naming one would pass by accident.
func (tr *trial) left() {
	for _, key := range slices.Sorted(maps.Keys(tr.test.Expect)) {
		hint := "nothing of the kind: name a campaign"
		if key == "status" || key == "refused" || key == "callback_at" || key == "outcome" {
			hint = "nothing of the kind: name a call"
		}
		tr.fail(key, "something", hint)
	}
}
