// Package voice is the dialer's platform and the CRM over HTTP: the contacts
// of campaigns and who they are assigned to, and the agents of teams. Both are
// opened by a key in X-API-KEY. Their shapes are those of the services that the
// post-call handler was first written for: lists without envelope, ids that may
// be texts or numbers.
package voice

import (
	"encoding/json"
	"errors"
)

// id is a text, or a number that stands for one.
type id string

// UnmarshalJSON reads a text, a number or null.
func (i *id) UnmarshalJSON(text []byte) error {
	var s *string
	var n json.Number
	switch {
	case json.Unmarshal(text, &s) == nil:
		if s != nil {
			*i = id(*s)
		}
		return nil
	case json.Unmarshal(text, &n) == nil:
		*i = id(n)
		return nil
	}
	return errors.New("an id or a name is neither a text nor a number")
}
