package expression

import (
	"time"

	"github.com/expr-lang/expr/vm"
)

// MaxBatch is the largest number of leads in one batch.
const MaxBatch = 4096

// Batch holds the facts of up to MaxBatch leads, one column a field. It belongs to one goroutine at a time. Results of
// evaluations live in its memory: they are remembered, and valid, until a fact that they depend on is set, or the next
// Reset. The setters take the column number of a field of their type and a row below Len.
type Batch struct {
	// Workspace is memory that whoever evaluates over the batch may keep with it. The batch does not look at it.
	Workspace any

	schema *Schema
	n      int
	fields []Vector
	// lender keeps the fields whose place is taken by those of another batch.
	lender map[int]Vector
	free   [shelves][]*Vector
	lent   []*Vector
	local  clock
	// elements holds, inside any(list, ...) and its like, the element of each lead that is looked at.
	elements []*Vector
	// memory is what is remembered of results, by slot. tick counts what was computed and when lengths changed; changed
	// is when any fact was last set, reset when the length last changed.
	memory               []memo
	tick, changed, reset uint64
	// begun is when the batch got its length.
	begun uint64
	// patience is how often a column is compared before it is laid out for that.
	patience int
	// texts, heads, tails, tapes and numbers are the columns as they are laid out for what is asked of them often. spelled
	// is where distinct texts are looked at.
	texts   []*dictionary
	heads   []*edge
	tails   []*edge
	tapes   []*tape
	numbers []*digits
	spelled *Batch
	// flat says that the leads of the batch are distinct texts themselves: those of spells as it was at spelledAt.
	flat      bool
	spells    *dictionary
	spelledAt uint64
	// machine and its facts compute what has no column kernel.
	machine vm.VM
	facts   map[string]any
}

// shelves is how many kinds of vectors there are whose memory can be exchanged.
const shelves = 5

// NewBatch makes a batch of n leads with all columns empty. A length below 0 counts as 0, one above MaxBatch as
// MaxBatch.
func (s *Schema) NewBatch(n int) *Batch {
	b := &Batch{
		schema:   s,
		fields:   make([]Vector, len(s.fields)),
		facts:    map[string]any{},
		local:    clock{loc: s.loc},
		patience: often,
	}
	for i, f := range s.fields {
		b.fields[i] = Vector{typ: f.Type, mask: -1, touched: true}
	}
	b.Reset(n)
	return b
}

// Reset makes the batch hold n leads with all columns empty, "now" included, and takes back the memory of all results.
func (b *Batch) Reset(n int) {
	n = min(max(n, 0), MaxBatch)
	for i := range b.fields {
		f := &b.fields[i]
		if f.borrowed {
			b.giveBack(i)
		}
		if f.touched {
			clear(f.known[:cap(f.known)])
			clear(f.bools[:cap(f.bools)])
		}
		if f.touched || n != b.n {
			f.known = room(f.known, words(n))
			f.mask, f.loose, f.touched = -1, true, false
		}
	}
	b.n = n
	b.Forget()
	b.begun = b.tick
	b.recycle()
}

// recycle takes back the memory of all results.
func (b *Batch) recycle() {
	for _, v := range b.lent {
		v.owned = true
		b.release(v)
	}
	b.lent = b.lent[:0]
}

// Len is the number of leads.
func (b *Batch) Len() int { return b.n }

// set marks a value as present and makes room for its column on first use.
func (b *Batch) set(col, row int) *Vector {
	v := b.touch(col)
	setBit(v.known, row)
	return v
}

// touch gives the column for writing.
func (b *Batch) touch(col int) *Vector {
	v := &b.fields[col]
	if v.borrowed {
		b.giveBack(col)
	}
	if v.loose {
		b.prepare(v)
	}
	v.touched, v.changed, b.changed = true, b.tick, b.tick
	return v
}

// prepare makes room in a field for a value of each lead, and gives each the one that all share.
func (b *Batch) prepare(v *Vector) {
	v.storage(b.n)
	if v.mask == 0 {
		spread(v, b.n)
	}
	v.loose = false
}

func (b *Batch) unset(col, row int) {
	v := b.touch(col)
	clearBit(v.known, row)
	if v.typ == Boolean {
		clearBit(v.bools, row)
	}
}

// SetText sets a text, choice or phone. An empty text leaves the field empty.
func (b *Batch) SetText(col, row int, value string) {
	if value == "" {
		b.unset(col, row)
		return
	}
	b.set(col, row).texts[row] = value
}

// SetInt sets an integer, or the whole value of a number.
func (b *Batch) SetInt(col, row int, value int64) {
	if b.fields[col].typ == Number {
		b.SetFloat(col, row, float64(value))
		return
	}
	b.set(col, row).ints[row] = value
}

// SetFloat sets a number. NaN and the infinities are kept as they are.
func (b *Batch) SetFloat(col, row int, value float64) { b.set(col, row).reals[row] = value }

// SetBool sets a boolean.
func (b *Batch) SetBool(col, row int, value bool) {
	v := b.set(col, row)
	if value {
		setBit(v.bools, row)
	} else {
		clearBit(v.bools, row)
	}
}

// SetTime sets a time in milliseconds since 1970 UTC, or a duration in milliseconds.
func (b *Batch) SetTime(col, row int, unixMilli int64) { b.set(col, row).ints[row] = unixMilli }

// SetList sets a list of texts, which is not copied and must not be changed before the next Reset. A list without
// elements leaves the field empty.
func (b *Batch) SetList(col, row int, value []string) {
	if len(value) == 0 {
		b.unset(col, row)
		return
	}
	b.set(col, row).lists[row] = value
}

// SetNow sets the clock of the run for all leads of the batch, to the millisecond.
func (b *Batch) SetNow(now time.Time) {
	b.SetTimeOfAll(b.schema.now, now.UnixMilli())
}

// take lends a vector of type t whose known bits are not yet decided.
func (b *Batch) take(t Type) *Vector {
	key := shelfOf(t)
	var v *Vector
	if stack := b.free[key]; len(stack) > 0 {
		v = stack[len(stack)-1]
		b.free[key] = stack[:len(stack)-1]
	} else {
		v = &Vector{}
	}
	v.typ, v.mask, v.owned = t, -1, true
	v.known = room(v.known, words(b.n))
	v.storage(b.n)
	return v
}

// release gives a vector back when it is not a field or a constant.
func (b *Batch) release(v *Vector) {
	if !v.owned {
		return
	}
	v.owned = false
	b.free[shelfOf(v.typ)] = append(b.free[shelfOf(v.typ)], v)
}

// keep marks a vector as a result, which lives until Reset.
func (b *Batch) keep(v *Vector) *Vector {
	if v.owned {
		v.owned = false
		b.lent = append(b.lent, v)
	}
	return v
}

// shelfOf is the kind of vector that holds a type.
func shelfOf(t Type) int {
	switch t {
	case Boolean:
		return 0
	case Integer, Time, Duration:
		return 1
	case Number, calendarDays:
		return 2
	case TextList:
		return 3
	}
	return 4
}
