package dispatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// StopOptions say what a stop is for.
type StopOptions struct {
	// Types names the campaigns to stop, each with those that follow it; none:
	// all.
	Types []string
	// Force signals the dialer also for every campaign named (without names:
	// all) and group that nothing runs for, whether it has got a file or not.
	Force bool
}

// StopReport is what a stop did.
type StopReport struct {
	// Open says that a run was to be stopped, orphans apart.
	Open bool
	// Stopped counts the runs that had given the dialer something to call,
	// Recycled the calls of all runs stopped that are planned again, Orphans
	// those of runs that should have been stopped long ago.
	Stopped, Recycled, Orphans int
	// Parked counts the calls that have no slot to be planned for.
	Parked  int
	Runs    []StoppedRun // by id
	Signals []string     // names of the stop files
}

// StoppedRun is what a stop did with one run.
type StoppedRun struct {
	crm.Run
	Published bool // the dialer has got a file of it
	Orphan    bool // its slot ended more than ten minutes before
	// Into is the campaign, and DueAt the beginning of its slot, for which the
	// calls are planned again; without DueAt there is none, and their leads are
	// parked.
	Into      string
	DueAt     crm.Maybe[crm.Instant]
	Recycled  []crm.Call
	Cancelled []string // files that were never handed over and now never will be
	Signal    string   // name of the stop file
	// Silent says why the dialer gets no stop file for a run that it has got a
	// file of; empty when it does.
	Silent string
}

// graceful is how long after the end of its slot a run can still be stopped
// in the regular way.
const graceful = 10 * time.Minute

// Stop ends runs and plans what they did not call for the next slot of the
// campaign, in one transaction: the open runs whose slot ended in the last ten
// minutes, or where there are none, those whose slot contains the given time.
// Older ones are recycled as orphans. The dialer gets a stop file for each run
// of the former kind that it has got a file of, unless the campaign already
// runs for the group in the slot that runs now or a later one: the signal would
// stop that too.
//
// A campaign that follows another one is stopped with it, and its calls are
// planned for the followed one. [Desk.Rehearsal] decides the same and stores
// nothing.
func (d *Desk) Stop(ctx context.Context, book *engine.RuleBook, at time.Time, o StopOptions) (StopReport, error) {
	s := stopping{desk: d, book: book, at: at, options: o, signalled: map[string]bool{}}
	report, err := s.stop(ctx)
	if err != nil {
		return StopReport{}, fmt.Errorf("stop campaigns: %w", err)
	}
	return report, nil
}

// stopping is one stop while it is decided.
type stopping struct {
	desk    *Desk
	book    *engine.RuleBook
	at      time.Time
	options StopOptions

	runs    []StoppedRun
	running []crm.Run // those that are left alone
	files   []crm.File
	// signalled are the campaigns and groups that get a stop file.
	signalled map[string]bool
}

func (s *stopping) stop(ctx context.Context) (StopReport, error) {
	open, err := s.desk.Store.OpenRuns(ctx)
	if err != nil {
		return StopReport{}, err
	}
	s.choose(open)
	for i := range s.runs {
		if err := s.decide(ctx, &s.runs[i]); err != nil {
			return StopReport{}, err
		}
	}
	if s.options.Force {
		s.force()
	}
	change := crm.Stop{Files: s.files, At: crm.At(s.at)}
	for _, r := range s.runs {
		change.Runs = append(change.Runs, crm.Stopping{Run: r.Run, Into: r.Into, DueAt: r.DueAt, LeftOut: s.desk.Brief.leftOut(r.ID)})
	}
	done, err := s.desk.Store.Stop(ctx, change)
	if err != nil {
		return StopReport{}, err
	}
	for _, r := range s.runs {
		s.desk.Brief.stopped(r.ID)
	}
	report := s.report(done)
	late, err := s.late(ctx)
	if err != nil || !late {
		return report, err
	}
	rest := stopping{desk: s.desk, book: s.book, at: s.at, options: StopOptions{Types: s.options.Types}, signalled: s.signalled}
	more, err := rest.stop(ctx)
	report.add(more)
	return report, err
}

