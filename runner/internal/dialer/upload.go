package dialer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"callsheet/runner/internal/crm"
)

// Upload is an HTTP server that takes each file by a PUT to URL/NAME, the
// manifest first. A server leaves no witness of what it has taken: the file is
// marked as sending before the request, and every request for it carries the
// same Idempotency-Key, so that a server which knows such keys takes it once.
// One that answers HEAD with the hash of what it has is asked first.
type Upload struct {
	// URL is the address of the folder.
	URL *url.URL
	// KeyFile holds the bearer token; empty sends none.
	KeyFile string
	// Timeout is the longest that a request may take, the file included; 0 is
	// two minutes.
	Timeout time.Duration
	// Pause is the time before a request is repeated, doubled each time; 0 is
	// one second.
	Pause time.Duration
}

// NewUpload reads the address of a folder, http or https. Neither it nor an
// error holds a secret.
func NewUpload(address, keyFile string) (*Upload, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "":
		// What was written may hold a password.
		return nil, errors.New("the address is not of the form https://host/folder")
	case u.User != nil:
		return nil, fmt.Errorf("the address of %s holds a user or a password: take it out, and put the token into a key file", u.Host)
	case keyFile != "" && u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("the token would go to %s for everybody to read: write https", u.Host)
	}
	return &Upload{URL: u, KeyFile: keyFile}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (u *Upload) open(context.Context) (route, error) {
	token := ""
	if u.KeyFile != "" {
		text, err := os.ReadFile(u.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("upload to %s: key: %w", u.URL.Host, err)
		}
		token = strings.TrimSpace(string(text))
		if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil, fmt.Errorf("upload to %s: key file %s does not hold one token on one line", u.URL.Host, u.KeyFile)
		}
	}
	s := &server{url: u.URL, token: token, pause: u.Pause, client: &http.Client{
		Timeout:   u.Timeout,
		Transport: http.DefaultTransport.(*http.Transport).Clone(),
		// A redirection would take the token to another place.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if s.client.Timeout == 0 {
		s.client.Timeout = 2 * time.Minute
	}
	if s.pause == 0 {
		s.pause = time.Second
	}
	return s, nil
}

// server is the route to an HTTP server.
type server struct {
	url    *url.URL
	token  string
	pause  time.Duration
	client *http.Client
}

func (s *server) place(name string) string { return s.url.JoinPath(name).String() }

func (s *server) forget(string) {}

func (s *server) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

func (s *server) deliver(ctx context.Context, d *delivery) error {
	switch d.State {
	case crm.FileSending:
		if s.has(ctx, d) {
			return nil
		}
		_, err := s.send(ctx, d)
		return err
	case crm.FileClaimed:
		if err := d.mark("sending", func() error { return d.store.Sending(ctx, d.Name) }); err != nil {
			return err
		}
		d.State = crm.FileSending
	default:
		return errors.New("it was staged in a folder: run once with the transport of that time")
	}
	reached, err := s.send(ctx, d)
	if err == nil || reached {
		return err
	}
	// Nobody can have it: a stop may still cancel it.
	if err := d.mark("claimed", func() error { return d.store.Unsent(context.WithoutCancel(ctx), d.Name) }); err != nil {
		return err
	}
	d.State = crm.FileClaimed
	return err
}

// send sends the manifest and then the file, and says whether the file may have
// reached the server.
func (s *server) send(ctx context.Context, d *delivery) (reached bool, err error) {
	manifest, err := d.manifest()
	if err != nil {
		return false, err
	}
	if _, err := s.put(ctx, d.Name+ManifestSuffix, "application/json", manifest); err != nil {
		return false, err
	}
	if err := d.fault("send.before"); err != nil {
		return false, err
	}
	if reached, err := s.put(ctx, d.Name, mediaType(d.File), d.content); err != nil {
		return reached, err
	}
	return true, d.fault("send.after")
}

func mediaType(f *crm.File) string {
	if f.Encoding == windows1252 {
		return "text/csv; charset=windows-1252"
	}
	return "text/csv; charset=utf-8"
}

// has asks whether the server has the file already. It is so only when the
// server names the hash: in an ETag, or in a Repr-Digest (RFC 9530).
func (s *server) has(ctx context.Context, d *delivery) bool {
	answer, err := s.ask(ctx, http.MethodHead, d.Name, "", nil)
	if err != nil || answer.status != http.StatusOK {
		return false
	}
	tag := strings.Trim(strings.TrimPrefix(answer.header.Get("ETag"), "W/"), `"`)
	return strings.EqualFold(tag, d.SHA256) || strings.Contains(answer.header.Get("Repr-Digest"), digest(d.content))
}

// digest is a hash as RFC 9530 writes it.
func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// tries is how often a request is made before it is left to the next drain.
const tries = 4

// put sends one file, more than once where the server may think better of it.
// It says whether any of it may have reached the server: without a connection
// nothing has.
func (s *server) put(ctx context.Context, name, kind string, content []byte) (reached bool, err error) {
	pause := s.pause
	for try := 1; ; try++ {
		answer, err := s.ask(ctx, http.MethodPut, name, kind, content)
		if err == nil && answer.status/100 == 2 {
			return true, nil
		}
		if dial, ok := errors.AsType[*net.OpError](err); !ok || dial.Op != "dial" {
			reached = true
		}
		if err == nil {
			err = answer.refusal()
		}
		if !answer.passing() || try == tries {
			return reached, err
		}
		select {
		case <-ctx.Done():
			return reached, err
		case <-time.After(answer.wait(pause)):
		}
		pause *= 2
	}
}

// answer is what a server said; status 0 is nothing.
type answer struct {
	status int
	header http.Header
}

// passing says that the same request may succeed later.
func (a answer) passing() bool {
	return a.status == 0 || a.status == http.StatusRequestTimeout || a.status == http.StatusTooManyRequests || a.status >= 500
}

// wait is the pause that the server asks for, up to half a minute, or else the
// given one.
func (a answer) wait(pause time.Duration) time.Duration {
	if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err == nil && seconds >= 0 {
		return min(time.Duration(seconds)*time.Second, 30*time.Second)
	}
	return pause
}

func (a answer) refusal() error {
	mend := "the next run asks again"
	switch {
	case a.passing():
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		mend = "the token is missing or not allowed to write there"
	case a.status/100 == 3:
		mend = "it sends us to another address: write that one"
	case a.status == http.StatusConflict || a.status == http.StatusPreconditionFailed:
		mend = "it has another file of that name: find out whether the dialer has taken it, then remove it there"
	default:
		mend = "it does not take the file as it is: ask those who run it"
	}
	return fmt.Errorf("the server answers %d %s; %s", a.status, http.StatusText(a.status), mend)
}

// ask makes one request. Its errors name the address and never the token; what
// the server wrote is not repeated, because it may quote the leads.
func (s *server) ask(ctx context.Context, method, name, kind string, content []byte) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.place(name), bytes.NewReader(content))
	if err != nil {
		return answer{}, err
	}
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	if method == http.MethodPut {
		sum := sha256.Sum256(content)
		key := sha256.Sum256([]byte(name + "\n" + hex.EncodeToString(sum[:])))
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Repr-Digest", digest(content))
		// Stop signals have the same bytes every day: the name makes them differ.
		req.Header.Set("Idempotency-Key", hex.EncodeToString(key[:]))
	}
	res, err := s.client.Do(req)
	if err != nil {
		if fault, ok := errors.AsType[*url.Error](err); ok {
			err = fault.Err
		}
		return answer{}, fmt.Errorf("the server gives no answer: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return answer{res.StatusCode, res.Header}, nil
}
