package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"callsheet/bench"
)

// table measures the contestants with one set and prints what they took. All
// results must be those of compiled Go. It gives the nanoseconds a lead by
// contestant.
func table(out io.Writer, o options, w *bench.Workload, set bench.Set) (map[string]float64, error) {
	fmt.Fprintln(out, "| contestant | what is measured | ns a lead | allocations a lead | × "+bench.ExprStruct+" | × "+bench.Hand+" | checksum |")
	fmt.Fprintln(out, "| --- | --- | ---: | ---: | ---: | ---: | --- |")
	taken := map[string]float64{}
	reference := &reference{w: w, set: set}
	for _, c := range bench.Contestants() {
		isBase := c.Name == bench.Hand || c.Name == bench.ExprStruct
		if !isBase && !strings.Contains(c.Name, o.only) {
			continue
		}
		part := c.Of(w)
		m, err := measure(c, part, set, o.runs)
		var unable bench.Unable
		if errors.As(err, &unable) {
			fmt.Fprintf(out, "| %s | %s | – | – | – | – | left out: %s |\n", c.Name, c.Note, unable)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		if err := reference.check(c, part, m.checksum); err != nil {
			return nil, err
		}
		taken[c.Name] = m.ns
		note := c.Note
		if len(part.Leads) < len(w.Leads) {
			note += fmt.Sprintf(", first %d leads", len(part.Leads))
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s | %016x |\n", c.Name, note, figure(m.ns), count(m.allocs),
			ratio(taken[bench.ExprStruct], m.ns), ratio(taken[bench.Hand], m.ns), m.checksum)
	}
	return taken, nil
}

// reference is the results of compiled Go.
type reference struct {
	w    *bench.Workload
	set  bench.Set
	rows []bench.Row
}

// check compares a checksum with that of compiled Go over the same leads.
func (r *reference) check(c bench.Contestant, part *bench.Workload, got uint64) error {
	if r.rows == nil {
		hand := bench.Contestants()[0]
		run, err := hand.Start(r.w, r.set)
		if err != nil {
			return err
		}
		run.Prepare()
		if err := run.Apply(); err != nil {
			return err
		}
		r.rows = run.Rows()
	}
	if want := bench.Checksum(r.rows[:len(part.Leads)]); got != want {
		return fmt.Errorf("%s has the checksum %016x, compiled Go %016x: run go test to see the first lead that differs", c.Name, got, want)
	}
	return nil
}

// ratio is how many times as fast as the baseline something is.
func ratio(base, ns float64) string {
	if base == 0 {
		return "–"
	}
	return figure(base / ns)
}

// count writes a number of allocations: none at all is a plain 0.
func count(x float64) string {
	if x == 0 {
		return "0"
	}
	return fmt.Sprintf("%.3f", x)
}

// figure writes a number with about three digits.
func figure(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// memory prints how long a plain sum of the columns takes that the set reads,
// beside what evaluating the rules took.
func memory(out io.Writer, o options, w *bench.Workload, set bench.Set, resident float64) error {
	m, err := bench.NewMemory(w, set)
	if err != nil {
		return err
	}
	ns, err := sum(m, o.runs)
	if err != nil {
		return err
	}
	leads := float64(len(w.Leads))
	bytes := float64(m.Bytes()) / leads
	ns /= leads
	fmt.Fprintf(out, "\nMemory: the set reads %d columns, %s bytes a lead. A plain loop adds them up in %s ns a lead (%s GB/s).",
		m.Columns, figure(bytes), figure(ns), figure(bytes/ns))
	if resident > 0 {
		fmt.Fprintf(out, " %s takes %s times as long (%s GB/s).", bench.Resident, figure(resident/ns), figure(bytes/resident))
	}
	fmt.Fprintln(out)
	return nil
}
