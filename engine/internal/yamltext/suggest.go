package yamltext

import "strings"

// Suggest returns the word of among that was probably meant: one that differs in case only, else the nearest one by
// Damerau-Levenshtein distance (optimal string alignment: insertion, deletion, replacement and transposition of neighbours
// cost 1). The distance may be at most a third of the longer word, and 1 in any case, so that nonsense gets no suggestion;
// the first of equals wins.
func Suggest(word string, among []string) (string, bool) {
	if word == "" {
		return "", false
	}
	for _, candidate := range among {
		if strings.EqualFold(word, candidate) {
			return candidate, true
		}
	}
	best, bestDistance := "", -1
	from := []rune(strings.ToLower(word))
	for _, candidate := range among {
		to := []rune(strings.ToLower(candidate))
		limit := max(1, max(len(from), len(to))/3)
		if len(to)-len(from) > limit || len(from)-len(to) > limit || limit >= max(len(from), len(to)) {
			continue
		}
		if d := distance(from, to); d <= limit && (bestDistance < 0 || d < bestDistance) {
			best, bestDistance = candidate, d
		}
	}
	return best, bestDistance >= 0
}

// distance keeps three rows of the table, enough to see a transposition.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
