// Program load reports ended calls to the service from many clients at once,
// kills one in the middle, and proves that no report was lost and none
// counted twice.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"
)

// options is what is measured, and what must come of it.
type options struct {
	clients, calls int
	kill           bool
	program, dir   string
	db             string
	services       int
	url            string
	yes            bool   // leads and calls may be created at url
	webhook, read  string // tokens of the service at url
	least          float64
	slowest        time.Duration
}

func main() {
	var o options
	flag.IntVar(&o.clients, "clients", 64, "clients that report at the same time")
	flag.IntVar(&o.calls, "calls", 30_000, "calls to report, each of a lead of its own")
	flag.BoolVar(&o.kill, "kill", true, "kill one service with SIGKILL in the middle, and all of them at the end")
	flag.StringVar(&o.program, "program", "", "the program; built from the folder above when left out")
	flag.StringVar(&o.dir, "dir", "", "folder for the database; a temporary one when left out")
	flag.StringVar(&o.db, "db", "", "postgres:// address of an empty database; a SQLite file of its own when left out")
	flag.IntVar(&o.services, "services", 1, "processes of the service, which share the database")
	flag.StringVar(&o.url, "url", "", "address of a service that runs already, such as http://127.0.0.1:8080; it is not killed")
	flag.BoolVar(&o.yes, "yes", false, "with --url: create leads and calls there")
	flag.StringVar(&o.webhook, "webhook-token", "", "token of role webhook for --url")
	flag.StringVar(&o.read, "read-token", "", "token of role read for --url")
	flag.Float64Var(&o.least, "least", 1000, "fewest reports a second that will do")
	flag.DurationVar(&o.slowest, "p99", 200*time.Millisecond, "longest answer time of 99 % of the reports that will do")
	flag.Parse()
	if o.clients < 1 || o.services < 1 || o.calls < 2 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "load: --clients and --services must be 1 or more, --calls 2 or more, and there are no other arguments")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, o options) error {
	now := time.Now()
	from := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) // an hour before the clock of the service that is started here
	if o.url != "" {
		if !o.yes {
			return fmt.Errorf("%s would get %d invented leads and as many calls, which stay there and which its campaigns may give to a dialer: add --yes (CONFIRM=1) if that is wanted", o.url, o.calls)
		}
		from = now.UTC().AddDate(0, 0, -1)
	}
	calls := newCalls(o.calls, now, from)
	target, err := prepare(ctx, o, calls)
	if err != nil {
		return err
	}
	defer target.close()
	load, err := report(ctx, target, calls, o)
	if err != nil {
		return err
	}
	if o.url == "" && o.kill {
		// What was answered last must be on disk too.
		if err := target.restart(ctx); err != nil {
			return err
		}
	}
	found, err := verify(ctx, target, calls, o.clients)
	if err != nil {
		return err
	}
	tell(out, o, load, found)
	return judge(o, load, found)
}

// tell prints what was measured.
func tell(out io.Writer, o options, l *measured, f found) {
	fmt.Fprintf(out, "%d clients, %d services, %d reports of calls, each of its own lead; %s, %d cores, %s\n", o.clients, o.services, o.calls, processor(), runtime.NumCPU(), runtime.Version())
	fmt.Fprintf(out, "applied   %d in %.1f s: %.0f a second", o.calls, l.took.Seconds(), l.rate(o.calls))
	if l.outage > 0 {
		fmt.Fprintf(out, ", %.1f s without service left out", l.outage.Seconds())
	}
	fmt.Fprintf(out, "\nanswered  p50 %s, p99 %s, longest %s, of the %d reports that were sent once\n", ms(l.quantile(0.5)), ms(l.quantile(0.99)), ms(l.quantile(1)), len(l.times))
	if l.cpu > 0 {
		fmt.Fprintf(out, "CPU       %.2f ms a report, of the services alone\n", l.cpu.Seconds()*1000/float64(o.calls))
	}
	if l.killed > 0 {
		fmt.Fprintf(out, "killed    with SIGKILL after %d answers; %d reports were sent again, %d of them were stored already\n", l.killed, l.again, l.known)
	}
	fmt.Fprintf(out, "then      %d reports lost, %d counted twice, %d leads without exactly one call\n", f.lost, f.doubled, f.odd)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }

// judge says what will not do.
func judge(o options, l *measured, f found) error {
	var all []error
	if f.lost+f.doubled+f.odd > 0 {
		all = append(all, errors.New("reports were lost or doubled"))
	}
	if rate := l.rate(o.calls); rate < o.least {
		all = append(all, fmt.Errorf("%.0f reports a second are fewer than %.0f", rate, o.least))
	}
	if p99 := l.quantile(0.99); p99 > o.slowest {
		all = append(all, fmt.Errorf("99 %% of the answers took up to %s, longer than %s", ms(p99), ms(o.slowest)))
	}
	return errors.Join(all...)
}

// rate is how many reports a second were applied while the service ran.
func (l *measured) rate(calls int) float64 { return float64(calls) / (l.took - l.outage).Seconds() }

// quantile is the time within which a share of the answers came.
func (l *measured) quantile(share float64) time.Duration {
	if len(l.times) == 0 {
		return 0
	}
	slices.Sort(l.times)
	return l.times[min(len(l.times)-1, int(share*float64(len(l.times))))]
}

// processor is the name of the CPU where the system tells it.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if key, name, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(name)
		}
	}
	return runtime.GOARCH
}
