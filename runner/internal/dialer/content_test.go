package dialer_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
)

func TestContent(t *testing.T) {
	t.Parallel()
	two := []crm.Line{{Text: "Zoé"}, {Text: "Luc"}}
	tests := []struct {
		name string
		file crm.File
		want string
	}{
		{"header and lines", crm.File{Encoding: "utf-8", LineEnd: "\n", HasHead: true, Header: "name", Lines: two}, "name\nZoé\nLuc\n"},
		{"no header", crm.File{Encoding: "utf-8", LineEnd: "\r\n", Header: "name", Lines: two}, "Zoé\r\nLuc\r\n"},
		{"byte order mark", crm.File{Encoding: "utf-8-bom", LineEnd: "\n", Lines: two}, "\xef\xbb\xbfZoé\nLuc\n"},
		{"stop file with header", crm.File{Encoding: "utf-8", LineEnd: "\n", HasHead: true, Header: "name"}, "name\n"},
		{"stop file without bytes", crm.File{Encoding: "utf-8-bom", LineEnd: "\n", Header: "name"}, ""},
		{
			"windows-1252",
			crm.File{Encoding: "windows-1252", LineEnd: "\n", HasHead: true, Header: "Prénom", Lines: []crm.Line{
				{Text: "Zoé"}, {Text: "Zoe\u0301"}, {Text: "1 €, “œuvre”"}, {Text: "Łukasz 李"},
			}},
			"Pr\xe9nom\nZo\xe9\nZo\xe9\n1 \x80, \x93\x9cuvre\x94\n?ukasz ?\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := contentOf(t, &test.file); got != test.want {
				t.Errorf("content = %q, want %q", got, test.want)
			}
			dialer.Seal(&test.file)
			sum := sha256.Sum256([]byte(test.want))
			if test.file.SHA256 != hex.EncodeToString(sum[:]) || test.file.Bytes != int64(len(test.want)) {
				t.Errorf("sealed with %d bytes, sha256 %s", test.file.Bytes, test.file.SHA256)
			}
		})
	}
}

func TestContentRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want string
		file       crm.File
	}{
		{"encoding", `encoding "latin1"`, crm.File{Name: "a.csv", Encoding: "latin1", LineEnd: "\n", HasHead: true}},
		{"line end", `line end ""`, crm.File{Name: "a.csv", Encoding: "utf-8", HasHead: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := dialer.Content(&test.file); err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "a.csv") {
				t.Errorf("error = %v, want one about %s of a.csv", err, test.want)
			}
			test.file.SHA256, test.file.Bytes = "old", 3
			dialer.Seal(&test.file)
			if test.file.SHA256 != "" || test.file.Bytes != 0 {
				t.Errorf("a file without content is sealed as %q, %d bytes", test.file.SHA256, test.file.Bytes)
			}
		})
	}
}
