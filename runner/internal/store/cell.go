package store

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"callsheet/runner/internal/crm"
)

// encode is the stored form of the fact that of points at.
func encode(of any) (any, error) {
	switch p := of.(type) {
	case *string:
		return text(*p)
	case *int64:
		return *p, nil
	case *int:
		return int64(*p), nil
	case *uint32:
		return int64(*p), nil
	case *bool:
		return bit(*p), nil
	case *float64:
		return number(*p)
	case *crm.Instant:
		return int64(*p), nil
	case *crm.Maybe[int64]:
		return orNull(p.V, p.Valid), nil
	case *crm.Maybe[crm.Instant]:
		return orNull(int64(p.V), p.Valid), nil
	case *crm.Maybe[bool]:
		return orNull(bit(p.V), p.Valid), nil
	case *crm.Maybe[float64]:
		if !p.Valid {
			return nil, nil
		}
		return number(p.V)
	case *map[string]any:
		return encodeCustom(*p)
	case *[]string:
		if len(*p) == 0 {
			return "[]", nil
		}
	case *[]crm.Absence:
		if len(*p) == 0 {
			return "[]", nil
		}
	}
	list, err := json.Marshal(of)
	return string(list), err
}

// text refuses what PostgreSQL cannot hold, so that both databases agree.
func text(s string) (any, error) {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return nil, fmt.Errorf("%q holds a zero byte or is not UTF-8: clean the text", s)
	}
	return s, nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func orNull(n int64, valid bool) any {
	if !valid {
		return nil
	}
	return n
}

// number refuses what one of the databases would turn into something else.
func number(f float64) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("%v is no number that can be stored: leave the value empty", f)
	}
	return f, nil
}

// destination is where a column is scanned to so that it lands in the fact
// that of points at.
func destination(of any) any {
	switch of.(type) {
	case *string, *int64, *float64:
		return of
	}
	return &cell{of}
}

// cell scans a column into a fact of another type than the database's.
type cell struct{ of any }

// Scan fills the fact from what the driver read: nil, an int64, a float64 or
// JSON text.
func (c *cell) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return c.empty()
	case int64:
		return c.integer(v)
	case float64:
		if p, ok := c.of.(*crm.Maybe[float64]); ok {
			*p = crm.Some(v)
			return nil
		}
	case string:
		return c.json([]byte(v))
	case []byte:
		return c.json(v)
	}
	return fmt.Errorf("a %T cannot become a %T", src, c.of)
}

func (c *cell) empty() error {
	switch p := c.of.(type) {
	case *crm.Maybe[int64]:
		*p = crm.Maybe[int64]{}
	case *crm.Maybe[crm.Instant]:
		*p = crm.Maybe[crm.Instant]{}
	case *crm.Maybe[bool]:
		*p = crm.Maybe[bool]{}
	case *crm.Maybe[float64]:
		*p = crm.Maybe[float64]{}
	default:
		return fmt.Errorf("an empty column cannot become a %T", c.of)
	}
	return nil
}

func (c *cell) integer(v int64) error {
	switch p := c.of.(type) {
	case *crm.Instant:
		*p = crm.Instant(v)
	case *bool:
		*p = v != 0
	case *int:
		*p = int(v)
	case *uint32:
		*p = uint32(v)
	case *crm.Maybe[int64]:
		*p = crm.Some(v)
	case *crm.Maybe[crm.Instant]:
		*p = crm.Some(crm.Instant(v))
	case *crm.Maybe[bool]:
		*p = crm.Some(v != 0)
	default:
		return fmt.Errorf("an integer cannot become a %T", c.of)
	}
	return nil
}

// json starts from nil each time: the fact of the row before stays with
// whoever took it.
func (c *cell) json(text []byte) error {
	switch p := c.of.(type) {
	case *map[string]any:
		custom, err := decodeCustom(text)
		*p = custom
		return err
	case *[]string:
		*p = nil
		if string(text) == "[]" {
			return nil
		}
	case *[]crm.Step:
		*p = nil
	case *[]crm.Absence:
		*p = nil
	case *map[string][]byte:
		*p = nil
	}
	return json.Unmarshal(text, c.of)
}
