package dispatch

import (
	"errors"
	"iter"
	"slices"
	"testing"
)

// Pages that are read ahead are the same ones, up to the error or to where
// somebody has enough; then nothing is read any more.
func TestPagesReadAhead(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for stop := range 6 {
		begun, ended := 0, false
		pages := iter.Seq2[int, error](func(yield func(int, error) bool) {
			defer func() { ended = true }()
			for n := range 4 {
				begun++
				if !yield(n, nil) {
					return
				}
			}
			yield(4, broken)
		})
		var got []int
		var fault error
		for n, err := range ahead(pages) {
			got, fault = append(got, n), err
			if n == stop {
				break
			}
		}
		want := []int{0, 1, 2, 3, 4}[:min(stop+1, 5)]
		if !slices.Equal(got, want) || !ended || begun > stop+2 || (fault != nil) != (len(want) == 5) {
			t.Errorf("stopped after %d: got %v, error %v, %d pages begun, ended %t", stop, got, fault, begun, ended)
		}
	}
}
