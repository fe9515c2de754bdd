package server

import (
	"crypto/sha256"
	"math"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// limits keep one client from taking the service from the others: so many
// requests a second for each token, and as many for all who have none.
type limits struct {
	known     map[[sha256.Size]byte]*rate.Limiter
	signed    *rate.Limiter // all that are known by a signature
	strangers *rate.Limiter
}

// newLimits allows so many requests a second, and twice as many at once; nil
// when there is no limit.
func newLimits(perSecond float64, t *Tokens) *limits {
	if perSecond <= 0 {
		return nil
	}
	one := func() *rate.Limiter { return rate.NewLimiter(rate.Limit(perSecond), int(math.Ceil(2*perSecond))) }
	l := &limits{map[[sha256.Size]byte]*rate.Limiter{}, one(), one()}
	if t != nil {
		for _, token := range t.known {
			l.known[token.sum] = one()
		}
	}
	return l
}

// allow says whether a request comes too soon; nil when it does not.
func (l *limits) allow(r *http.Request, now time.Time) error {
	if l == nil {
		return nil
	}
	limiter, ok := l.known[sha256.Sum256([]byte(given(r)))]
	if !ok {
		limiter = l.strangers
	}
	return take(limiter, now)
}

// allowSigned is allow for a request whose signature holds or not.
func (l *limits) allowSigned(holds bool, now time.Time) error {
	switch {
	case l == nil:
		return nil
	case holds:
		return take(l.signed, now)
	}
	return take(l.strangers, now)
}

func take(limiter *rate.Limiter, now time.Time) error {
	if limiter.AllowN(now, 1) {
		return nil
	}
	return refuse(http.StatusTooManyRequests, "too many requests with this token: send it again in a second")
}
