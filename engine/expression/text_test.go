package expression

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What a text begins with, ends with and contains is what Go's strings say, in a column in which every lead has a text
// of its own: for parts and texts of all lengths and of any bytes, at the first question and at later ones.
func TestUniqueTexts(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	city, _ := s.Index("lead.city")
	tests := map[string]func(text, part string) bool{"startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix, "contains": strings.Contains}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.SampledFrom([]int{64, 2500, 4095, 4096}).Draw(rt, "length")
		letters := rapid.SampledFrom([]string{"ab", "a\x00", "a.@7\xff\x80é"}).Draw(rt, "letters")
		longest := rapid.SampledFrom([]int{1, 9, 17, 300}).Draw(rt, "longest")
		word := rapid.Map(rapid.SliceOfN(rapid.IntRange(0, len(letters)-1), 0, longest), func(at []int) string {
			var w strings.Builder
			for _, i := range at {
				w.WriteByte(letters[i])
			}
			return w.String()
		})
		pool := rapid.SliceOfN(word, 1, 20).Draw(rt, "texts")
		texts := make([]string, n)
		b := s.NewBatch(n)
		b.patience = rapid.SampledFrom([]int{0, often}).Draw(rt, "patience")
		for i := range texts {
			if i%11 == 0 {
				continue
			}
			texts[i] = pool[i%len(pool)] + fmt.Sprint(i) + pool[i/7%len(pool)]
			b.SetText(city, i, texts[i])
		}
		for range 6 {
			part := rapid.OneOf(word, rapid.Map(rapid.IntRange(0, n-1), func(i int) string {
				return texts[i][len(texts[i])/3:]
			})).Draw(rt, "part")
			if !strings.Contains(part, "\xff") && !strings.Contains(part, "\x80") && strings.ToValidUTF8(part, "") == part {
				op := rapid.SampledFrom([]string{"startsWith", "endsWith", "contains"}).Draw(rt, "op")
				truth := mustCondition(t, s, fmt.Sprintf("lead.city %s %s", op, quoted(part))).Eval(b)
				for i, text := range texts {
					got, known := truth.At(i)
					if known != (text != "") || known && got != tests[op](text, part) {
						rt.Fatalf("lead %d: %q %s %q is %v, known %v", i, text, op, part, got, known)
					}
				}
			}
		}
	})
}

// quoted is a text as the source of an expression.
func quoted(text string) string {
	return `"` + strings.ReplaceAll(text, "\x00", `\x00`) + `"`
}
