package main

import (
	"context"
	"errors"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
)

// courier puts the files of a simulation into its folder while the simulation
// goes on.
type courier struct {
	folder *ownFolder
	store  dialer.Store
	sent   chan crm.File
	broken chan struct{} // when a file could not be written: none is written after it
	ended  chan struct{}

	// What follows is the courier's own until it is broken or has ended.
	files int
	err   error
}

// newCourier is a courier that works until it is closed.
func newCourier(folder *ownFolder, store dialer.Store) *courier {
	c := &courier{folder: folder, store: store, sent: make(chan crm.File, 1024), broken: make(chan struct{}), ended: make(chan struct{})}
	go c.work()
	return c
}

func (c *courier) work() {
	defer close(c.ended)
	for f := range c.sent {
		if c.err = dialer.Place(c.folder.root, &f); c.err != nil {
			close(c.broken)
			return
		}
		c.files++
	}
}

// errUnwritten says that a file could not be written; why, close says.
var errUnwritten = errors.New("a file could not be written")

// send lets the files be written that are committed and that were not sent
// before. To the store they are with the dialer at once.
func (c *courier) send(ctx context.Context, at time.Time) error {
	files, err := c.store.UnpublishedFiles(ctx)
	if err != nil {
		return err
	}
	// What is written and not listed would be nobody's.
	if err := c.folder.list(files); err != nil {
		return err
	}
	for _, f := range files {
		if err := c.store.Published(ctx, f.Name, crm.At(at)); err != nil {
			return err
		}
		select {
		case c.sent <- f:
		case <-c.broken:
			return errUnwritten
		}
	}
	return nil
}

// close waits until all that was sent is in the folder, and counts it.
func (c *courier) close() (files int, err error) {
	close(c.sent)
	<-c.ended
	return c.files, errors.Join(c.err, c.folder.close())
}
