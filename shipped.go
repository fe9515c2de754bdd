// Package callsheet carries the rule book that ships with the program: the
// campaigns, the scoring and the rule files of a working real-estate call
// centre, as they stand in this repository.
package callsheet

import (
	"embed"
	"io/fs"
)

//go:embed campaigns.yaml scoring.yaml rules
var shipped embed.FS

// Shipped is the rule book that ships with the program: campaigns.yaml,
// scoring.yaml and the folder rules, read-only, with paths relative to the root
// of a rule book. A rule file that another book lacks is the one found here;
// the tests in it (rules/*_test.yaml) belong to this book alone and are not
// inherited.
func Shipped() fs.FS { return shipped }
