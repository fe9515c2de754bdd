package dispatch

import "iter"

// ahead are the same pages, each read while the one before it is worked on. What
// is under way when somebody has enough is waited for.
func ahead[T any](pages iter.Seq2[T, error]) iter.Seq2[T, error] {
	type read struct {
		page T
		err  error
	}
	return func(yield func(T, error) bool) {
		found, enough, ended := make(chan read), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			defer close(found)
			for page, err := range pages {
				select {
				case found <- read{page, err}:
				case <-enough:
					return
				}
			}
		}()
		defer func() {
			close(enough)
			<-ended
		}()
		for r := range found {
			if !yield(r.page, r.err) {
				return
			}
		}
	}
}
