package engine

import (
	"context"
	"errors"
	"strings"
)

// Candidate is a rule book without mistakes on its way into force.
type Candidate struct {
	Book    *RuleBook
	Sources Sources // its files, tests included
	// InForce is what it would replace; nil when nothing is in force.
	InForce *RuleBook
}

// Step is one step of an admission. Its error stops the candidate: [*Faults]
// or [*Stopped] for what somebody has to mend or agree to, which stands until
// the files change or [Engine.Retry]; any other one is trouble that may pass,
// and the next look tries again.
type Step func(ctx context.Context, c Candidate) error

// Stopped is a rule book without mistakes that a step of its admission stopped.
type Stopped struct {
	By StoppedBy
	// Reasons are sentences for people, the first one the gist.
	Reasons []string
}

// StoppedBy says what stopped a rule book.
type StoppedBy string

// What stops a rule book without mistakes.
const (
	ByTests     StoppedBy = "tests"      // its own tests fail
	ByGuardrail StoppedBy = "guardrail"  // it changes more than a campaign's guardrails let pass
	ByApproval  StoppedBy = "approval"   // the book in force wants somebody's yes for every edit
	ByRollback  StoppedBy = "rollback"   // somebody took it out of force
	ByElsewhere StoppedBy = "other book" // another process put another book in force
)

// Error is the reasons, one a line.
func (s *Stopped) Error() string { return strings.Join(s.Reasons, "\n") }

// admit takes a candidate through the steps, and says whether it is worth
// another try when one of them fails.
func (e *Engine) admit(ctx context.Context, c Candidate) (again bool, err error) {
	for _, step := range e.options.Admit {
		if err := step(ctx, c); err != nil {
			var stopped *Stopped
			var faults *Faults
			return !errors.As(err, &stopped) && !errors.As(err, &faults), err
		}
	}
	return false, nil
}

// Retry is [Engine.Reload] that decides anew on files that were refused
// before: somebody may have agreed to them meanwhile.
func (e *Engine) Retry(ctx context.Context) (Change, error) {
	e.turn.Lock()
	defer e.turn.Unlock()
	if err := ctx.Err(); err != nil {
		return Change{}, err
	}
	files, was := e.read(), e.inForce.Load()
	if was.rejected == nil && was.decidedOn(files.hash) {
		return e.asBefore(was), nil
	}
	return e.decide(ctx, files, was)
}

// adopt puts in force what another process has put in force since, and gives
// the state after that. Files that were decided on before and mean something
// else are refused then, so that nothing flips back at the next look; files
// that nobody has looked at are left to that.
func (e *Engine) adopt(ctx context.Context, files edition, was *standing) (*standing, error) {
	if e.options.Keeper == nil {
		return was, nil
	}
	version, err := e.options.Keeper.LastVersion(ctx)
	if err != nil || version == "" || version == was.book.Version {
		return was, err
	}
	now, err := e.lastGood(ctx)
	if err != nil || now == nil || now.book.Version == was.book.Version {
		return was, err
	}
	change := Change{Kind: Applied, Version: now.book.Version, Was: was.book.Version, At: now.since}
	switch book, bad := files.compile(); {
	case bad == nil && book.Version == now.book.Version:
		now.files = files.hash
	case was.decidedOn(files.hash):
		now.rejected, now.refused = was.rejected, files.hash
		if bad == nil {
			if _, bad = e.admit(ctx, Candidate{book, files.sources, now.book}); bad == nil {
				bad = elsewhere(book, now.book)
			}
			now.rejected = &Rejection{At: e.options.Now(), Version: book.Version, Faults: bad}
		}
	}
	e.publish(now, change)
	return now, nil
}

func elsewhere(files, inForce *RuleBook) *Stopped {
	return &Stopped{By: ByElsewhere, Reasons: []string{
		"the files mean rule book " + files.Short() + ", and " + inForce.Short() + " was put in force since by a rollback or another machine",
		"save another edit, or put the files in force with callsheet apply",
	}}
}
