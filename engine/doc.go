// Package engine decides who is called, when and why, by the rule book that
// analysts write in YAML. It is the library under the callsheet program and
// can be embedded by itself.
//
// # What to use
//
// [Open] keeps the rule book of a folder in force: a program that runs for
// long opens the folder once, lets [Engine.Watch] follow the edits, and takes
// the book from [Engine.Book] at the beginning of each piece of work.
// [Load] reads a folder once and is enough for a check or a test. Both find
// every mistake in one pass and return them as [*Faults], each with file, line,
// column and a way to mend it.
//
// A [RuleBook] works on batches of leads. Its Schema makes the batch, and the
// caller fills in the facts; what is not filled in is unknown.
// [RuleBook.Classify] gives every lead its type, segment, score, grade and
// group; [RuleBook.Score] only scores leads that are typed already. [RuleBook.Judge] then says for a campaign and a slot which of them may
// be called and between which instants, or the reason why not; what happened
// to a phone before is its [Past]. The package example shows a whole program.
//
// After a call, [RuleBook.Outcome] finds what it came to, [RuleBook.Callback]
// decides about the date that was agreed, [RuleBook.Again] and
// [RuleBook.Limited] say when it may be tried again, and [RuleBook.FreeFrom] from
// which day the law allows it. [RuleBook.Recoverable] finds forgotten leads.
//
// # Edits
//
// The files of a folder are one book: read, checked and put in force together.
// Its version is a hash of what the files mean, so that a comment makes no new
// version. An edit on its way in is compiled, saved by the [Keeper] as the last
// good book, and put in force by the change of one pointer, in this order: what
// the program can see is already on disk. An edit that fails on this way
// leaves the book before it in force; [Engine.Status] has the reason until the
// files are good again. A program that starts with bad files works with the
// last good book.
//
// # Concurrency
//
// A RuleBook does not change, and any number of goroutines may use it. A batch
// belongs to one goroutine at a time, and so does what Classify and Judge
// return for it. Whoever needs the same rules from beginning to end takes the
// book once and keeps it: books that were replaced stay valid. No goroutine
// runs unless Watch does, and none is left when it returns.
//
// # What the engine does not know
//
// No database, no network and no clock: facts come in batches, the last good
// book goes through the Keeper, and the time of a decision is an argument.
// Rules can do no input or output. The same book, facts and time always give
// the same decision.
package engine
