package dialer_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
)

// injected is the file that the leads of a batch make in a dialect.
func injected(t testing.TB, book *engine.RuleBook, d *engine.Dialer, leads ...facts) crm.File {
	t.Helper()
	header, lines := dialer.Sheet(d, batch(t, book, leads...), book)
	f := crm.File{
		Name: "PVI/20261123-1000-IDF-01.csv", Kind: crm.FileInject, State: crm.FileClaimed, RunID: "PVI/2026-11-23T10:00/IDF",
		SlotKey: "PVI/2026-11-23T10:00", Campaign: "PVI", Dialer: d.Name, Mode: d.FileMode, Encoding: d.Encoding, LineEnd: d.LineEnd,
		Header: header, HasHead: d.Header, Version: book.Version, At: crm.At(paris(t, 9, 30)),
	}
	for i, text := range lines {
		id, _ := leads[i]["lead.id"].(string)
		f.Lines = append(f.Lines, crm.Line{CallID: "call-" + id, LeadID: id, Text: text})
	}
	dialer.Seal(&f)
	return f
}

func contentOf(t testing.TB, f *crm.File) string {
	t.Helper()
	content, err := dialer.Content(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// morning is the leads of the acceptance scenario "start-campaign, before the
// slot", in the order in which they are called.
func morning(t testing.TB) []facts {
	t.Helper()
	lead := func(id, phone, last, first, agent, segment string, score int) facts {
		return facts{
			"lead.id": id, "contact.phone": phone, "contact.last_name": last, "contact.first_name": first, "agent.username": agent,
			"lead.segment": segment, "lead.score": score, "campaign.name": "PVI",
			"call.not_before": paris(t, 10, 0), "call.not_after": paris(t, 13, 0),
		}
	}
	return []facts{
		lead("L1", "+33199000001", "Durand", "Anne", "a1", "PVI_NOW", 92),
		lead("L3", "+33199000003", "Petit", "Luc", "a2", "PVS", 75),
		lead("L2", "+33199000002", "Moreau", "Zoé", "a1", "PVI_SOON", 75),
	}
}

const morningFile = `external_id;phone1;last_name;first_name;priority;assigned_agent;min_calling_date_time;max_calling_date_time;campaign;segment;score
L1;33199000001;Durand;Anne;8;a1;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVI_NOW;92
L3;33199000003;Petit;Luc;25;a2;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVS;75
L2;33199000002;Moreau;Zoé;25;a1;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVI_SOON;75
`

func TestStartOfTheMorning(t *testing.T) {
	t.Parallel()
	book := loadBook(t, "fixtures/f0")
	f := injected(t, book, dialect(t, book, "diabolocom-csv"), morning(t)...)
	if diff := cmp.Diff(morningFile, contentOf(t, &f)); diff != "" {
		t.Errorf("injection file (-want +got):\n%s", diff)
	}
}

// Every dialect that ships, over an ordinary lead, one whose names attack the
// file or a spreadsheet, and one of whom little is known.
func TestShippedDialects(t *testing.T) {
	t.Parallel()
	book := loadBook(t, "")
	leads := []facts{
		{
			"lead.id": "L1", "lead.score": 92, "lead.segment": "PVI_NOW", "lead.city": "Paris", "lead.postal_code": "75011",
			"contact.phone": "+33199000001", "contact.phone_country": "33", "contact.phone_national": "199000001",
			"contact.first_name": "Zoé", "contact.last_name": "Moreau, Petit", "contact.email": "zoe@example.org",
			"agent.username": "a1", "campaign.name": "PVI", "call.not_before": paris(t, 10, 0), "call.not_after": paris(t, 13, 0),
		},
		{
			"lead.id": "L2", "lead.score": 55, "lead.segment": "PVS", "lead.city": "Saint-Denis|La \"Petite\" Île", "lead.postal_code": "97400",
			"contact.phone": "+262262000002", "contact.phone_country": "262", "contact.phone_national": "262000002",
			"contact.first_name": `Jean;"Paul"`, "contact.last_name": `=HYPERLINK("http://x")`,
			"agent.username": "a2", "campaign.name": "PVI", "call.not_before": paris(t, 10, 0), "call.not_after": paris(t, 12, 0),
		},
		{
			"lead.id": "L3", "lead.score": 7, "contact.phone": "+33199000003", "contact.phone_country": "33", "contact.phone_national": "199000003",
			"contact.last_name": "Le\r\nGoff", "campaign.name": "PVI", "call.not_before": paris(t, 10, 0), "call.not_after": paris(t, 13, 0),
		},
	}
	const bom = "\ufeff"
	tests := []struct {
		dialect, begin, lineEnd string
		lines                   []string
	}{
		{dialect: "diabolocom-csv", lineEnd: "\n", lines: []string{
			`external_id;phone1;last_name;first_name;priority;assigned_agent;min_calling_date_time;max_calling_date_time;campaign;segment;score`,
			`L1;33199000001;Moreau, Petit;Zoé;8;a1;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVI_NOW;92`,
			`L2;262262000002;"'=HYPERLINK(""http://x"")";"Jean;""Paul""";45;a2;2026-11-23T09:00:00Z;2026-11-23T11:00:00Z;PVI;PVS;55`,
			`L3;33199000003;Le  Goff;;93;;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;;7`,
		}},
		{dialect: "vicidial-pipe", lineEnd: "\n", lines: []string{
			`L1|PVI|101|33|199000001||Zoé||Moreau, Petit||||Paris|||75011|FRA||||zoe@example.org||PVI_NOW|92|a1`,
			`L2|PVI|101|262|262000002||Jean;Paul||=HYPERLINK(http://x)||||Saint-Denis La Petite Île|||97400|FRA||||||PVS|55|a2`,
			`L3|PVI|101|33|199000003||||Le  Goff|||||||` + `|FRA|||||||7|`,
		}},
		{dialect: "genesys-csv", lineEnd: "\r\n", lines: []string{
			`contact_id,phone,last_name,first_name,priority,agent,campaign,segment`,
			`L1,+33199000001,"Moreau, Petit",Zoé,5,a1,PVI,PVI_NOW`,
			`L2,+262262000002,"'=HYPERLINK(""http://x"")","Jean;""Paul""",3,a2,PVI,PVS`,
			`L3,+33199000003,Le  Goff,,1,,PVI,`,
		}},
		{dialect: "five9-csv", lineEnd: "\n", lines: []string{
			`number1,first_name,last_name,crm_id,priority,time_to_call`,
			`0199000001,Zoé,"Moreau, Petit",L1,92,2026-11-23 10:00:00`,
			`0262000002,"Jean;""Paul""","'=HYPERLINK(""http://x"")",L2,55,2026-11-23 10:00:00`,
			`0199000003,,Le  Goff,L3,7,2026-11-23 10:00:00`,
		}},
		{dialect: "xcally-csv", lineEnd: "\n", lines: []string{
			`first_name;last_name;phone;priority;scheduled_at;external_id`,
			`Zoé;Moreau, Petit;+33199000001;92;2026-11-23 10:00:00;L1`,
			`"Jean;""Paul""";"'=HYPERLINK(""http://x"")";+262262000002;55;2026-11-23 10:00:00;L2`,
			`;Le  Goff;+33199000003;7;2026-11-23 10:00:00;L3`,
		}},
		{dialect: "jtel-csv", lineEnd: "\r\n", lines: []string{
			`UserData;Phone1;LastName;FirstName;Priority;StartTime;EndTime`,
			`"L1";"+33199000001";"Moreau, Petit";"Zoé";8;"2026-11-23 10:00:00";"2026-11-23 13:00:00"`,
			`"L2";"+262262000002";"'=HYPERLINK(""http://x"")";"Jean;""Paul""";45;"2026-11-23 10:00:00";"2026-11-23 12:00:00"`,
			`"L3";"+33199000003";"Le  Goff";;93;"2026-11-23 10:00:00";"2026-11-23 13:00:00"`,
		}},
		{dialect: "generic-csv", begin: bom, lineEnd: "\r\n", lines: []string{
			`lead,phone,last_name,first_name,score,segment,campaign,agent`,
			`L1,+33199000001,"Moreau, Petit",Zoé,92,PVI_NOW,PVI,a1`,
			`L2,+262262000002,"'=HYPERLINK(""http://x"")","Jean;""Paul""",55,PVS,PVI,a2`,
			`L3,+33199000003,Le  Goff,,7,,PVI,`,
		}},
	}
	if len(tests) != len(book.Dialers) {
		t.Errorf("%d dialects are tested, the book ships %d", len(tests), len(book.Dialers))
	}
	for _, test := range tests {
		t.Run(test.dialect, func(t *testing.T) {
			f := injected(t, book, dialect(t, book, test.dialect), leads...)
			want := test.begin + strings.Join(test.lines, test.lineEnd) + test.lineEnd
			if diff := cmp.Diff(want, contentOf(t, &f)); diff != "" {
				t.Errorf("content (-want +got):\n%s", diff)
			}
		})
	}
}

// scratchpad is a dialect over values of every type.
const scratchpad = `
    version: 1
    delimiter: comma
    header: true
    encoding: utf-8
    line_end: lf
    phone: national
    time: {layout: "DD/MM/YYYY, hh:mm", zone: local}
    empty: \N
    most_urgent: highest
    max_rows: 300
    stop_signal: header_only
    guard_formulas: [guarded]
    max_lengths: {guarded: 5, free: 5, price: 5, phone: 5, at: 5}
    columns:
      guarded: contact.last_name
      free: contact.first_name
      price: lead.estimated_price
      rooms: lead.rooms
      zone: lead.media_zone
      phone: contact.phone
      at: call.not_before
`

func TestCells(t *testing.T) {
	t.Parallel()
	book, d := loadDialect(t, scratchpad)
	tests := []struct {
		name string
		lead facts
		want string
	}{
		{"nothing known", facts{}, `\N,\N,\N,\N,\N,\N,\N`},
		{"large number", facts{"lead.estimated_price": 1234567890123.0}, `\N,\N,1234567890123,\N,\N,\N,\N`},
		{"number with decimals", facts{"lead.estimated_price": 0.1}, `\N,\N,0.1,\N,\N,\N,\N`},
		{"number that has an exponent", facts{"lead.estimated_price": 1e-7}, `\N,\N,0.0000001,\N,\N,\N,\N`},
		{"negative zero", facts{"lead.estimated_price": negativeZero()}, `\N,\N,0,\N,\N,\N,\N`},
		{"negative integer", facts{"lead.rooms": -3}, `\N,\N,\N,-3,\N,\N,\N`},
		{"true", facts{"lead.media_zone": true}, `\N,\N,\N,\N,true,\N,\N`},
		{"false", facts{"lead.media_zone": false}, `\N,\N,\N,\N,false,\N,\N`},
		{"time with the delimiter in its layout", facts{"call.not_before": paris(t, 10, 0)}, `\N,\N,\N,\N,\N,\N,"23/11/2026, 10:00"`},
		{"time of summer", facts{"call.not_before": time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)}, `\N,\N,\N,\N,\N,\N,"01/07/2026, 10:00"`},
		{"text cut in runes", facts{"contact.first_name": "éàüöïç"}, `\N,éàüöï,\N,\N,\N,\N,\N`},
		{"text of just the length", facts{"contact.first_name": "éàüöï"}, `\N,éàüöï,\N,\N,\N,\N,\N`},
		{"cut counts the apostrophe of the guard", facts{"contact.last_name": "=1+1+1"}, `'=1+1,\N,\N,\N,\N,\N,\N`},
		{"cut before quoting", facts{"contact.first_name": `"a,b,c"`}, `\N,"""a,b,",\N,\N,\N,\N,\N`},
		{"guard: plus", facts{"contact.last_name": "+1"}, `'+1,\N,\N,\N,\N,\N,\N`},
		{"guard: minus", facts{"contact.last_name": "-1"}, `'-1,\N,\N,\N,\N,\N,\N`},
		{"guard: at", facts{"contact.last_name": "@A"}, `'@A,\N,\N,\N,\N,\N,\N`},
		{"guard: tab", facts{"contact.last_name": "\tA"}, `' A,\N,\N,\N,\N,\N,\N`},
		{"guard: carriage return", facts{"contact.last_name": "\rA"}, `' A,\N,\N,\N,\N,\N,\N`},
		{"guard: full width", facts{"contact.last_name": "＝1"}, `'＝1,\N,\N,\N,\N,\N,\N`},
		{"guard: behind spaces", facts{"contact.last_name": " =1"}, `' =1,\N,\N,\N,\N,\N,\N`},
		{"guard: behind a space without width", facts{"contact.last_name": "\u200b=1"}, "'\u200b=1,\\N,\\N,\\N,\\N,\\N,\\N"},
		{"no guard inside a text", facts{"contact.last_name": "a=1"}, `a=1,\N,\N,\N,\N,\N,\N`},
		{"no guard in another column", facts{"contact.first_name": "=1"}, `\N,=1,\N,\N,\N,\N,\N`},
		{"spaces at the ends", facts{"contact.last_name": " A", "contact.first_name": "B "}, `" A","B ",\N,\N,\N,\N,\N`},
		{"control characters", facts{"contact.first_name": "a\x00\n\x1b\u0085"}, `\N,"a    ",\N,\N,\N,\N,\N`},
		{"line separators", facts{"contact.first_name": "a\u2028\u2029b"}, `\N,a  b,\N,\N,\N,\N,\N`},
		{"broken UTF-8", facts{"contact.first_name": "a\xffb"}, "\\N,a\ufffdb,\\N,\\N,\\N,\\N,\\N"},
		{"mainland phone", facts{"contact.phone": "+33199000001"}, `\N,\N,\N,\N,\N,0199000001,\N`},
		{"phone of Guadeloupe", facts{"contact.phone": "+590590000001"}, `\N,\N,\N,\N,\N,0590000001,\N`},
		{"short phone of Saint-Pierre", facts{"contact.phone": "+508410001"}, `\N,\N,\N,\N,\N,0410001,\N`},
		{"phone of New Caledonia", facts{"contact.phone": "+687240001"}, `\N,\N,\N,\N,\N,240001,\N`},
		{"phone of Belgium", facts{"contact.phone": "+32470000001"}, `\N,\N,\N,\N,\N,0470000001,\N`},
		{"phone of America", facts{"contact.phone": "+14155550132"}, `\N,\N,\N,\N,\N,4155550132,\N`},
		{"phone of no country", facts{"contact.phone": "+999123"}, `\N,\N,\N,\N,\N,+999123,\N`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, lines := dialer.Sheet(d, batch(t, book, test.lead), book)
			if diff := cmp.Diff([]string{test.want}, lines); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
		})
	}
}

