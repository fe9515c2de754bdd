package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/time/rate"
)

// What Google signs its tokens with, and as whom.
const (
	googleIssuer = "https://accounts.google.com"
	googleKeys   = "https://www.googleapis.com/oauth2/v3/certs"
)

// keysRate is how often the keys are fetched at most: who makes up tokens must
// not make us ask Google each time.
func keysRate() *rate.Limiter { return rate.NewLimiter(1, 10) }

// keysTime is how long the keys of the issuer may take to come.
const keysTime = 10 * time.Second

// PushConfig says which pushes of Pub/Sub are taken.
type PushConfig struct {
	Audience string   // of the push subscription
	Emails   []string // service accounts that may push
	// Issuer of the tokens, and where its keys are; empty: Google's.
	Issuer, Keys string
}

// Push knows the pushes of a Pub/Sub subscription by the OpenID Connect token
// that they bear.
type Push struct {
	verifier *oidc.IDTokenVerifier
	emails   []string
}

// NewPush takes pushes at a clock. The keys of the issuer are fetched when they
// are needed, and again when a token is signed with one that is not known.
func NewPush(ctx context.Context, c PushConfig, clock func() time.Time) *Push {
	issuer, keys := c.Issuer, c.Keys
	if issuer == "" {
		issuer = googleIssuer
	}
	if keys == "" {
		keys = googleKeys
	}
	ctx = oidc.ClientContext(ctx, &http.Client{Timeout: keysTime, Transport: &seldom{keysRate(), clock}})
	config := &oidc.Config{ClientID: c.Audience, Now: clock}
	return &Push{oidc.NewVerifier(issuer, oidc.NewRemoteKeySet(ctx, keys), config), c.Emails}
}

// seldom sends requests as often as a limit lets it.
type seldom struct {
	limit *rate.Limiter
	clock func() time.Time
}

// RoundTrip is for [http.Client].
func (s *seldom) RoundTrip(r *http.Request) (*http.Response, error) {
	if !s.limit.AllowN(s.clock(), 1) {
		return nil, errors.New("the keys were fetched a moment ago")
	}
	return http.DefaultTransport.RoundTrip(r)
}

// verify says why a request is no push of the subscription; nil when it is. The
// token is signed by the issuer, for the audience, not expired, and of one of
// the service accounts.
func (p *Push) verify(r *http.Request) error {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return errors.New("there is no bearer token: let the subscription authenticate its pushes")
	}
	known, err := p.verifier.Verify(r.Context(), strings.TrimSpace(token))
	if err != nil {
		return err
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := known.Claims(&claims); err != nil {
		return err
	}
	if !claims.Verified || !slices.Contains(p.emails, claims.Email) {
		return errors.New("its service account may not push")
	}
	return nil
}
