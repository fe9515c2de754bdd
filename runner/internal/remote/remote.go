// Package remote asks services of others that speak JSON over HTTP: with a key,
// a time-out for each request, and patience where a second try may help. What
// it says of an error names the service and the status, never the key, nor what
// was sent or answered, which may be about people.
package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// defaultTimeout is the longest that a request may take, its answer included.
	defaultTimeout = 10 * time.Second
	// defaultPause is the time before the second try; it grows by half each time.
	defaultPause = time.Second
	// tries is how often a request is made before it is left to the next run.
	tries = 4
	// longestPause is the most that a service may ask us to wait (Retry-After,
	// RFC 9110 section 10.2.3); longer is left to the next run.
	longestPause = 30 * time.Second
	// maxAnswer is the most bytes of an answer that are read.
	maxAnswer = 64 << 20
)

// Service is one service of somebody else's. It is safe for use by many
// goroutines.
type Service struct {
	name string
	base *url.URL
	key  string
	http *http.Client
	// Timeout is the longest that a request may take; 0 is ten seconds.
	Timeout time.Duration
	// Pause is the time before the second try; 0 is one second.
	Pause time.Duration
	// Clock is for answers that name the time of day; nil is the machine's.
	Clock func() time.Time
}

// New is the service at an address, http or https, that a key opens; without a
// key none is sent. Name is what errors call it. Neither address nor error
// holds a secret.
func New(name, address, key string) (*Service, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "":
		// What was written may hold a password.
		return nil, errors.New("the address is not of the form https://host")
	case u.User != nil:
		return nil, fmt.Errorf("the address of %s holds a user or a password: take it out, and give the key apart", u.Host)
	case key != "" && u.Scheme == "http" && !Loopback(u.Hostname()):
		return nil, fmt.Errorf("the key would go to %s for everybody to read: write https", u.Host)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("the key is not one word of letters, digits and signs")
	}
	return &Service{name: name, base: u, key: key, http: &http.Client{
		Transport: http.DefaultTransport.(*http.Transport).Clone(),
		// A redirection would take the key to another place.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Loopback says that a host is this machine: nobody else hears what goes there.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Error is why a service did not do what it was asked.
type Error struct {
	Service string
	Status  int           // of the answer; 0 when there was none
	After   time.Duration // that the service asks us to wait; 0 when it does not say
	why     error
}

// Error says what the service answered and what may be done.
func (e *Error) Error() string {
	switch {
	case e.Status == 0 || e.Status/100 == 2:
		return fmt.Sprintf("%s: %v", e.Service, e.why)
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return fmt.Sprintf("%s answers %d %s: the key is missing or not allowed to do that", e.Service, e.Status, http.StatusText(e.Status))
	case e.Status/100 == 3:
		return fmt.Sprintf("%s answers %d: it sends us to another address: write that one", e.Service, e.Status)
	}
	return fmt.Sprintf("%s answers %d %s", e.Service, e.Status, http.StatusText(e.Status))
}

// Unwrap is what kept the answer from coming or from being read.
func (e *Error) Unwrap() error { return e.why }

// Passing says that the same request may succeed later, and that nobody knows
// whether this one did: no answer, or one of 408, 429, 5xx, or one that cannot
// be read.
func (e *Error) Passing() bool {
	return e.Status == 0 || e.Status/100 == 2 || e.Status == http.StatusRequestTimeout || e.Status == http.StatusTooManyRequests || e.Status >= 500
}

// StatusOf is the status that a service answered with, or 0.
func StatusOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}

// Passing says that err may pass by itself.
func Passing(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Passing()
}

// Request is one question. Who repeats it must not do anything a second time.
type Request struct {
	Method string
	Path   []string // its parts below the address of the service, not escaped
	Query  url.Values
	Header map[string]string
	Body   any // sent as JSON; nil sends none
}

// Ask makes a request that may be repeated, up to four times where that may
// help, and reads the answer into into, unless it is nil. Its errors are *Error,
// or those of ctx.
func (s *Service) Ask(ctx context.Context, r Request, into any) error {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval = orElse(s.Pause, defaultPause)
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		last = s.Try(ctx, r, into)
		return struct{}{}, Again(last)
	}, backoff.WithBackOff(pauses), backoff.WithMaxTries(tries))
	if err == nil || ctx.Err() != nil {
		return err
	}
	return last
}

// Again is err in the words of [backoff.Retry]: for good, after the pause that
// the service asks for, or whenever.
func Again(err error) error {
	e, ok := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return nil
	case !ok || !e.Passing() || e.After > longestPause:
		return backoff.Permanent(err)
	case e.After > 0:
		return &backoff.RetryAfterError{Duration: e.After}
	}
	return err
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// Try makes a request once and reads the answer into into, unless it is nil.
// The error is an *Error, unless no such request can be made.
func (s *Service) Try(ctx context.Context, r Request, into any) error {
	within, cancel := context.WithTimeout(ctx, orElse(s.Timeout, defaultTimeout))
	defer cancel()
	req, err := s.request(within, r)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err) // ours: it does not pass
	}
	res, err := s.http.Do(req)
	if err != nil {
		return s.silence(within, err)
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection can be used again
		return &Error{Service: s.name, Status: res.StatusCode, After: s.after(res.Header.Get("Retry-After"))}
	}
	if into == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return s.silence(within, err)
	}
	if len(body) > maxAnswer {
		return &Error{Service: s.name, Status: res.StatusCode, why: fmt.Errorf("its answer is longer than %d MiB", maxAnswer>>20)}
	}
	if err := json.Unmarshal(body, into); err != nil {
		return &Error{Service: s.name, Status: res.StatusCode, why: fmt.Errorf("its answer is not the JSON that is expected: %w", plain(err))}
	}
	return nil
}

// silence is why no answer came.
func (s *Service) silence(ctx context.Context, err error) error {
	if fault, ok := errors.AsType[*url.Error](err); ok {
		err = fault.Err // without the address, whose query may be about people
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %s: %w", orElse(s.Timeout, defaultTimeout), context.DeadlineExceeded)
	} else {
		err = fmt.Errorf("no answer: %w", err)
	}
	return &Error{Service: s.name, why: err}
}

// plain is a fault of JSON without the value that it is about.
func plain(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s is a %s", wrong.Field, strings.Fields(wrong.Value)[0])
	}
	if broken, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("it breaks at byte %d", broken.Offset)
	}
	return err
}

func (s *Service) request(ctx context.Context, r Request) (*http.Request, error) {
	var body io.Reader
	if r.Body != nil {
		text, err := json.Marshal(r.Body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	parts := make([]string, len(r.Path))
	for i, part := range r.Path {
		parts[i] = url.PathEscape(part)
		if part == "" || part == "." || part == ".." {
			return nil, fmt.Errorf("%q is no part of an address", part)
		}
	}
	address := s.base.JoinPath(parts...)
	address.RawQuery = r.Query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.Method, address.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if r.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if s.key != "" {
		req.Header.Set("X-API-KEY", s.key)
	}
	for name, value := range r.Header {
		req.Header.Set(name, value)
	}
	return req, nil
}

// after is the pause that Retry-After asks for: seconds, or a date.
func (s *Service) after(text string) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	clock := s.Clock
	if clock == nil {
		clock = time.Now
	}
	return max(0, at.Sub(clock()))
}
