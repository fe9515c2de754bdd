package terminal_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/terminal"
)

// piped is a terminal whose two streams are buffers, as in a pipe.
func piped(t *testing.T, format string) (term *terminal.Terminal, out, messages *bytes.Buffer) {
	t.Helper()
	out, messages = new(bytes.Buffer), new(bytes.Buffer)
	term, err := terminal.New(out, messages, format)
	if err != nil {
		t.Fatal(err)
	}
	return term, out, messages
}

// instant prints itself, as the instants of leads do.
type instant int64

func (i instant) String() string { return time.UnixMilli(int64(i)).UTC().Format(time.RFC3339) }

func example() ([]terminal.Column, [][]any) {
	columns := append(terminal.Columns("lead", "score", "price"), terminal.Column{Key: "last_call_at", Title: "CALLED"},
		terminal.Column{Key: "open"}, terminal.Column{Key: "tags"})
	return columns, [][]any{
		{"L1", 92, 450000.5, instant(0), true, []string{"vip", "garden"}},
		{"L22", int64(-7), nil, nil, false, []string(nil)},
		{"Zoé <b>\x1b[31m\n", 0, 1e6, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), nil, []string{}},
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	tests := []struct{ format, want string }{
		{"", `
LEAD           SCORE     PRICE  CALLED                OPEN  TAGS
L1                92  450000.5  1970-01-01T00:00:00Z  yes   vip, garden
L22               -7                                  no
Zoé <b> [31m       0   1000000  2026-11-23 09:00
`},
		{"csv", `
lead,score,price,last_call_at,open,tags
L1,92,450000.5,1970-01-01T00:00:00Z,true,vip|garden
L22,-7,,,false,
"Zoé <b>` + "\x1b[31m\n" + `",0,1000000,2026-11-23T09:00:00Z,,
`},
		{"json", `
[
    {
        "lead": "L1",
        "score": 92,
        "price": 450000.5,
        "last_call_at": "1970-01-01T00:00:00Z",
        "open": true,
        "tags": [
            "vip",
            "garden"
        ]
    },
    {
        "lead": "L22",
        "score": -7,
        "price": null,
        "last_call_at": null,
        "open": false,
        "tags": null
    },
    {
        "lead": "Zoé <b>\u001b[31m\n",
        "score": 0,
        "price": 1000000,
        "last_call_at": "2026-11-23T09:00:00Z",
        "open": null,
        "tags": []
    }
]
`},
	}
	for _, test := range tests {
		t.Run("format "+test.format, func(t *testing.T) {
			t.Parallel()
			term, out, messages := piped(t, test.format)
			columns, rows := example()
			if err := term.Table(columns, rows); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want[1:], out.String()); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
			if messages.Len() > 0 {
				t.Errorf("messages %q", messages)
			}
		})
	}
}

func TestEmptyTable(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"table": "LEAD  LAST CALL\n", "csv": "lead,last_call\n", "json": "[]\n"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			term, out, _ := piped(t, format)
			if err := term.Table(terminal.Columns("lead", "last_call"), nil); err != nil {
				t.Fatal(err)
			}
			if got := out.String(); got != want {
				t.Errorf("output %q, want %q", got, want)
			}
		})
	}
}

// TestMachineFormats checks that what programs read comes back as it was.
func TestMachineFormats(t *testing.T) {
	t.Parallel()
	const hostile = "a,\"b\"\nc;d\te é \u2028"
	term, out, _ := piped(t, "csv")
	if err := term.Table(terminal.Columns("x", "y"), [][]any{{hostile, 1}}); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"x", "y"}, {hostile, "1"}}, records); diff != "" {
		t.Errorf("csv (-want +got):\n%s", diff)
	}
	term, out, _ = piped(t, "json")
	if err := term.Table(terminal.Columns("x", "y"), [][]any{{hostile, 1}}); err != nil {
		t.Fatal(err)
	}
	var objects []map[string]any
	if err := json.Unmarshal(out.Bytes(), &objects); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]map[string]any{{"x": hostile, "y": 1.0}}, objects); diff != "" {
		t.Errorf("json (-want +got):\n%s", diff)
	}
}

