package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"callsheet/runner/internal/crm"
)

const (
	// leaseTime is how long a lease outlives the process that held it, and so
	// the longest that another one waits for it.
	leaseTime = 10 * time.Second
	// leaseBeat is how often a lease is renewed.
	leaseBeat = 3 * time.Second
	// leasePoll is how often one that is held is asked for.
	leasePoll = time.Second
)

// errLeaseLost says that another process may do now what this one did.
var errLeaseLost = errors.New("lease lost")

// heldError says that another process is doing the same, and is alive.
type heldError struct{ error }

// guard keeps other processes from doing the same at the same time.
type guard struct {
	store interface {
		Acquire(ctx context.Context, name, owner string, last time.Duration) (crm.Lease, bool, error)
		Release(ctx context.Context, l crm.Lease) error
	}
	name, owner string
	clock       func() time.Time // for how long something has been going on
	sleep       func(ctx context.Context, d time.Duration) error
}

// take gets the lease. One that is held is waited for, in case its holder is
// dead; a holder who renews it meanwhile is alive, and the lease refused.
func (g *guard) take(ctx context.Context) (crm.Lease, error) {
	asked := g.clock()
	var first crm.Lease
	for {
		l, ok, err := g.acquire(ctx)
		if err != nil || ok {
			return l, err
		}
		if first.Owner == "" {
			first = l
		}
		if l.Fence != first.Fence || l.Until != first.Until || g.clock().Sub(asked) > leaseTime {
			return l, heldError{fmt.Errorf("another %s is at work (%s): one at a time is enough", g.name, l.Owner)}
		}
		if err := g.sleep(ctx, leasePoll); err != nil {
			return l, err
		}
	}
}

// wait gets the lease as soon as nobody holds it; told hears once of who does.
func (g *guard) wait(ctx context.Context, told func(error)) (crm.Lease, error) {
	for first := true; ; first = false {
		l, err := g.take(ctx)
		var held heldError
		if !errors.As(err, &held) {
			return l, err
		}
		if first {
			told(err)
		}
		if err := g.sleep(ctx, leasePoll); err != nil {
			return l, err
		}
	}
}

// keep renews the lease until ctx ends, or returns errLeaseLost.
func (g *guard) keep(ctx context.Context, l crm.Lease) error {
	renewed := g.clock()
	for g.sleep(ctx, leaseBeat) == nil {
		asked := g.clock()
		now, ok, err := g.acquire(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && g.clock().Sub(renewed) < leaseTime:
			// The next beat may be luckier.
		case err != nil:
			return fmt.Errorf("%w: %w", errLeaseLost, err)
		case !ok || now.Fence != l.Fence:
			return fmt.Errorf("%w: %s has taken over", errLeaseLost, now.Owner)
		default:
			renewed = asked
		}
	}
	return nil
}

// hold does work for as long as the lease lasts, and gives the lease back. Work
// is told by its context that it was lost, and returns errLeaseLost then.
func (g *guard) hold(ctx context.Context, l crm.Lease, work func(context.Context) error) error {
	within, cancel := context.WithCancelCause(ctx)
	var beside sync.WaitGroup
	beside.Go(func() {
		if err := g.keep(within, l); err != nil {
			cancel(err)
		}
	})
	err := work(within)
	cancel(nil)
	beside.Wait()
	if lost := context.Cause(within); errors.Is(lost, errLeaseLost) {
		return lost
	}
	released := g.store.Release(context.WithoutCancel(ctx), l)
	if errors.Is(released, crm.ErrConflict) {
		return fmt.Errorf("%w: %w", errLeaseLost, released)
	}
	return errors.Join(err, released)
}

func (g *guard) acquire(ctx context.Context) (crm.Lease, bool, error) {
	return g.store.Acquire(ctx, g.name, g.owner, leaseTime)
}

// sleep waits, or returns the error of ctx when that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
