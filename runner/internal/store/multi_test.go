package store

import "testing"

// A statement means the same without the numbers, or it keeps them.
func TestNameless(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"SELECT 1":                           "SELECT 1",
		"a = $1":                             "a = ?",
		"($1, $2) IN ($3)":                   "(?, ?) IN (?)",
		"$1 $2 $3 $4 $5 $6 $7 $8 $9 $10 $11": "? ? ? ? ? ? ? ? ? ? ?",
		"b = $2 AND a = $1":                  "b = $2 AND a = $1",
		"a = $1 OR b = $1":                   "a = $1 OR b = $1",
		"a = $1 OR b = $3":                   "a = $1 OR b = $3",
		"a = $12":                            "a = $12",
		"a = '$1'":                           "a = '$1'",
		"a = $1 AND b = '$1'":                "a = $1 AND b = '$1'",
	} {
		if got := nameless(text); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}
