package yamltext

import (
	"strings"
	"testing"
)

func canonical(t *testing.T, src string) string {
	t.Helper()
	root, _ := parse(t, src)
	var b strings.Builder
	root.Canonical(&b)
	return b.String()
}

func TestCanonicalIgnoresLayout(t *testing.T) {
	t.Parallel()
	want := canonical(t, "a: {b: [1, x y]}\nc: lead.x > 1\n")
	for _, src := range []string{
		"# c\n---\na:\n    b:\n    - '1'\n    - \"x y\"   # d\n\nc: |\n  lead.x > 1\n...\n",
		"\ufeffa: {b: [1,\r\n  x\r\n  y]}\r\n'c': lead.x\r\n  > 1\r\n",
	} {
		if got := canonical(t, src); got != want {
			t.Errorf("%q writes\n%s\nwant\n%s", src, got, want)
		}
	}
}

func TestCanonicalSeesMeaning(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, src := range []string{
		"a: 1\nb: 2\n", "b: 2\na: 1\n", "a: [1, b, 2]\n", "a: {1: b}\n", "a: [1, b]\n", "a: [[1], b]\n", "a: [[1, b]]\n", "a: 1b\n", "a: '1'\nb: 3\n",
		"a: ''\n", "a: []\n", "a: {}\n", "a: 08\n", "a: 8\n", "a: |\n  x\n  y\n", "a: x y\n", "a: t1:x\n", "a: [t1, x]\n",
	} {
		got := canonical(t, src)
		if other, twice := seen[got]; twice {
			t.Errorf("%q and %q write the same: %s", src, other, got)
		}
		seen[got] = src
	}
}
