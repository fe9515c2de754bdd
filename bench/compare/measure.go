package main

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"

	"callsheet/bench"
)

// measurement is what one lead takes, in the median of several runs.
type measurement struct {
	ns, allocs float64
	checksum   uint64
}

// long is how much CPU time one run takes at least: shorter passes are repeated.
const long = 40 * time.Millisecond

// measure runs a contestant once to warm up and then as often as asked.
func measure(c bench.Contestant, w *bench.Workload, set bench.Set, runs int) (m measurement, err error) {
	run, err := c.Start(w, set)
	if err != nil {
		return m, err
	}
	var times, allocs []float64
	for i := range runs + 1 {
		taken, objects, err := once(run)
		if err != nil {
			return m, err
		}
		sum := bench.Checksum(run.Rows())
		if i == 0 {
			m.checksum = sum
			continue
		}
		if sum != m.checksum {
			return m, fmt.Errorf("run %d has another checksum than the first", i)
		}
		times = append(times, taken/float64(len(w.Leads)))
		allocs = append(allocs, objects/float64(len(w.Leads)))
	}
	m.ns, m.allocs = median(times), median(allocs)
	return m, nil
}

// once is the mean CPU time in nanoseconds, and the objects allocated, of as many
// passes over all leads as make a run.
func once(run bench.Run) (ns, objects float64, err error) {
	runtime.GC()
	var total time.Duration
	var made uint64
	passes := 0
	for total < long {
		run.Prepare()
		before := allocated()
		start, err := cpu()
		if err != nil {
			return 0, 0, err
		}
		if err := run.Apply(); err != nil {
			return 0, 0, err
		}
		end, err := cpu()
		if err != nil {
			return 0, 0, err
		}
		made += allocated() - before
		total += end - start
		passes++
	}
	return float64(total) / float64(passes), float64(made) / float64(passes), nil
}

// sum is the CPU time in nanoseconds of adding up all columns.
func sum(m *bench.Memory, runs int) (float64, error) {
	var times []float64
	for range runs {
		passes := 0
		start, err := cpu()
		if err != nil {
			return 0, err
		}
		var taken time.Duration
		for taken < long {
			m.Sum()
			passes++
			now, err := cpu()
			if err != nil {
				return 0, err
			}
			taken = now - start
		}
		times = append(times, float64(taken)/float64(passes))
	}
	return median(times), nil
}

// cpu is the CPU time of the process so far: unlike the time of day it does not
// count what other programs do on the same cores.
func cpu() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("cpu time: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

func median(x []float64) float64 {
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
