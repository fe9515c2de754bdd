package dialer

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"callsheet/runner/internal/crm"
)

// ManifestSuffix follows the name of a file in that of its manifest.
const ManifestSuffix = ".manifest.json"

// delivery is one file on its way.
type delivery struct {
	*crm.File
	content []byte
	store   Store
	ask     func(point string) error
}

// fault asks whether the step at a point fails.
func (d *delivery) fault(point string) error {
	if d.ask == nil {
		return nil
	}
	return d.ask(point)
}

// mark records a state of the file. Its error is one of the store, or a
// conflict.
func (d *delivery) mark(state string, set func() error) error {
	err := d.fault(state + ".commit.before")
	if err == nil {
		err = set()
	}
	if err == nil {
		err = d.fault(state + ".commit.after")
	}
	if err != nil {
		return storeError{fmt.Errorf("%s is not marked as %s: %w; the next run looks again", d.Name, state, err)}
	}
	return nil
}

func (d *delivery) mode() fs.FileMode {
	if d.Mode == 0 {
		return 0o600
	}
	return fs.FileMode(d.Mode) & fs.ModePerm
}

// manifest is what stands beside the file.
func (d *delivery) manifest() ([]byte, error) {
	content, err := json.MarshalIndent(struct {
		Name     string `json:"name"`
		SHA256   string `json:"sha256"`
		Rows     int    `json:"rows"`
		RuleBook string `json:"rule_book_version"`
		Run      string `json:"run_id"`
	}{d.Name, d.SHA256, len(d.Lines), d.Version, d.RunID}, "", "  ")
	return append(content, '\n'), err
}

// sealed is the content of a file, when it is the one that was claimed.
func sealed(f *crm.File) ([]byte, error) {
	if !fs.ValidPath(f.Name) || f.Name == "." || strings.HasPrefix(f.Name, StageFolder+"/") {
		return nil, fmt.Errorf("the name %q leads out of the output folder: rename its campaign or group", f.Name)
	}
	content, err := Content(f)
	if err != nil {
		return nil, err
	}
	if sum := hash(content); sum != f.SHA256 || int64(len(content)) != f.Bytes {
		return nil, fmt.Errorf("its stored lines make %d bytes with sha256 %s, but it was claimed with %d bytes and sha256 %s: "+
			"the database was changed by other means; restore it from a backup", len(content), sum, f.Bytes, f.SHA256)
	}
	return content, nil
}

// slashless writes a name so that it can be part of the name of a file.
func slashless(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || r == 0 {
			return '_'
		}
		return r
	}, name)
}