func negativeZero() float64 { return math.Copysign(0, -1) }

func TestTimeInUTC(t *testing.T) {
	t.Parallel()
	book, d := loadDialect(t, strings.Replace(scratchpad, "zone: local", "zone: UTC", 1))
	_, lines := dialer.Sheet(d, batch(t, book, facts{"call.not_before": paris(t, 10, 0)}), book)
	if want := `\N,\N,\N,\N,\N,\N,"23/11/2026, 09:00"`; lines[0] != want {
		t.Errorf("line = %s, want %s", lines[0], want)
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	book, d := loadDialect(t, strings.NewReplacer("guarded:", `"last, first":`, "[guarded]", `["last, first"]`).Replace(
		strings.Replace(scratchpad, "guarded: 5", `"last, first": 5`, 1)))
	header, lines := dialer.Sheet(d, batch(t, book), book)
	if want := `"last, first",free,price,rooms,zone,phone,at`; header != want || dialer.Header(d) != want {
		t.Errorf("Sheet gives the header %s, Header %s; want %s", header, dialer.Header(d), want)
	}
	if len(lines) != 0 {
		t.Errorf("a batch without leads gives %d lines", len(lines))
	}
	d.Header = false
	if header := dialer.Header(d); header != "" {
		t.Errorf("a dialect without header has the header %q", header)
	}
}

// A tab cannot be quoted away, so that what is empty must not hold it either.
func TestPlainDialectCleansItsEmptyValue(t *testing.T) {
	t.Parallel()
	book, d := loadDialect(t, strings.NewReplacer("delimiter: comma", "delimiter: tab", `empty: \N`, `empty: '"none"'`).Replace(scratchpad))
	_, lines := dialer.Sheet(d, batch(t, book, facts{"contact.last_name": `"=1`, "contact.first_name": `""`}), book)
	if want := "'=1\tnone\tnone\tnone\tnone\tnone\tnone"; lines[0] != want {
		t.Errorf("line = %q, want %q", lines[0], want)
	}
}
