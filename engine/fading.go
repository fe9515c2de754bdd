package engine

import (
	"math"
	"sort"
	"time"
)

// fading is the whole points that a constant number of points with a
// half-life has left, by age: a falling staircase, whose steps are computed
// once with the same formula as for a single lead.
type fading struct {
	// from is the age in milliseconds at which each step begins, left its
	// points.
	from, left []int64
	// near is the step at the beginning of each stretch of 2^shift ms.
	near  []uint16
	shift uint
}

const (
	// mostSteps is up to how many points a staircase is kept.
	mostSteps = 1000
	// longest is the half-life up to which points fall with every
	// millisecond by far more than a rounding error, so that the staircase
	// is the formula.
	longest = 20 * 365 * 24 * time.Hour
	// stretches is how many stretches of age are looked up.
	stretches = 1024
)

// newFading makes the staircase, or nil where the formula has to be used.
func newFading(points float64, halfLife time.Duration) *fading {
	if halfLife < time.Millisecond || halfLife > longest || math.Abs(points) > mostSteps {
		return nil
	}
	at := func(age int64) int64 { return whole(points * faded(age, halfLife)) }
	f := &fading{from: []int64{0}, left: []int64{at(0)}}
	end := int64(float64(halfLife.Milliseconds()) * (math.Log2(math.Abs(points)+1) + 3))
	for now := at(0); now != 0; now = at(f.from[len(f.from)-1]) {
		begin := f.from[len(f.from)-1]
		step := begin + 1 + int64(sort.Search(int(end-begin), func(more int) bool { return at(begin+1+int64(more)) != now }))
		f.from, f.left = append(f.from, step), append(f.left, at(step))
	}
	for last := f.from[len(f.from)-1]; last>>f.shift >= stretches; {
		f.shift++
	}
	f.near = make([]uint16, f.from[len(f.from)-1]>>f.shift+1)
	for i := range f.near {
		f.near[i] = uint16(sort.Search(len(f.from), func(k int) bool { return f.from[k] > int64(i)<<f.shift }) - 1)
	}
	return f
}

// faded is what is left of a point at an age in milliseconds: 0.5 to the
// power of the age in half-lives, as in radioactive decay.
func faded(age int64, halfLife time.Duration) float64 {
	return math.Exp2(-float64(age) / float64(halfLife.Milliseconds()))
}

// points are what is left at an age.
func (f *fading) points(age int64) int64 {
	stretch := age >> f.shift
	if stretch >= int64(len(f.near)) {
		return f.left[len(f.left)-1]
	}
	step := int(f.near[stretch])
	for step+1 < len(f.from) && age >= f.from[step+1] {
		step++
	}
	return f.left[step]
}