// late says that a start which was under way has added a run to a slot that is
// stopped now. Later ones find that it is over.
func (s *stopping) late(ctx context.Context) (bool, error) {
	open, err := s.desk.Store.OpenRuns(ctx)
	for _, r := range open {
		of := func(stopped StoppedRun) bool {
			return stopped.Campaign == r.Campaign && stopped.SlotStart == r.SlotStart && stopped.ID != r.ID
		}
		known := func(stopped StoppedRun) bool { return stopped.ID == r.ID }
		if slices.ContainsFunc(s.runs, of) && !slices.ContainsFunc(s.runs, known) {
			return true, nil
		}
	}
	return false, err
}

// add counts what a further stop did.
func (r *StopReport) add(more StopReport) {
	r.Open = r.Open || more.Open
	r.Stopped, r.Recycled, r.Orphans, r.Parked = r.Stopped+more.Stopped, r.Recycled+more.Recycled, r.Orphans+more.Orphans, r.Parked+more.Parked
	r.Runs, r.Signals = append(r.Runs, more.Runs...), append(r.Signals, more.Signals...)
	slices.SortFunc(r.Runs, func(a, b StoppedRun) int { return strings.Compare(a.ID, b.ID) })
}

// choose finds the runs to stop and those to leave alone.
func (s *stopping) choose(open []crm.Run) {
	var ended, current []crm.Run
	for _, r := range open {
		age := s.at.Sub(r.SlotEnd.Time())
		switch {
		case !s.concerns(r.Campaign) || s.at.Before(r.SlotStart.Time()):
			s.running = append(s.running, r)
		case age < 0:
			current = append(current, r)
		case age <= graceful:
			ended = append(ended, r)
		default:
			s.runs = append(s.runs, StoppedRun{Run: r, Orphan: true})
		}
	}
	if len(ended) > 0 {
		s.running, current = append(s.running, current...), ended
	}
	for _, r := range current {
		s.runs = append(s.runs, StoppedRun{Run: r})
	}
	slices.SortFunc(s.runs, func(a, b StoppedRun) int { return strings.Compare(a.ID, b.ID) })
}

// concerns says whether the stop is for a campaign or for the one that it
// follows.
func (s *stopping) concerns(campaign string) bool {
	types := s.options.Types
	c, known := s.book.Campaign(campaign)
	return len(types) == 0 || slices.Contains(types, campaign) ||
		known && (slices.Contains(types, c.Name) || slices.Contains(types, c.Follows))
}

// decide finds where the calls of a run go, and how the dialer is told. The
// store knows at the end whether it has got a file of the run at all.
func (s *stopping) decide(ctx context.Context, r *StoppedRun) error {
	r.Into, r.DueAt = s.next(&r.Run)
	files, err := s.desk.Store.Files(ctx, strings.TrimSuffix(r.ID, "/"+r.Group))
	if err != nil {
		return err
	}
	var last crm.File
	for _, f := range files {
		if f.RunID == r.ID && f.Kind == crm.FileInject {
			last = f
		}
	}
	if last.Name == "" || r.Orphan {
		return nil
	}
	if other, ok := s.runsStill(r.Campaign, r.Group); ok {
		r.Silent = "already runs as " + other
		return nil
	}
	dialer, ok := s.dialer(last.Dialer, r.Campaign)
	switch {
	case !ok:
		r.Silent = "dialer " + last.Dialer + " is no longer in the rule book"
	case dialer.StopSignal == engine.StopNone:
		r.Silent = "dialer " + dialer.Name + " knows no stop signal"
	default:
		f := s.signal(dialer, r.Campaign, r.Group)
		if !s.options.Force {
			f.RunID, f.SlotKey = r.ID, last.SlotKey
		}
		r.Signal = f.Name
		s.files = append(s.files, f)
	}
	return nil
}

