package expression

import (
	"math"
	"testing"
)

func TestPlainWords(t *testing.T) {
	t.Parallel()
	for ms, want := range map[int64]string{
		0: "0 min", 1: "0.001 s", 90_000: "1 min 30 s", 3_600_000: "1 h", 59_100_000: "16 h 25 min", -5_400_000: "-1 h 30 min",
		48 * hourMillis: "2 d", -24 * hourMillis: "-1 d", math.MinInt64: "-2562047788015 h 12 min 55.807 s",
	} {
		if got := plainDuration(ms); got != want {
			t.Errorf("%d ms are %q, want %q", ms, got, want)
		}
	}
	for x, want := range map[float64]string{
		16.416666666666668: "16.416667", 0.1 + 0.2: "0.3", 16.9999999999: "16.9999999999", 0.123456789: "0.123456789", 1e-12: "0.000000000001", -1.0 / 3: "-0.333333",
	} {
		if got := plainNumber(x); got != want {
			t.Errorf("%v is %q, want %q", x, got, want)
		}
	}
}
