package dispatch

import "callsheet/engine"

// mute leaves out everybody whom a campaign would call that calls nobody: the
// mode of the campaign is the reason. Others may have the leads.
func (sel *selection) mute() {
	if sel.c.Calls() {
		return
	}
	for _, r := range sel.inOrder() {
		for i, c := range r.calls {
			sel.leave(c, string(sel.c.Mode), "", i+1)
		}
		r.started.Would, r.calls = len(r.calls), nil
	}
}

// silent says that a campaign counts as choosing nobody in one of two books: it
// calls nobody there, and in the other it does. One that calls nobody in either
// is compared by whom it would call.
func silent(book, other *engine.RuleBook, name string) bool {
	here, ok := byName(book, name)
	there, both := byName(other, name)
	return ok && both && !here.Calls() && there.Calls()
}

// calls says whether a campaign calls anybody in either of two books.
func calls(one, other *engine.RuleBook, name string) bool {
	for _, book := range []*engine.RuleBook{one, other} {
		if c, ok := byName(book, name); ok && c.Calls() {
			return true
		}
	}
	return false
}
