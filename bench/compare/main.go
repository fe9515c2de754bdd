// Program compare runs all contestants and prints how they compare, as Markdown.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"callsheet/bench"
)

// options is what is measured.
type options struct {
	leads, runs int
	only        string
}

func main() {
	var o options
	flag.IntVar(&o.leads, "leads", 100_000, "number of leads")
	flag.IntVar(&o.runs, "runs", 5, "runs of each contestant, of which the median counts")
	flag.StringVar(&o.only, "only", "", "only contestants whose name contains this, and those they are compared with")
	flag.Parse()
	if o.leads < 1 || o.runs < 1 {
		fmt.Fprintln(os.Stderr, "compare: --leads and --runs must be 1 or more")
		os.Exit(2)
	}
	head(os.Stdout, o, time.Now())
	for _, empty := range []float64{0, 0.3} {
		if err := tables(os.Stdout, o, empty); err != nil {
			fmt.Fprintln(os.Stderr, "compare:", err)
			os.Exit(1)
		}
	}
}

// head says when and on what machine the figures were measured.
func head(out io.Writer, o options, now time.Time) {
	fmt.Fprintf(out, "Measured on %s, %s, %d cores, %s %s/%s. %d leads of 20 fields, median of %d runs.\n"+
		"Times are CPU times of the whole process, garbage collection included. 2 × means twice as fast.\n",
		now.Format("2006-01-02 15:04"), processor(), runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH, o.leads, o.runs)
}

// processor is the name of the CPU where the system tells it.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown CPU"
	}
	for line := range strings.Lines(string(text)) {
		if key, name, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(name)
		}
	}
	return "unknown CPU"
}

// tables prints one table for each set of rules.
func tables(out io.Writer, o options, empty float64) error {
	w, err := bench.NewWorkload(o.leads, empty)
	if err != nil {
		return err
	}
	for _, set := range bench.Sets() {
		fmt.Fprintf(out, "\n### %s, %.0f %% of the values empty\n\n", set, 100*empty)
		taken, err := table(out, o, w, set)
		if err != nil {
			return fmt.Errorf("%s: %w", set, err)
		}
		if err := memory(out, o, w, set, taken[bench.Resident]); err != nil {
			return fmt.Errorf("%s: %w", set, err)
		}
	}
	m, err := measure(bench.Filling(), w, "", o.runs)
	if err != nil {
		return fmt.Errorf("filling: %w", err)
	}
	_, err = fmt.Fprintf(out, "\nFilling: to set the 20 fields of a lead from a struct takes %s ns, %s allocations, %.0f %% of the values empty.\n",
		figure(m.ns), count(m.allocs), 100*empty)
	return err
}
