package intake_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"callsheet/runner/internal/intake"
)

func TestEncodings(t *testing.T) {
	t.Parallel()
	const plain = "id;phone;last_name;city\nL1;0199000001;Zoé Crème;Œuilly €\nL2;0199000002;Ana;Nîmes\n"
	western, err := charmap.Windows1252.NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	little, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	big, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"UTF-8":                         plain,
		"UTF-8 with mark":               "\ufeff" + plain,
		"UTF-16 little endian":          little,
		"UTF-16 big endian":             big,
		"Windows-1252":                  western,
		"CRLF":                          strings.ReplaceAll(plain, "\n", "\r\n"),
		"no last line end":              strings.TrimSuffix(plain, "\n"),
		"empty lines":                   "\n\n" + strings.ReplaceAll(plain, "\n", "\n\n"),
		"rows of delimiters":            plain + ";;;\n;;;\n",
		"comma":                         strings.ReplaceAll(plain, ";", ","),
		"tab":                           strings.ReplaceAll(plain, ";", "\t"),
		"bar":                           strings.ReplaceAll(plain, ";", "|"),
		"quoted":                        `"id";"phone";"last_name";"city"` + "\n" + `"L1";"0199000001";"Zoé Crème";"Œuilly €"` + "\n" + `L2;0199000002;"Ana";Nîmes`,
		"delimiters in a quoted header": `"id";"phone";"last_name";city` + "\n" + `L1;0199000001;Zoé Crème;Œuilly €` + "\nL2;0199000002;Ana;Nîmes\n",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, row := range leads(t, "leads.csv", text) {
				l := lead(t, row)
				got = append(got, l.ID, l.Phone, l.LastName, l.City)
			}
			want := []string{"L1", "+33199000001", "Zoé Crème", "Œuilly €", "L2", "+33199000002", "Ana", "Nîmes"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("leads (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQuotedCells(t *testing.T) {
	t.Parallel()
	got := leads(t, "leads.csv", "id,phone,last_name\n"+
		`L1,0199000001,"two`+"\n"+`lines"`+"\n"+
		`L2,0199000002,"say ""hello"", please"`+"\n")
	if l := lead(t, got[0]); l.LastName != "two\nlines" || got[0].Line != 2 {
		t.Errorf("line %d: last name %q", got[0].Line, l.LastName)
	}
	if l := lead(t, got[1]); l.LastName != `say "hello", please` || got[1].Line != 4 {
		t.Errorf("line %d: last name %q", got[1].Line, l.LastName)
	}
}

// TestBrokenRows checks that a broken row costs itself alone, is named by its
// line and kept as it came.
func TestBrokenRows(t *testing.T) {
	t.Parallel()
	type row struct {
		Line   int
		Reject string
		Raw    []string
	}
	tests := []struct {
		name, file, text string
		want             []row
	}{
		{
			"short and long", "a.csv", "\nid,phone,city\nL1,0199000001\nL2,0199000002,Nice,Rue A\nL3,0199000003,Nice\n",
			[]row{
				{3, "the row has 2 cells, the header has 3", []string{"L1", "0199000001"}},
				{4, "the row has 4 cells, the header has 3", []string{"L2", "0199000002", "Nice", "Rue A"}},
				{5, "", []string{"L3", "0199000003", "Nice"}},
			},
		},
		{
			"quote in the middle", "a.csv", "id,phone,city\nL1,0199000001,the \"big\" one\nL2,0199000002,Nice\n",
			[]row{
				{2, "the quotes are wrong at line 2: quote the whole cell and write a quote inside it twice", []string{`L1,0199000001,the "big" one`}},
				{3, "", []string{"L2", "0199000002", "Nice"}},
			},
		},
		{
			"quote that never closes", "a.csv", "id,phone,city\nL1,0199000001,\"Nice\nL2,0199000002,Nice\n",
			[]row{{2, "the quotes are wrong at line 3: quote the whole cell and write a quote inside it twice", []string{"L1,0199000001,\"Nice\nL2,0199000002,Nice"}}},
		},
		{
			"NDJSON", "a.ndjson", strings.Join([]string{
				`{"id":"L1","phone":"0199000001"`,
				`["L2"]`,
				`{"id":"L3","phone":{"home":"0199000003"}}`,
				`{"id":"L4","tags":["a",["b"]]}`,
				`{"id":"L5","id":"L6"}`,
				`{"id":"L7","phone":"0199000007"} {}`,
				`{"id":"L8","city":"\u0000"}`,
				`{"id":"L9",}`,
				`{"id":"L10"}`,
				`{"id":"L11","phone":"0199000011","fist_name":"Ana"}`,
				`{"id":"L12","phone":"0199000012","city":["Nice"]}`,
				``,
				`{"id":"L13","phone":"0199000013"}`,
			}, "\n"),
			[]row{
				{1, "the JSON object does not end on its line", []string{`{"id":"L1","phone":"0199000001"`}},
				{2, `the line is no JSON object: write {"id": …} on one line`, []string{`["L2"]`}},
				{3, `key "phone": objects and lists inside the value are not read: write text, number, true, false, null or one list`, []string{`{"id":"L3","phone":{"home":"0199000003"}}`}},
				{4, `key "tags": objects and lists inside the value are not read: write text, number, true, false, null or one list`, []string{`{"id":"L4","tags":["a",["b"]]}`}},
				{5, `key "id" stands twice`, []string{`{"id":"L5","id":"L6"}`}},
				{6, "something follows the JSON object: write one object a line", []string{`{"id":"L7","phone":"0199000007"} {}`}},
				{7, `key "city": the text holds a NUL character`, []string{`{"id":"L8","city":"\u0000"}`}},
				{8, "the line is no valid JSON: invalid character '}'", []string{`{"id":"L9",}`}},
				{9, "there is no column phone: every row needs one", []string{`{"id":"L10"}`}},
				{10, `unknown column "fist_name" (did you mean first_name?)`, []string{`{"id":"L11","phone":"0199000011","fist_name":"Ana"}`}},
				{11, `city "Nice" is a list: write one value`, []string{`{"id":"L12","phone":"0199000012","city":["Nice"]}`}},
				{13, "", []string{`{"id":"L13","phone":"0199000013"}`}},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []row
			for i, r := range leads(t, test.file, test.text) {
				// The list of all columns and the details of encoding/json may grow.
				if i < len(test.want) && test.want[i].Reject != "" && strings.HasPrefix(r.Reject, test.want[i].Reject) {
					r.Reject = test.want[i].Reject
				}
				got = append(got, row{r.Line, r.Reject, r.Raw})
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFilesRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, text, want string }{
		{"empty", "a.csv", "", "a.csv: is empty: there is no header line"},
		{"mark alone", "a.csv", "\ufeff", "a.csv: is empty: there is no header line"},
		{"blank lines alone", "a.csv", "\r\n \n", "a.csv: is empty: there is no header line"},
		{"binary", "a.csv", "PK\x03\x04\x00\x00", "a.csv:1: holds NUL bytes: not a text file (an Excel workbook must be saved as CSV first)"},
		{"binary further down", "a.csv", "id,phone\nL1,\x00\n", "a.csv:2: holds NUL bytes: not a text file (an Excel workbook must be saved as CSV first)"},
		{"JSON array", "a.json", `[{"id":"L1"}]`, "a.json:1: is a JSON array: write one object a line, without brackets and commas around them"},
		{"header twice", "a.csv", "id,phone,city,city\n", `a.csv:1: columns 3 and 4 are both called "city": rename or delete one`},
		{"header twice by alias", "a.csv", "id,phone,external-id\n", `a.csv:1: columns "id" and "external-id" are both lead.id: delete one`},
		{"header cell empty", "a.csv", "\nid,phone,,city\n", "a.csv:2: column 3 has no name: give it one in the header line or delete the column"},
		{"header quotes", "a.csv", "id,\"phone\n", `a.csv:1: the header line cannot be read: extraneous or missing " in quoted-field`},
		{"no id", "a.csv", "phone,city\n", "a.csv:1: there is no column id: every row needs one"},
		{"no phone", "a.csv", "id,city\n", "a.csv:1: there is no column phone: every row needs one"},
		{"score", "a.csv", "id,phone,score\n", `a.csv:1: column "score" cannot be imported: the rules decide it`},
		{"segment", "a.csv", "id,phone,lead.segment\n", `a.csv:1: column "lead.segment" cannot be imported: the rules decide it`},
		{"next call", "a.csv", "id,phone,next_call_at\n", `a.csv:1: column "next_call_at" cannot be imported: it follows from the planned call`},
		{
			"rejects of NDJSON", "a.ndjson.rejects.csv", "record,line,reason\n{},1,no id\n",
			"a.ndjson.rejects.csv:1: holds the rejects of an NDJSON file, which are for reading: mend the lines in the NDJSON file and import that",
		},
		{
			"rejects of NDJSON under another name", "mended.csv", "record,line,reason\n{},1,no id\n",
			"mended.csv:1: holds the rejects of an NDJSON file, which are for reading: mend the lines in the NDJSON file and import that",
		},
		{"part of the phone", "a.csv", "id,phone,phone_country\n", `a.csv:1: column "phone_country" cannot be imported: it is worked out from the phone`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := refusal(t, test.file, test.text); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestUnknownColumn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		columns, want string
		lists         bool // what could be there
	}{
		{"estimated_prize", `unknown column "estimated_prize" (did you mean estimated_price?)`, false},
		{"Fist Name", `unknown column "Fist Name" (did you mean first_name?)`, false},
		{"phone1", `unknown column "phone1" (did you mean phone?)`, false},
		{"xyz", `unknown column "xyz": the columns are id, status, source, `, true},
		{"estimated_prize,city,phone1", `unknown columns "estimated_prize" (did you mean estimated_price?), "phone1" (did you mean phone?)`, false},
		{"xyz,phone1,qqqq", `unknown columns "xyz", "phone1" (did you mean phone?), "qqqq": the columns are id, status, `, true},
	}
	for _, test := range tests {
		t.Run(test.columns, func(t *testing.T) {
			t.Parallel()
			got := refusal(t, "a.csv", "id,phone,"+test.columns+"\n")
			want := "a.csv:1: " + test.want
			if !strings.HasPrefix(got, want) || !test.lists && got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if test.lists && (strings.Contains(got, "score") || !strings.Contains(got, "notary_ready")) {
				t.Errorf("%s: lists a column that is refused, or leaves out one of our own", got)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "leads.csv")
	if err := os.WriteFile(path, []byte("id,phone\nL1,0199000001\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("a file", func(t *testing.T) {
		s, err := intake.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		record, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := record.Cell("phone"); got != "0199000001" || !ok || record.Line != 2 {
			t.Errorf("record %+v, phone %q %v", record, got, ok)
		}
		if _, ok := record.Cell("city"); ok {
			t.Error("the record has a column that the file has not")
		}
		if _, err := s.Next(); err != io.EOF {
			t.Errorf("after the last record: %v", err)
		}
		if s.Read() != 23 || s.Size() != 23 {
			t.Errorf("read %d of %d bytes, want 23 of 23", s.Read(), s.Size())
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		_, err := intake.Open(filepath.Join(folder, "none.csv"))
		if !errors.Is(err, fs.ErrNotExist) || !strings.HasSuffix(err.Error(), "none.csv: no such file or directory") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("directory", func(t *testing.T) {
		_, err := intake.Open(folder)
		want := folder + ": is a directory: name a CSV or NDJSON file"
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	})
}

func TestFormatByFirstByte(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"export":       ` {"id":"L1","phone":"0199000001"}`,
		"export.jsonl": `{"id":"L1","phone":"0199000001"}`,
		"leads":        "id,phone\nL1,0199000001",
		"LEADS.CSV":    "id,phone\nL1,0199000001",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if l := lead(t, leads(t, name, text)[0]); l.Phone != "+33199000001" {
				t.Errorf("phone %q", l.Phone)
			}
		})
	}
}

// endless gives a header and then one letter for ever.
type endless struct {
	header string
	given  int64
	limit  int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.given >= e.limit {
		return 0, io.EOF
	}
	n := copy(p, e.header)
	e.header = e.header[n:]
	for i := n; i < len(p); i++ {
		p[i] = 'x'
	}
	e.given += int64(len(p))
	return len(p), nil
}

// TestLongLine reads a line of 100 MB: an error that names it, long before its
// end and in little memory. It does not run beside others, whose memory would
// count.
func TestLongLine(t *testing.T) {
	tests := []struct{ name, file, header, want string }{
		{"line", "a.csv", "id,phone\nL1,0199000001\nL2,", "a.csv:3: longer than 1048576 bytes: is this a CSV or NDJSON file, and is a closing quote missing"},
		{"header", "a.csv", "id,phone", "a.csv:1: longer than 1048576 bytes: is this a CSV or NDJSON file, and is a closing quote missing"},
		{"NDJSON", "a.ndjson", `{"id":"L1","phone":"0199000001"}` + "\n" + `{"id":"`, "a.ndjson:2: longer than 1048576 bytes: is this a CSV or NDJSON file, and is a closing quote missing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			in := &endless{header: test.header, limit: 100 << 20}
			s, err := intake.NewSource(test.file, in, in.limit)
			for err == nil {
				_, err = s.Next()
			}
			runtime.ReadMemStats(&after)
			if err == io.EOF || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
			if in.given > 4<<20 {
				t.Errorf("read %d bytes before giving up", in.given)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
				t.Errorf("allocated %d bytes", used)
			}
		})
	}
}

// TestEndlessQuote reads a cell that never closes over many short lines.
func TestEndlessQuote(t *testing.T) {
	t.Parallel()
	lines := strings.Repeat("a line that is not long\n", 100_000)
	got := refusal(t, "a.csv", "id,phone\nL1,0199000001\nL2,\""+lines)
	want := "a.csv:3: longer than 1048576 bytes: is this a CSV or NDJSON file, and is a closing quote missing"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestRowsBeforeAFault checks that a file that breaks in the middle still
// gives the rows before.
func TestRowsBeforeAFault(t *testing.T) {
	t.Parallel()
	reader, err := intake.Leads(source(t, "a.csv", "id,phone\nL1,0199000001\nL2,\x00\n"), nil, intake.NewPhones(), paris(t))
	if err != nil {
		t.Fatal(err)
	}
	if row, err := reader.Next(); err != nil || row.ID != "L1" {
		t.Errorf("first row %q, %v", row.ID, err)
	}
	for range 2 {
		var file *intake.FileError
		if _, err := reader.Next(); !errors.As(err, &file) || file.Line != 3 {
			t.Errorf("second row: %v", err)
		}
	}
}
