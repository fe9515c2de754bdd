package server

import (
	"bufio"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Role is what the bearer of a token may do.
type Role string

// The roles. Each of the last three may also do what the one before it may.
const (
	Webhook  Role = "webhook"  // report calls and leads
	Read     Role = "read"     // see what there is
	Operator Role = "operator" // start and stop campaigns
	Admin    Role = "admin"    // everything, events included
)

// roles are those that may do what a route is for.
var roles = map[Role][]Role{
	Webhook:  {Webhook, Admin},
	Read:     {Read, Operator, Admin},
	Operator: {Operator, Admin},
	Admin:    {Admin},
}

// shortestToken is the fewest characters of a token: 16 random letters and
// digits are more than can be guessed.
const shortestToken = 16

// Tokens are the secrets by which the service knows who asks. It keeps their
// SHA-256 only.
type Tokens struct{ known []token }

type token struct {
	role Role
	sum  [sha256.Size]byte
}

// ReadTokens reads a file of tokens: lines of a role and a token. Empty lines
// and those that begin with # do not count. A role may have several tokens, so
// that one can be replaced while the other still works. The error names the
// line, never the token.
func ReadTokens(r io.Reader) (*Tokens, error) {
	var t Tokens
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) != 2 {
			return nil, fmt.Errorf("line %d has %d words: write a role and a token", number, len(words))
		}
		role := Role(words[0])
		if _, ok := roles[role]; !ok {
			return nil, fmt.Errorf("line %d begins with no role: write webhook, read, operator or admin, then the token", number)
		}
		if len(words[1]) < shortestToken {
			return nil, fmt.Errorf("line %d: the token has less than %d characters: make one with openssl rand -hex 32", number, shortestToken)
		}
		one := token{role, sha256.Sum256([]byte(words[1]))}
		if slices.ContainsFunc(t.known, func(k token) bool { return k.sum == one.sum }) {
			return nil, fmt.Errorf("line %d: the token stands further up already: give each line its own", number)
		}
		t.known = append(t.known, one)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(t.known) == 0 {
		return nil, fmt.Errorf("it holds no token: write lines such as %q", "webhook 3f1c…")
	}
	return &t, nil
}

// role is that of a token. It takes the same time for every token of one
// length, known or not.
func (t *Tokens) role(given string) (role Role, ok bool) {
	sum := sha256.Sum256([]byte(given))
	for _, one := range t.known {
		if subtle.ConstantTimeCompare(sum[:], one.sum[:]) == 1 {
			role, ok = one.role, true
		}
	}
	return role, ok
}

// given is the token of a request: that of the header x-api-key, a bearer
// token (RFC 6750), or the password of a browser (RFC 7617).
func given(r *http.Request) string {
	if key := r.Header.Get("X-Api-Key"); key != "" {
		return key
	}
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	scheme, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(credentials)
	}
	return ""
}

// admit says why a request may not be answered; nil when it may.
func (t *Tokens) admit(r *http.Request, need Role) error {
	if t == nil {
		return nil
	}
	role, ok := t.role(given(r))
	switch {
	case !ok:
		return refuse(http.StatusUnauthorized, "give a token as x-api-key or as bearer token")
	case !slices.Contains(roles[need], role):
		return refuse(http.StatusForbidden, "a token of role %s may not do this: it needs role %s", role, need)
	}
	return nil
}
