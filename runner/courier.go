package main

import (
	"context"
	"slices"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
)

// courier puts the files of a simulation into its folder while the simulation
// goes on.
type courier struct {
	folder *ownFolder
	sent   chan parcel
	ended  chan struct{}

	// What follows is the courier's own until it answers.
	store  dialer.Store
	listed map[string]bool
	files  int
	err    error // the first one; after it nothing more is written
}

// parcel is files that are committed, or a question.
type parcel struct {
	names  []string
	at     time.Time
	answer chan<- error // whether all that was sent before is in the folder
}

// newCourier is a courier that works until it is closed.
func newCourier(ctx context.Context, folder *ownFolder, store dialer.Store) *courier {
	c := &courier{folder: folder, sent: make(chan parcel, 16), ended: make(chan struct{}), store: store, listed: map[string]bool{}}
	go c.work(ctx)
	return c
}

func (c *courier) work(ctx context.Context) {
	defer close(c.ended)
	publisher := dialer.Publisher{Store: onlyListed{c.store, c.listed}, Out: c.folder.path, Fleeting: true}
	for s := range c.sent {
		if s.answer != nil {
			s.answer <- c.err
			continue
		}
		for _, name := range s.names {
			c.listed[name] = true
		}
		if c.err == nil {
			published, err := publisher.Drain(ctx, s.at)
			c.files, c.err = c.files+len(published), err
		}
	}
}

// send lists files and lets them be written. What is written and not listed
// would be nobody's.
func (c *courier) send(names []string, at time.Time) error {
	if len(names) == 0 {
		return nil
	}
	if err := c.folder.list(names); err != nil {
		return err
	}
	c.sent <- parcel{names: names, at: at}
	return nil
}

// delivered waits until all that was sent is in the folder, and counts it.
func (c *courier) delivered() (files int, err error) {
	answer := make(chan error)
	c.sent <- parcel{answer: answer}
	err = <-answer
	return c.files, err
}

// close ends the courier after what was sent, and closes the folder. Whether
// that got there, delivered tells.
func (c *courier) close() error {
	close(c.sent)
	<-c.ended
	return c.folder.close()
}

// onlyListed is a store of which only listed files are handed over: others may be
// committed meanwhile.
type onlyListed struct {
	dialer.Store
	names map[string]bool
}

func (l onlyListed) UnpublishedFiles(ctx context.Context) ([]crm.File, error) {
	files, err := l.Store.UnpublishedFiles(ctx)
	return slices.DeleteFunc(files, func(f crm.File) bool { return !l.names[f.Name] }), err
}
