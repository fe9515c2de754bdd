package dialer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
)

// Cells differ by what a dialect quotes with: comma or semicolon between
// quotes where needed, semicolon with all texts in quotes, pipe without any.
const (
	byComma = iota
	bySemicolon
	quoted
	byPipe
)

// goldenLines is the line of a lead in each dialect, with %s for the last name,
// and %[2]s for the id.
var goldenLines = []struct {
	dialect, header, line string
	cells                 int
}{
	{"diabolocom-csv", "external_id;phone1;last_name;first_name;priority;assigned_agent;min_calling_date_time;max_calling_date_time;campaign;segment;score", "%[2]s;33199000001;%[1]s;Zoé;45;a1;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVS;55", bySemicolon},
	{"vicidial-pipe", "", "%[2]s|PVI|101|33|199000001||Zoé||%[1]s||||Paris|||75011|FRA||||zoe@example.org||PVS|55|a1", byPipe},
	{"genesys-csv", "contact_id,phone,last_name,first_name,priority,agent,campaign,segment", "%[2]s,+33199000001,%[1]s,Zoé,3,a1,PVI,PVS", byComma},
	{"five9-csv", "number1,first_name,last_name,crm_id,priority,time_to_call", "0199000001,Zoé,%[1]s,%[2]s,55,2026-11-23 10:00:00", byComma},
	{"xcally-csv", "first_name;last_name;phone;priority;scheduled_at;external_id", "Zoé;%[1]s;+33199000001;55;2026-11-23 10:00:00;%[2]s", bySemicolon},
	{"jtel-csv", "UserData;Phone1;LastName;FirstName;Priority;StartTime;EndTime", `"%[2]s";"+33199000001";%[1]s;"Zoé";45;"2026-11-23 10:00:00";"2026-11-23 13:00:00"`, quoted},
	{"generic-csv", "lead,phone,last_name,first_name,score,segment,campaign,agent", "%[2]s,+33199000001,%[1]s,Zoé,55,PVS,PVI,a1", byComma},
}

var long = strings.Repeat("é", 600)

// hostile are last names that attack a file, a spreadsheet or a column, and
// their cells by comma, semicolon, quoted and pipe.
var hostile = []struct {
	name  string
	cells [4]string
}{
	{`=1+1`, [4]string{`'=1+1`, `'=1+1`, `"'=1+1"`, `=1+1`}}, // no spreadsheet opens the files of the list loader
	{`@SUM(A1)`, [4]string{`'@SUM(A1)`, `'@SUM(A1)`, `"'@SUM(A1)"`, `@SUM(A1)`}},
	{`-2`, [4]string{`'-2`, `'-2`, `"'-2"`, `-2`}},
	{"\t=1", [4]string{`' =1`, `' =1`, `"' =1"`, ` =1`}},
	{`O"Neil`, [4]string{`"O""Neil"`, `"O""Neil"`, `"O""Neil"`, `ONeil`}},
	{`"`, [4]string{`""""`, `""""`, `""""`, ``}},
	{"Le\r\nGoff", [4]string{`Le  Goff`, `Le  Goff`, `"Le  Goff"`, `Le  Goff`}},
	{"Le\u2028Goff", [4]string{`Le Goff`, `Le Goff`, `"Le Goff"`, `Le Goff`}},
	{`a,b`, [4]string{`"a,b"`, `a,b`, `"a,b"`, `a,b`}},
	{`a;b`, [4]string{`a;b`, `"a;b"`, `"a;b"`, `a;b`}},
	{`a|b`, [4]string{`a|b`, `a|b`, `"a|b"`, `a b`}},
	{"a\x00b\x1bc\x7f", [4]string{`"a b c "`, `"a b c "`, `"a b c "`, `a b c `}},
	{"a\xffb", [4]string{"a\ufffdb", "a\ufffdb", "\"a\ufffdb\"", "a\ufffdb"}},
	{"Zoe\u0301", [4]string{"Zoe\u0301", "Zoe\u0301", "\"Zoe\u0301\"", "Zoe\u0301"}},
	{"a\u037eb", [4]string{"a\u037eb", "a\u037eb", "\"a\u037eb\"", "a\u037eb"}},
	{"Łukasz 李", [4]string{"Łukasz 李", "Łukasz 李", `"Łukasz 李"`, "Łukasz 李"}},
	{``, [4]string{``, ``, ``, ``}},
	{long, [4]string{long, long, `"` + long + `"`, long[:2*30]}},
}

