package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"callsheet/runner/internal/crm"
)

// moment is the JSON form of an instant among custom fields, so that it
// differs from an integer.
type moment struct {
	MS crm.Instant `json:"ms"`
}

// encodeCustom is the JSON text of custom fields. Integers have neither point
// nor exponent, other numbers always do, instants are {"ms": n}.
func encodeCustom(custom map[string]any) (string, error) {
	if len(custom) == 0 {
		return "{}", nil
	}
	fields := make(map[string]any, len(custom))
	for name, v := range custom {
		switch v := v.(type) {
		case nil:
			continue
		case string, int64, bool, []string:
			fields[name] = v
		case crm.Instant:
			fields[name] = moment{v}
		case float64:
			if _, err := number(v); err != nil {
				return "", fmt.Errorf("custom field %q: %w", name, err)
			}
			fields[name] = decimal(v)
		default:
			return "", fmt.Errorf("custom field %q is a %T: only text, integers, numbers, booleans, instants and lists of text can be stored", name, v)
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(fields); err != nil {
		return "", err
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// decimal writes f so that it reads back as a float64 and never as an int64.
func decimal(f float64) json.Number {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return json.Number(text)
}

// decodeCustom reads what encodeCustom wrote; no fields at all are nil.
func decodeCustom(text []byte) (map[string]any, error) {
	if string(text) == "{}" {
		return nil, nil
	}
	if custom, plain := decodePlain(string(text)); plain {
		return custom, nil
	}
	var custom map[string]any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&custom); err != nil {
		return nil, fmt.Errorf("custom fields: %w", err)
	}
	for name, value := range custom {
		v, err := decodeValue(value)
		if err != nil {
			return nil, fmt.Errorf("custom field %q: %w", name, err)
		}
		custom[name] = v
	}
	return custom, nil
}

// decodePlain reads fields that are texts without escapes, numbers and yes or no,
// as those of most leads are. It is false for all else, also for what is no JSON.
// Rescoring spends a quarter of its time on custom fields without it.
func decodePlain(text string) (custom map[string]any, plain bool) {
	custom = map[string]any{}
	next, end := "{", false
	for !end {
		rest, ok := strings.CutPrefix(text, next+`"`)
		name, rest, closed := strings.Cut(rest, `":`)
		if !ok || !closed || escapes(name) {
			return nil, false
		}
		if value, quoted := strings.CutPrefix(rest, `"`); quoted {
			if value, rest, ok = strings.Cut(value, `"`); !ok || escapes(value) {
				return nil, false
			}
			custom[name] = value
		} else {
			i := strings.IndexAny(rest, ",}")
			if i < 0 {
				return nil, false
			}
			if custom[name], ok = literal(rest[:i]); !ok {
				return nil, false
			}
			rest = rest[i:]
		}
		text, next, end = rest, ",", rest == "}"
	}
	return custom, true
}

// escapes says that a text is not written as it is.
func escapes(text string) bool { return strings.ContainsAny(text, `"\\`) }

func literal(text string) (any, bool) {
	switch text {
	case "true", "false":
		return text == "true", true
	}
	if strings.ContainsAny(text, ".e") {
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

func decodeValue(value any) (any, error) {
	switch v := value.(type) {
	case string, bool:
		return v, nil
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return v.Float64()
		}
		return v.Int64()
	case []any:
		texts := make([]string, len(v))
		for i := range v {
			text, ok := v[i].(string)
			if !ok {
				return nil, fmt.Errorf("%v in a list of text", v[i])
			}
			texts[i] = text
		}
		return texts, nil
	case map[string]any:
		if ms, ok := v["ms"].(json.Number); ok {
			n, err := ms.Int64()
			return crm.Instant(n), err
		}
	}
	return nil, fmt.Errorf("%v is nothing that is stored", value)
}
