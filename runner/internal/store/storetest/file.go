package storetest

import (
	"context"
	"sync"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

func publishing(t *testing.T, s *store.Store) {
	ctx := t.Context()
	calls := planned(t, s, "a", "b", "c")
	first, second, third := claim("IDF", 1, calls[0]), claim("LYON", 1, calls[1]), claim("LILLE", 1, calls[2])
	first.Files[0].At = morning + 5 // of a clock that was set back since
	all := []crm.File{first.Files[0], second.Files[0], third.Files[0]}
	for _, c := range []crm.Claim{first, second, third} {
		must(t, s.Claim(ctx, c))
	}
	waiting := func() []crm.File { return got[[]crm.File](t)(s.UnpublishedFiles(ctx)) }
	same(t, "in the order of commits", waiting(), all)

	must(t, s.Staged(ctx, all[0].Name))
	must(t, s.Sending(ctx, all[1].Name))
	all[0].State, all[1].State = crm.FileStaged, crm.FileSending
	same(t, "staged and sending ones wait too", waiting(), all)

	must(t, s.Published(ctx, all[0].Name, morning+9))
	must(t, s.Published(ctx, all[1].Name, morning+9))
	must(t, s.Published(ctx, all[2].Name, morning+9))
	same(t, "left", len(waiting()), 0)
	for _, f := range got[[]crm.File](t)(s.Files(ctx, slotKey)) {
		same(t, "state of "+f.Name, f.State, crm.FilePublished)
	}
}

// A mark compares and sets: what somebody else has done is never undone.
func marking(t *testing.T, s *store.Store) {
	ctx := t.Context()
	calls := planned(t, s, "a")
	c := claim("IDF", 1, calls[0])
	must(t, s.Claim(ctx, c))
	name := c.Files[0].Name
	marks := map[string]func() error{
		"staged":    func() error { return s.Staged(ctx, name) },
		"sending":   func() error { return s.Sending(ctx, name) },
		"published": func() error { return s.Published(ctx, name, morning+9) },
	}
	must(t, marks["staged"]())
	for _, again := range []string{"staged", "sending"} {
		if err := marks[again](); !isA(err, crm.ErrConflict) {
			t.Errorf("%s after staged is %v, want crm.ErrConflict", again, err)
		}
	}
	must(t, marks["published"]())
	for again, mark := range marks {
		if err := mark(); !isA(err, crm.ErrConflict) {
			t.Errorf("%s after published is %v, want crm.ErrConflict", again, err)
		}
	}
	for what, err := range map[string]error{
		"staged": s.Staged(ctx, "PVI/none.csv"), "sending": s.Sending(ctx, "PVI/none.csv"), "published": s.Published(ctx, "PVI/none.csv", morning),
	} {
		if !isA(err, crm.ErrNotFound) {
			t.Errorf("an unknown file as %s is %v, want crm.ErrNotFound", what, err)
		}
	}
}

func markRace(t *testing.T, s *store.Store) {
	calls := planned(t, s, "a")
	c := claim("IDF", 1, calls[0])
	must(t, s.Claim(t.Context(), c))
	errs := make([]error, 8)
	var publishers sync.WaitGroup
	for i := range errs {
		mark := s.Staged
		if i%2 == 1 {
			mark = s.Sending
		}
		publishers.Go(func() { errs[i] = mark(context.Background(), c.Files[0].Name) })
	}
	publishers.Wait()
	winners := 0
	for _, err := range errs {
		switch {
		case err == nil:
			winners++
		case !isA(err, crm.ErrConflict):
			t.Errorf("a loser got %v, want crm.ErrConflict", err)
		}
	}
	same(t, "winners", winners, 1)
}