// The seven dialects that ship, byte for byte, over hostile names, in their
// encodings and in windows-1252, which lacks some of the characters.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	book := loadBook(t, "")
	var leads []facts
	for i, h := range hostile {
		leads = append(leads, facts{
			"lead.id": fmt.Sprintf("L%d", i), "lead.score": 55, "lead.segment": "PVS", "lead.city": "Paris", "lead.postal_code": "75011",
			"contact.phone": "+33199000001", "contact.phone_country": "33", "contact.phone_national": "199000001",
			"contact.first_name": "Zoé", "contact.last_name": h.name, "contact.email": "zoe@example.org",
			"agent.username": "a1", "campaign.name": "PVI", "call.not_before": paris(t, 10, 0), "call.not_after": paris(t, 13, 0),
		})
	}
	if len(goldenLines) != len(book.Dialers) {
		t.Errorf("%d dialects are tested, the book ships %d", len(goldenLines), len(book.Dialers))
	}
	latin := strings.NewReplacer("e\u0301", "\xe9", "é", "\xe9", "\u037e", "?", "Ł", "?", "李", "?", "\ufffd", "?")
	for _, golden := range goldenLines {
		shipped := dialect(t, book, golden.dialect)
		var text strings.Builder
		if golden.header != "" {
			text.WriteString(golden.header + shipped.LineEnd)
		}
		for i, h := range hostile {
			cell := h.cells[golden.cells]
			if max := shipped.MaxLengths["last_name"]; max > 0 && len([]rune(cell)) > max {
				cell = string([]rune(cell)[:max])
			}
			fmt.Fprintf(&text, golden.line+shipped.LineEnd, cell, fmt.Sprintf("L%d", i))
		}
		for encoding, want := range map[string]string{
			"utf-8": text.String(), "utf-8-bom": "\ufeff" + text.String(), "windows-1252": latin.Replace(text.String()),
		} {
			t.Run(golden.dialect+" "+encoding, func(t *testing.T) {
				d := *shipped
				d.Encoding = encoding
				f := injected(t, book, &d, leads...)
				if diff := cmp.Diff(want, contentOf(t, &f)); diff != "" {
					t.Errorf("content (-want +got):\n%s", diff)
				}
			})
		}
	}
	if encodings := encodingsOf(book); !slices.Equal(encodings, []string{"utf-8", "utf-8-bom"}) {
		t.Errorf("the book ships the encodings %v", encodings)
	}
}

func encodingsOf(book *engine.RuleBook) []string {
	var list []string
	for _, d := range book.Dialers {
		list = append(list, d.Encoding)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// The stop file of each dialect, with the signal that it ships and with the
// other ones: what has bytes has the header and no row.
func TestStopFiles(t *testing.T) {
	t.Parallel()
	book := loadBook(t, "")
	for _, golden := range goldenLines {
		d := dialect(t, book, golden.dialect)
		for _, signal := range []string{engine.StopHeaderOnly, engine.StopZeroBytes} {
			want := ""
			if signal == engine.StopHeaderOnly && d.Header {
				want = golden.header + d.LineEnd
				if d.Encoding == "utf-8-bom" {
					want = "\ufeff" + want
				}
			}
			f := crm.File{
				Name: "STOP/20261123-1259-PVI-IDF.csv", Kind: crm.FileStop, Dialer: d.Name, Encoding: d.Encoding, LineEnd: d.LineEnd,
				Header: dialer.Header(d), HasHead: d.Header && signal == engine.StopHeaderOnly,
			}
			if got := contentOf(t, &f); got != want {
				t.Errorf("%s, %s: the stop file is %q, want %q", d.Name, signal, got, want)
			}
		}
	}
}

// An id is never cut: a part of it would be the id of another lead.
func TestLongIDStaysWhole(t *testing.T) {
	t.Parallel()
	book := loadBook(t, "")
	id := strings.Repeat("7", 40)
	for _, d := range book.Dialers {
		_, lines := dialer.Sheet(d, batch(t, book, facts{"lead.id": id, "contact.phone": "+33199000001"}), book)
		if !strings.Contains(lines[0], id) {
			t.Errorf("%s cuts the id: %s", d.Name, lines[0])
		}
	}
}