// next is the campaign and the slot for which the calls of a run are planned
// again: the first that begins when the run's slot is over, or later, and is
// not over itself. A campaign that the book no longer has, or that calls nobody
// now, has none.
func (s *stopping) next(r *crm.Run) (campaign string, due crm.Maybe[crm.Instant]) {
	c, ok := s.book.Campaign(r.Campaign)
	if ok && c.Follows != "" {
		c, ok = s.book.Campaign(c.Follows)
	}
	if !ok || !s.book.Runs(c, s.at) {
		return r.Campaign, due
	}
	g, _ := s.book.Group(r.Group)
	if slot, ok := s.book.Week(c, g).Starting(r.SlotEnd.Time(), s.at); ok {
		due = crm.Some(crm.At(slot.Start))
	}
	return c.Name, due
}

// runsStill finds a run of the campaign and group that is not stopped and that
// a signal would hit.
func (s *stopping) runsStill(campaign, group string) (id string, ok bool) {
	i := slices.IndexFunc(s.running, func(r crm.Run) bool {
		return r.Campaign == campaign && r.Group == group && r.SlotEnd > crm.At(s.at)
	})
	if i < 0 {
		return "", false
	}
	return s.running[i].ID, true
}

// dialer is the one that a file was for, or else that of the campaign.
func (s *stopping) dialer(name, campaign string) (*engine.Dialer, bool) {
	for _, d := range s.book.Dialers {
		if d.Name == name {
			return d, true
		}
	}
	c, ok := s.book.Campaign(campaign)
	if !ok {
		return nil, false
	}
	return c.Dialer, true
}

// signal is the file that stops a dialer: a sheet without lines.
func (s *stopping) signal(d *engine.Dialer, campaign, group string) crm.File {
	s.signalled[crm.RunID(campaign, group)] = true
	f := crm.File{
		Name: fmt.Sprintf("STOP/%s-%s-%s.csv", s.at.In(s.book.Zone).Format("20060102-1504"), campaign, group),
		Kind: crm.FileStop, State: crm.FileClaimed, Campaign: campaign, Dialer: d.Name, Mode: d.FileMode,
		Encoding: d.Encoding, LineEnd: d.LineEnd, Version: s.book.Version, At: crm.At(s.at),
	}
	if d.StopSignal == engine.StopHeaderOnly {
		f.HasHead = true
		f.Header, _ = s.desk.Sheet(d, s.book.Schema.NewBatch(0), s.book)
	}
	s.desk.Seal(&f)
	return f
}

// force signals every campaign and group that nothing runs for, as far as
// dialers know a signal.
func (s *stopping) force() {
	for _, c := range s.book.Campaigns {
		if !c.Calls() || len(s.options.Types) > 0 && !slices.Contains(s.options.Types, c.Name) || c.Dialer.StopSignal == engine.StopNone {
			continue
		}
		for _, g := range s.book.Groups {
			_, still := s.runsStill(c.Name, g.Name)
			if c.Takes(g.Name) && !still && !s.signalled[crm.RunID(c.Name, g.Name)] {
				s.files = append(s.files, s.signal(c.Dialer, c.Name, g.Name))
			}
		}
	}
}

// report counts what the store did. Runs that somebody else stopped first are
// left out.
func (s *stopping) report(done []crm.Stopped) StopReport {
	byID := map[string]crm.Stopped{}
	for _, one := range done {
		byID[one.RunID] = one
	}
	var report StopReport
	for _, r := range s.runs {
		one := byID[r.ID]
		if one.Already {
			continue
		}
		r.Recycled, r.Cancelled, r.Published = one.Recycled, one.Cancelled, one.Published
		if !r.Published {
			r.Silent = ""
			if !s.options.Force {
				r.Signal = ""
			}
		}
		report.Runs = append(report.Runs, r)
		again := len(r.Recycled)
		if !r.DueAt.Valid {
			report.Parked += again
			again = 0
		}
		if r.Orphan {
			report.Orphans += again
			continue
		}
		report.Open = true
		report.Recycled += again
		if r.Published {
			report.Stopped++
		}
	}
	for _, f := range s.files {
		heard := func(r StoppedRun) bool { return r.ID == f.RunID && r.Signal != "" }
		if f.RunID == "" || slices.ContainsFunc(report.Runs, heard) {
			report.Signals = append(report.Signals, f.Name)
		}
	}
	return report
}
