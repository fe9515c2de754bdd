package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/crm"
)

// Custom fields come back as they were stored, whatever they are and however
// they are written.
func TestCustomFieldsComeBack(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	texts := []string{"", "a", `"`, `\`, `a":1,"b`, ":", ",", "}", "{", "é\n", "\u2028", "<&>", "true", "1"}
	text := func() string { return texts[random.IntN(len(texts))] }
	values := []func() any{
		func() any { return text() },
		func() any { return random.Int64() - random.Int64() },
		func() any { return float64(random.IntN(9)) },
		func() any { return random.NormFloat64() * math.Pow(10, float64(random.IntN(600)-300)) },
		func() any { return random.IntN(2) == 0 },
		func() any { return crm.Instant(random.Int64()) },
		func() any { return []string{text(), text()} },
	}
	plain := 0
	for range 20_000 {
		var custom map[string]any
		for range random.IntN(5) {
			if custom == nil {
				custom = map[string]any{}
			}
			custom[text()+fmt.Sprint(random.IntN(3))] = values[random.IntN(len(values))]()
		}
		stored, err := encodeCustom(custom)
		if err != nil {
			t.Fatal(err)
		}
		var spaced bytes.Buffer
		if err := json.Indent(&spaced, []byte(stored), "", " "); err != nil {
			t.Fatal(err)
		}
		for _, stored := range []string{stored, spaced.String()} {
			got, err := decodeCustom([]byte(stored))
			if diff := cmp.Diff(custom, got); err != nil || diff != "" {
				t.Fatalf("%s: %v\n%s", stored, err, diff)
			}
		}
		if _, ok := decodePlain(stored); ok {
			plain++
		}
	}
	if plain < 2000 {
		t.Errorf("only %d of 20000 are read the short way", plain)
	}
}

// What is no JSON is said, and not read as something else.
func TestBrokenCustomFields(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{"a":x}`, `{"a":"b}`, `{"a":[1]}`, `{a:1}`, `{"a":1 "b":2}`, `{"a":nul}`} {
		if got, err := decodeCustom([]byte(text)); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
