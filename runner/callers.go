package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"callsheet/runner/internal/server"
)

// The variables that say whose webhooks the service takes, beside those with a
// token.
const (
	secretFile     = "CALLSHEET_WEBHOOK_SECRET_FILE"
	pubsubAudience = "CALLSHEET_PUBSUB_AUDIENCE"
	pubsubEmail    = "CALLSHEET_PUBSUB_EMAIL"
	pubsubIssuer   = "CALLSHEET_PUBSUB_ISSUER"
	pubsubKeys     = "CALLSHEET_PUBSUB_KEYS_URL"
)

// callers are those whom the service answers.
type callers struct {
	tokens  *server.Tokens
	secrets *server.Secrets    // nil: no signature is known
	push    *server.PushConfig // nil: nothing is taken from Pub/Sub
}

func (a *app) callers(o serveOptions) (c callers, err error) {
	if c.tokens, err = a.tokens(o); err != nil {
		return c, err
	}
	if c.secrets, err = fromFile(a, secretFile, server.ReadSecrets); err != nil {
		return c, err
	}
	c.push, err = a.push()
	return c, err
}

// fromFile reads the file that a variable names; nothing when it names none.
func fromFile[T any](a *app, variable string, read func(io.Reader) (*T, error)) (*T, error) {
	path := a.env(variable)
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", variable, err)}
	}
	defer file.Close()
	found, err := read(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %s: %w", variable, path, err)}
	}
	return found, nil
}

// push is the subscription of Pub/Sub whose pushes are taken. A part of what
// must be known of it is worse than nothing: anybody could push.
func (a *app) push() (*server.PushConfig, error) {
	c := server.PushConfig{Audience: a.env(pubsubAudience), Emails: strings.FieldsFunc(a.env(pubsubEmail), func(r rune) bool { return r == ',' || r == ' ' })}
	c.Issuer, c.Keys = a.env(pubsubIssuer), a.env(pubsubKeys)
	switch {
	case c.Audience == "" && len(c.Emails) == 0 && c.Issuer == "" && c.Keys == "":
		return nil, nil
	case c.Audience == "":
		return nil, usageError{fmt.Errorf("pushes of Pub/Sub need %s, the audience of the subscription's tokens", pubsubAudience)}
	case len(c.Emails) == 0:
		return nil, usageError{fmt.Errorf("pushes of Pub/Sub need %s, the service account of the subscription: without it any account of Google's could push", pubsubEmail)}
	}
	if keys, err := url.Parse(c.Keys); c.Keys != "" && (err != nil || keys.Host == "") {
		return nil, usageError{fmt.Errorf("%s is no address: write https://…", pubsubKeys)}
	}
	return &c, nil
}
