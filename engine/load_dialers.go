package engine

import (
	"slices"
	"strconv"
	"strings"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// dialers reads rules/dialers.yaml.
func (l *loader) dialers() {
	o := l.file(dialersFile)
	for _, pair := range o.Need("dialers").Object("dialers").Rest() {
		l.book.Dialers = append(l.book.Dialers, l.dialer(pair))
	}
	o.Close()
}

func (l *loader) dialer(pair yamltext.Pair) *Dialer {
	d := &Dialer{Name: pair.Key.Text(), FileMode: 0o600, Transport: "directory", Header: true}
	o := pair.Value.Object("dialer " + d.Name)
	into(&d.Version)(o.Need("version").Int(1, 1_000_000))
	if word, ok := o.Need("delimiter").OneOf("comma", "semicolon", "tab", "pipe"); ok {
		d.Delimiter = map[string]rune{"comma": ',', "semicolon": ';', "tab": '\t', "pipe": '|'}[word]
	}
	if word, ok := o.Take("quote").OneOf("text", "needed"); ok {
		d.QuoteText = word == "text"
	}
	into(&d.Header)(o.Need("header").Bool())
	into(&d.Encoding)(o.Need("encoding").OneOf("utf-8", "utf-8-bom", "windows-1252"))
	if word, ok := o.Need("line_end").OneOf("lf", "crlf"); ok {
		d.LineEnd = map[string]string{"lf": "\n", "crlf": "\r\n"}[word]
	}
	into(&d.Phone)(o.Need("phone").OneOf(E164, E164NoPlus, National))
	l.dialerTime(o.Need("time"), d)
	into(&d.Empty)(o.Need("empty").Word())
	if word, ok := o.Need("most_urgent").OneOf("lowest", "highest"); ok {
		d.HighestFirst = word == "highest"
	}
	into(&d.MaxRows)(o.Need("max_rows").Int(1, 10_000_000))
	l.signals(o, d)
	into(&d.Transport)(o.Take("transport").OneOf("directory", "sftp", "http"))
	l.fileMode(o.Take("file_mode"), d)
	l.dialerColumns(o, d)
	o.Close()
	return d
}

func (l *loader) dialerTime(n *yamltext.Node, d *Dialer) {
	o := n.Object("time")
	layout := o.Need("layout")
	if words, ok := layout.Word(); ok {
		parsed, err := calendar.ParseLayout(words)
		if err != nil {
			layout.Fault(yamltext.CodeValue, err.Error(), "")
		}
		d.Time = parsed
	}
	if zone, ok := o.Need("zone").OneOf("UTC", "local"); ok {
		d.TimeUTC = zone == "UTC"
	}
	o.Close()
}

// signals reads the stop signal, and refuses a dialect in which a start that
// selects nobody would look like one: an empty file stops the dialer.
func (l *loader) signals(o *yamltext.Object, d *Dialer) {
	stop := o.Need("stop_signal")
	into(&d.StopSignal)(stop.OneOf(StopHeaderOnly, StopZeroBytes, StopNone))
	if d.StopSignal == StopHeaderOnly && !d.Header {
		stop.Fault(codeStopsDialer, "header_only needs a header line: without one the stop file would have no bytes",
			"write zero_bytes, or header: true")
	}
	empty := o.Take("empty_selection")
	if empty == nil || empty.Text() == "no_file" {
		empty.OneOf("no_file")
		return
	}
	empty.Fault(codeStopsDialer, "a file for an empty selection would stop the dialer: a start that selects nobody writes no file",
		"leave out empty_selection, or write no_file")
}

func (l *loader) fileMode(n *yamltext.Node, d *Dialer) {
	n.Want(yamltext.Want{Form: yamltext.AText, Pattern: `^[0-7]{4}$`})
	text, ok := n.Word()
	if !ok {
		return
	}
	mode, err := strconv.ParseUint(text, 8, 32)
	if err != nil || mode > 0o777 || len(text) != 4 {
		n.Fault(yamltext.CodeValue, "file_mode is four octal digits, not "+text, `write for instance "0600" or "0640"`)
		return
	}
	d.FileMode = uint32(mode)
}

func (l *loader) dialerColumns(o *yamltext.Object, d *Dialer) {
	var columns []string
	list := o.Need("columns")
	if list.Kind() == yamltext.Mapping && len(list.Pairs()) == 0 {
		list.Fault(codeImpossible, "a file without columns holds nothing", "write for instance external_id: lead.id")
	}
	for _, pair := range list.Object("columns").Rest() {
		name := pair.Key.Text()
		columns = append(columns, name)
		if strings.ContainsAny(name, "\r\n") {
			pair.Key.Fault(codeImpossible, "a column name is one line", "")
		}
		value := l.value(pair.Value, dialerScope())
		if value == nil {
			continue
		}
		if value.Type() == expression.TextList || value.Type() == expression.Duration {
			pair.Value.Fault(codeImpossible, "a cell cannot hold "+value.Type().String(), "give a text, a number, a time or a boolean")
			continue
		}
		d.Columns = append(d.Columns, Column{Name: name, value: value})
	}
	if n := o.Take("guard_formulas"); n != nil {
		d.GuardFormulas = references(n, columns)
		guardsNoPhone(n, d)
	}
	if n := o.Take("max_lengths"); n != nil {
		d.MaxLengths = map[string]int{}
		for _, pair := range n.Object("max_lengths").Rest() {
			column, ok := named(pair.Key, columns)
			if length, found := pair.Value.Int(1, 100_000); ok && found {
				d.MaxLengths[column] = length
			}
			l.cutsNoID(pair.Key, d)
		}
	}
}

// guardsNoPhone refuses an apostrophe before a phone number: no dialer could
// call it.
func guardsNoPhone(n *yamltext.Node, d *Dialer) {
	for _, item := range n.Items() {
		phone := func(c Column) bool { return c.Name == item.Text() && c.value.Type() == expression.Phone }
		if slices.ContainsFunc(d.Columns, phone) {
			item.Fault(codeImpossible, "column "+item.Text()+" holds a phone number: a guard would put an apostrophe before its +", "leave it out")
		}
	}
}

// cutsNoID refuses a length for what a row is known by: a part of an id is the
// id of another lead, or of none, and its calls would be counted there.
func (l *loader) cutsNoID(n *yamltext.Node, d *Dialer) {
	for _, c := range d.Columns {
		if c.Name != n.Text() {
			continue
		}
		for _, name := range []string{"lead.id", "contact.phone_national", "agent.username"} {
			if field, ok := l.book.Schema.Index(name); ok && slices.Contains(c.value.Fields(), field) {
				n.Fault(codeImpossible, "column "+c.Name+" holds "+name+": a part of it would be another one", "leave it out: it is written whole")
			}
		}
	}
}
