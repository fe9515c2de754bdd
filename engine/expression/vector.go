package expression

import "time"

// Vector is one column of results: a value or nothing for every lead of a batch. It belongs to its batch.
type Vector struct {
	typ   Type
	known []uint64
	bools []uint64
	ints  []int64
	reals []float64
	texts []string
	lists [][]string
	// mask is 0 when all leads share the value at position 0, and -1 when every lead has its own.
	mask  int
	owned bool
	// loose says of a field that its memory is not ready for a value of each lead, touched that something was set since
	// the batch had its length. changed is the tick of the batch at which it was last set.
	// borrowed says that its memory is that of another batch.
	loose, touched, borrowed bool
	changed                  uint64
}

// Type is what the vector holds: it decides which accessor may be used.
func (v *Vector) Type() Type { return v.typ }

// Has tells whether lead i has a value.
func (v *Vector) Has(i int) bool { return bit(v.known, i) }

// Text is the value of lead i of a text, choice or phone vector, or false when it is empty.
func (v *Vector) Text(i int) (string, bool) {
	if !v.Has(i) || !v.typ.isText() {
		return "", false
	}
	return v.texts[i&v.mask], true
}

// Int is the value of lead i of an integer vector, or false when it is empty.
func (v *Vector) Int(i int) (int64, bool) {
	if !v.Has(i) || v.typ != Integer {
		return 0, false
	}
	return v.ints[i&v.mask], true
}

// Float is the value of lead i of a number or integer vector, or false when it is empty.
func (v *Vector) Float(i int) (float64, bool) {
	switch {
	case !v.Has(i):
		return 0, false
	case v.typ == Integer:
		return float64(v.ints[i&v.mask]), true
	case v.typ == Number:
		return v.reals[i&v.mask], true
	}
	return 0, false
}

// Bool is the value of lead i of a boolean vector, or false when it is empty (unknown).
func (v *Vector) Bool(i int) (value, ok bool) {
	if !v.Has(i) || v.typ != Boolean {
		return false, false
	}
	return bit(v.bools, i), true
}

// Millis is the value of lead i of a time vector (Unix milliseconds) or of a duration vector (milliseconds), or false
// when it is empty.
func (v *Vector) Millis(i int) (int64, bool) {
	if !v.Has(i) || v.typ != Time && v.typ != Duration {
		return 0, false
	}
	return v.ints[i&v.mask], true
}

// Time is the value of lead i of a time vector in UTC, or false when it is empty.
func (v *Vector) Time(i int) (time.Time, bool) {
	if v.typ != Time {
		return time.Time{}, false
	}
	ms, ok := v.Millis(i)
	return time.UnixMilli(ms).UTC(), ok
}

// List is the value of lead i of a text list vector, or false when it is empty. It must not be changed.
func (v *Vector) List(i int) ([]string, bool) {
	if !v.Has(i) || v.typ != TextList {
		return nil, false
	}
	return v.lists[i&v.mask], true
}

// Known are the leads that have a value, bit i of word i/64 for lead i. It must not be changed.
func (v *Vector) Known() []uint64 { return v.known }

// Ints are the values of an integer, time (Unix milliseconds) or duration (milliseconds) vector: one a lead, or a
// single one that all leads share. Those of empty leads mean nothing. They must not be changed.
func (v *Vector) Ints() (values []int64, shared bool) { return v.ints, v.mask == 0 }

// Floats are the values of a number vector: one a lead, or a single one that all leads share. Those of empty leads mean
// nothing. They must not be changed.
func (v *Vector) Floats() (values []float64, shared bool) { return v.reals, v.mask == 0 }

// storage makes room for n values of the vector's type, keeping what memory there is.
func (v *Vector) storage(n int) {
	if v.typ == Boolean {
		v.bools = room(v.bools, words(n))
		return
	}
	// A constant needs a place even in an empty batch.
	n = max(n, 1)
	switch v.typ {
	case Integer, Time, Duration:
		v.ints = room(v.ints, words(n)<<6)
	case Number, calendarDays:
		v.reals = room(v.reals, words(n)<<6)
	case TextList:
		v.lists = room(v.lists, n)
	default:
		v.texts = room(v.texts, n)
	}
}

func room[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, max(n, 64))
	}
	return s[:n]
}

func words(n int) int { return (n + 63) >> 6 }
