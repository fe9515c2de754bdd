package server

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// The headers of a signed message (Standard Webhooks).
const (
	idHeader        = standardwebhooks.HeaderWebhookID
	timeHeader      = standardwebhooks.HeaderWebhookTimestamp
	signatureHeader = standardwebhooks.HeaderWebhookSignature
)

// tolerance is how far the time at which a message was signed may be from ours,
// so that nobody sends an old one again. It is that of the specification's own
// libraries.
const tolerance = 5 * time.Minute

// shortestSecret is the fewest bytes of a secret, as the specification says.
const shortestSecret = 24

// Secrets are the keys by which senders sign messages in the manner of Standard
// Webhooks (https://www.standardwebhooks.com). nil knows no signature.
type Secrets struct{ keys []*standardwebhooks.Webhook }

// ReadSecrets reads a file of secrets, one a line: "whsec_" and the base64 of 24
// bytes or more. Empty lines and those that begin with # do not count. Several
// are for the time in which senders change from one to the next. The error names
// the line, never the secret.
func ReadSecrets(r io.Reader) (*Secrets, error) {
	var s Secrets
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(line, "whsec_"))
		if err != nil || len(key) < shortestSecret {
			return nil, fmt.Errorf("line %d is no secret: write whsec_ and the base64 of %d bytes or more, as of openssl rand -base64 32", number, shortestSecret)
		}
		one, err := standardwebhooks.NewWebhookRaw(key)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		s.keys = append(s.keys, one)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(s.keys) == 0 {
		return nil, fmt.Errorf("it holds no secret: write lines such as %q", "whsec_…")
	}
	return &s, nil
}

// asked says whether a request wants to be known by its signature.
func (s *Secrets) asked(r *http.Request) bool { return s != nil && r.Header.Get(signatureHeader) != "" }

// verify says why the signature of a request does not hold; nil when it does.
// The body can be read again.
func (s *Secrets) verify(r *http.Request, now time.Time) error {
	text, err := whole(r)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	seconds, err := strconv.ParseInt(r.Header.Get(timeHeader), 10, 64)
	if err != nil {
		return refuse(http.StatusUnauthorized, "%s is missing or no number of seconds", timeHeader)
	}
	for _, key := range s.keys {
		if key.VerifyIgnoringTimestamp(text, r.Header) != nil {
			continue
		}
		if away := now.Sub(time.Unix(seconds, 0)).Abs(); away > tolerance {
			return refuse(http.StatusUnauthorized, "the message was signed more than %d minutes from now: mend the clock, and sign it anew",
				int(tolerance.Minutes()))
		}
		return nil
	}
	return refuse(http.StatusUnauthorized, "the signature fits none of the secrets: sign %s, %s and the body as they are sent", idHeader, timeHeader)
}
