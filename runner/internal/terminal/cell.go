package terminal

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// forPeople is a cell of a printed table. What would move the cursor or break
// the line, in data that came from outside, becomes a space.
func forPeople(cell any) string {
	var s string
	switch v := cell.(type) {
	case bool:
		s = "no"
		if v {
			s = "yes"
		}
	case []string:
		s = strings.Join(v, ", ")
	case time.Time:
		s = v.Format("2006-01-02 15:04")
	default:
		s = forCSV(cell)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// forCSV is a cell for programs that read text.
func forCSV(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case []string:
		return strings.Join(v, "|")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.Format(time.RFC3339)
	default:
		return fmt.Sprint(v)
	}
}

// forJSON is a cell as a JSON value: a type that prints itself is a text, not
// what it is made of.
func forJSON(cell any) any {
	switch v := cell.(type) {
	case json.Marshaler:
		return v
	case fmt.Stringer:
		return v.String()
	default:
		return v
	}
}
