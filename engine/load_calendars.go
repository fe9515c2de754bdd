package engine

import (
	"callsheet/engine/calendar"
	"callsheet/engine/internal/yamltext"
)

// calendars reads rules/calendars.yaml. Company days are closed in every
// calendar.
func (l *loader) calendars() {
	o := l.file(calendarsFile)
	company := &calendar.Holidays{Name: "company_days", Days: l.days(o.Take("company_days"))}
	bases := map[string]*yamltext.Node{}
	l.book.calendars = map[string]*calendar.Holidays{}
	for _, pair := range o.Need("calendars").Object("calendars").Rest() {
		name := pair.Key.Text()
		c := pair.Value.Object("calendar " + name)
		c.Take("label").Word()
		if base := c.Take("extends"); base != nil {
			bases[name] = base
		}
		l.book.calendars[name] = &calendar.Holidays{Name: name, Days: l.days(c.Take("days"))}
		c.Close()
	}
	o.Close()
	for _, name := range l.names.calendars {
		l.extend(name, bases, company)
	}
}

// extend links a calendar to the one it extends, unless that leads back; one
// that extends none has the company days.
func (l *loader) extend(name string, bases map[string]*yamltext.Node, company *calendar.Holidays) {
	n := bases[name]
	base, ok := n.OneOf(l.names.calendars...)
	if !ok {
		l.book.calendars[name].Base = company
		return
	}
	for at := l.book.calendars[base]; at != nil; at = at.Base {
		if at.Name == name {
			n.Fault(codeImpossible, "calendar "+name+" extends itself", "extend another calendar, or none")
			return
		}
	}
	l.book.calendars[name].Base = l.book.calendars[base]
}

// days reads named days: a rule, or a block that limits it to some years.
func (l *loader) days(n *yamltext.Node) []calendar.Day {
	if n == nil {
		return nil
	}
	var days []calendar.Day
	for _, pair := range n.Object("named days").Rest() {
		day := calendar.Day{Name: pair.Key.Text()}
		on := pair.Value
		if on.Kind() == yamltext.Mapping {
			o := on.Object("day " + day.Name)
			on = o.Need("on")
			into(&day.From)(date(o.Take("from")))
			into(&day.Until)(date(o.Take("until")))
			o.Close()
		}
		on.Want(yamltext.Want{Form: yamltext.AText, Pattern: `^(\d\d-\d\d|\d{4}-\d\d-\d\d|easter([+-]\d+)?)$`})
		text, ok := on.Word()
		if !ok {
			continue
		}
		rule, err := calendar.ParseDayRule(text)
		if err != nil {
			on.Fault(yamltext.CodeValue, err.Error(), "")
			continue
		}
		day.Rule = rule
		if err := day.Check(); err != nil {
			pair.Value.Fault(codeImpossible, err.Error(), "")
			continue
		}
		days = append(days, day)
	}
	return days
}

// date reads a day such as 2026-12-31.
func date(n *yamltext.Node) (calendar.Date, bool) {
	n.Want(yamltext.Want{Form: yamltext.AText, Pattern: `^\d{4}-\d\d-\d\d$`})
	text, ok := n.Word()
	if !ok {
		return calendar.Date{}, false
	}
	d, err := calendar.ParseDate(text)
	if err != nil {
		n.Fault(yamltext.CodeValue, err.Error(), "")
		return calendar.Date{}, false
	}
	return d, true
}

// clock reads a time of day such as "10:00".
func clock(n *yamltext.Node) (calendar.Clock, bool) {
	n.Want(yamltext.Want{Form: yamltext.AText, Pattern: `^(([01]\d|2[0-3]):[0-5]\d|24:00)$`})
	text, ok := n.Word()
	if !ok {
		return 0, false
	}
	c, err := calendar.ParseClock(text)
	if err != nil {
		n.Fault(yamltext.CodeValue, err.Error(), "")
		return 0, false
	}
	return c, true
}

// weekdays reads a list of days: mon, tue, ...
func weekdays(n *yamltext.Node) (calendar.Weekdays, bool) {
	var set calendar.Weekdays
	items, ok := n.List("a list of days")
	for _, item := range items {
		word, found := item.OneOf("mon", "tue", "wed", "thu", "fri", "sat", "sun")
		if !found {
			ok = false
			continue
		}
		if day, err := calendar.ParseWeekday(word); err == nil {
			set |= calendar.WeekdaysOf(day)
		}
	}
	return set, ok
}

// window reads days, from and to.
func window(name string, o *yamltext.Object) (calendar.Window, bool) {
	w := calendar.Window{Name: name}
	days, okDays := weekdays(o.Need("days"))
	from, okFrom := clock(o.Need("from"))
	to, okTo := clock(o.Need("to"))
	into(&w.Overnight)(o.Take("overnight").Bool())
	o.Close()
	w.Days, w.From, w.To = days, from, to
	if !okDays || !okFrom || !okTo {
		return w, false
	}
	if err := w.Check(); err != nil {
		o.Node().Fault(codeImpossible, err.Error(), "")
		return w, false
	}
	return w, true
}