// broken is a stream that takes nothing, such as a closed pipe.
type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestTableErrors(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"table", "csv", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			term, err := terminal.New(broken{}, broken{}, format)
			if err != nil {
				t.Fatal(err)
			}
			if err := term.Table(terminal.Columns("a"), [][]any{{1}}); !errors.Is(err, errBroken) {
				t.Errorf("error %v", err)
			}
			err = term.Table(terminal.Columns("a", "b"), [][]any{{1, 2}, {3}})
			if want := "row 2 has 1 cells for 2 columns"; err == nil || err.Error() != want {
				t.Errorf("error %v, want %s", err, want)
			}
		})
	}
}

func TestUnknownFormat(t *testing.T) {
	t.Parallel()
	_, err := terminal.New(os.Stdout, os.Stderr, "yaml")
	if want := `unknown output format "yaml": write table, json or csv`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	term, out, messages := piped(t, "json")
	term.Printf("stopped %d run", 1)
	term.Note("100%% of %s", "leads")
	term.Warn("rules of %s stay in force", "3f9c21e")
	if diff := cmp.Diff("stopped 1 run\n", out.String()); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("100% of leads\nwarning: rules of 3f9c21e stay in force\n", messages.String()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestPlainProgress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		total int64
		adds  []int64
		want  string
	}{
		{"a line every tenth", 40, []int64{1, 3, 3, 1, 12, 20}, "leads 10% 4/40\nleads 20% 8/40\nleads 50% 20/40\nleads 100% 40/40\n"},
		{"more than the total", 10, []int64{9, 9, 9}, "leads 90% 9/10\nleads 100% 18/10\n"},
		{"given up", 10, []int64{1}, "leads 10% 1/10\n"},
		{"nothing done", 10, nil, ""},
		{"unknown total", 0, []int64{5, 6}, "leads 11\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			term, _, messages := piped(t, "")
			bar := term.Progress("leads", test.total)
			for _, n := range test.adds {
				bar.Add(n)
			}
			bar.Done()
			bar.Done()
			if diff := cmp.Diff(test.want, messages.String()); diff != "" {
				t.Errorf("progress (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProgressIsStamped(t *testing.T) {
	t.Parallel()
	term, _, messages := piped(t, "")
	term.Now = func() time.Time { return time.Date(2026, 11, 23, 9, 0, 2, 0, time.FixedZone("", 3600)) }
	term.Progress("scoring", 10).Add(8)
	if got, want := messages.String(), "2026-11-23T09:00:02+01:00 scoring 80% 8/10\n"; got != want {
		t.Errorf("progress %q, want %q", got, want)
	}
}

func TestProgressFromSeveralGoroutines(t *testing.T) {
	t.Parallel()
	term, _, messages := piped(t, "")
	bar := term.Progress("leads", 1000)
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			for range 100 {
				bar.Add(1)
			}
		})
	}
	wait.Wait()
	bar.Done()
	if got := strings.Count(messages.String(), "\n"); got != 10 || !strings.HasSuffix(messages.String(), "leads 100% 1000/1000\n") {
		t.Errorf("%d lines:\n%s", got, messages)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	tests := []struct{ phone, want string }{
		{"+33199000001", "+33199****01"},
		{"+262692123456", "+262692****56"},
		{"+508430123", "+508****23"},
		{"01 99 00 00 01", "01 99 ** ** 01"},
		{"", ""},
		{"3610", "****"},
		{"0199 0", "****"},
		{"anonyme", "****"},
		{"Zoé Moreau 0199000001", "****"},
		{"0199000001 / 0199000002", "****"},
	}
	for _, test := range tests {
		t.Run(test.phone, func(t *testing.T) {
			t.Parallel()
			if got := terminal.Mask(test.phone); got != test.want {
				t.Errorf("Mask(%q) = %q, want %q", test.phone, got, test.want)
			}
		})
	}
}
