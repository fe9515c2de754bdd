package crm

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Facts is what the rules read of some leads about which one start decided: with
// the rule book of that version, the decisions can be taken again.
type Facts struct {
	SlotKey   string  `json:"slot_key"`
	Campaign  string  `json:"campaign"`
	Slot      string  `json:"slot"` // name of the slot in campaigns.yaml
	SlotStart Instant `json:"slot_start"`
	SlotEnd   Instant `json:"slot_end"`
	Version   string  `json:"version"`
	At        Instant `json:"at"` // clock of the start

	Leads   []string     `json:"leads"` // ids
	Columns []FactColumn `json:"columns"`
	// Past is what had happened to the phone of each lead.
	Past []Past `json:"past"`
}

// FactColumn is one field of all leads.
type FactColumn struct {
	Name string `json:"name"`
	Type string `json:"type"` // in the words of rules/fields.yaml; times are Unix milliseconds
	// Values are texts, whole numbers, numbers, booleans or lists of texts by
	// lead; nil where it was empty. Of a personal text there is only a mark that
	// it was filled.
	Values []any `json:"values"`
}

// Past is what had happened to a phone before.
type Past struct {
	Attempts  []Instant `json:"attempts,omitempty"`
	Ended     []Ended   `json:"ended,omitempty"`
	ConsentAt Instant   `json:"consent_at,omitempty"` // 0: never
}

// Ended is a call with an outcome after which a rule of the law lets a phone
// rest.
type Ended struct {
	At      Instant `json:"at"`
	Outcome string  `json:"outcome"`
}

// FactSheet is facts as they are stored.
type FactSheet struct {
	ID      string // of what was written first, in hex
	SlotKey string
	At      Instant
	// Body is the facts as JSON, deflated, in base 64.
	Body string
}

// Sheet packs facts for the store.
func (f *Facts) Sheet() (FactSheet, error) {
	var packed bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		return FactSheet{}, err
	}
	if err := json.NewEncoder(deflate).Encode(f); err != nil {
		return FactSheet{}, fmt.Errorf("facts of %s: %w", f.SlotKey, err)
	}
	if err := deflate.Close(); err != nil {
		return FactSheet{}, err
	}
	sum := sha256.Sum256(packed.Bytes())
	return FactSheet{
		ID: hex.EncodeToString(sum[:16]), SlotKey: f.SlotKey, At: f.At, Body: base64.StdEncoding.EncodeToString(packed.Bytes()),
	}, nil
}

// Facts unpacks what was stored. Whole numbers and numbers come as json.Number.
func (s *FactSheet) Facts() (*Facts, error) {
	packed := base64.NewDecoder(base64.StdEncoding, strings.NewReader(s.Body))
	decoder := json.NewDecoder(flate.NewReader(packed))
	decoder.UseNumber()
	var f Facts
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("facts %s of %s: %w", s.ID, s.SlotKey, err)
	}
	for _, c := range f.Columns {
		if len(c.Values) != len(f.Leads) {
			return nil, fmt.Errorf("facts %s of %s: %s has %d values for %d leads", s.ID, s.SlotKey, c.Name, len(c.Values), len(f.Leads))
		}
	}
	if len(f.Past) != len(f.Leads) {
		return nil, fmt.Errorf("facts %s of %s: there are %d pasts for %d leads", s.ID, s.SlotKey, len(f.Past), len(f.Leads))
	}
	return &f, nil
}

// Of are the facts of those leads only that keep takes.
func (f *Facts) Of(keep func(lead string) bool) *Facts {
	less := *f
	less.Leads, less.Past, less.Columns = nil, nil, slices.Clone(f.Columns)
	for c := range less.Columns {
		less.Columns[c].Values = nil
	}
	for i, lead := range f.Leads {
		if !keep(lead) {
			continue
		}
		less.Leads, less.Past = append(less.Leads, lead), append(less.Past, f.Past[i])
		for c := range less.Columns {
			less.Columns[c].Values = append(less.Columns[c].Values, f.Columns[c].Values[i])
		}
	}
	return &less
}

// About is what was read of one lead, false when it is not among them.
func (f *Facts) About(lead string) (LeadFacts, bool) {
	i := slices.Index(f.Leads, lead)
	if i < 0 {
		return LeadFacts{}, false
	}
	out := LeadFacts{At: f.At, Read: map[string]any{}, Past: f.Past[i]}
	for _, c := range f.Columns {
		if v := c.read(i); v != nil {
			out.Read[c.Name] = v
		}
	}
	return out, true
}

// read is the value of one lead for people.
func (c *FactColumn) read(i int) any {
	number, ok := c.Values[i].(json.Number)
	if !ok {
		return c.Values[i]
	}
	whole, err := number.Int64()
	switch {
	case err != nil:
		x, _ := number.Float64()
		return x
	case c.Type == "time":
		return Instant(whole)
	}
	return whole
}

// DecisionID is the public id of the decision about a lead in a campaign and
// slot: "D-7Q2MX4K9TB", the first 50 bits of the SHA-256 of both. The letters are
// Crockford's, without I, L, O and U.
func DecisionID(slotKey, lead string) string {
	sum := sha256.Sum256([]byte(slotKey + "\x00" + lead))
	return "D-" + base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(sum[:10])[:10]
}
