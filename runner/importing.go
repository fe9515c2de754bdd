package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/intake"
)

// importer stores one kind of file.
type importer func(s *session, ctx context.Context, path string) error

// batchRows is how many rows are stored in one transaction.
const batchRows = 2000

// file is an import under way.
type file[E any] struct {
	source  *intake.Source
	reader  *intake.Reader[E]
	rejects *intake.Rejects
	stored  int
}

// importLeads receives leads: typed, segmented, scored and planned.
func (s *session) importLeads(ctx context.Context, path string) error {
	receiver := s.desk.Receiver(s.book)
	var total dispatch.Received
	store := func(rows []intake.LeadRow) error {
		incoming := make([]dispatch.Incoming, len(rows))
		for i, row := range rows {
			incoming[i] = dispatch.Incoming{ID: row.ID, Set: row.Set}
		}
		got, err := receiver.Receive(ctx, incoming, s.now)
		total.Add(got)
		return err
	}
	open := func(source *intake.Source) (*intake.LeadReader, error) {
		return intake.Leads(source, s.customFields(), intake.NewPhones(), s.book.Zone)
	}
	rejected, err := importFile(ctx, s, path, open, store)
	s.Printf("leads: %d new, %d changed, %d unchanged; %d planned, %d parked, %d with an unusable phone; %d rejected",
		total.New, total.Changed, total.Unchanged, total.Planned, total.Parked, total.Invalid, rejected)
	return err
}

// customFields tells the reader of leads what rules/fields.yaml says of them.
func (s *session) customFields() []intake.Custom {
	var fields []intake.Custom
	for _, f := range s.book.Fields {
		root, name, _ := strings.Cut(f.Name, ".")
		switch {
		case root == "contact":
			name = f.Name
		case root != "lead":
			continue
		}
		custom := intake.Custom{Name: name, Type: f.Type.String(), ImportAs: f.ImportAs}
		if f.Type == expression.Choice {
			custom.Values = f.Values
		}
		fields = append(fields, custom)
	}
	return fields
}

func (s *session) importAgents(ctx context.Context, path string) error {
	return importEntities(ctx, s, "agents", path, intake.Agents, s.store.PutAgents)
}

func (s *session) importWallets(ctx context.Context, path string) error {
	open := func(source *intake.Source) (*intake.Reader[crm.Wallet], error) {
		return intake.Wallets(source, s.book.Zone)
	}
	put := func(ctx context.Context, wallets []crm.Wallet) error {
		return s.store.PutWallets(ctx, wallets, crm.At(s.now))
	}
	return importEntities(ctx, s, "wallets", path, open, put)
}

func (s *session) importTasks(ctx context.Context, path string) error {
	open := func(source *intake.Source) (*intake.Reader[crm.Task], error) {
		return intake.Tasks(source, s.book.Zone)
	}
	return importEntities(ctx, s, "tasks", path, open, s.store.PutTasks)
}

func (s *session) importContacts(ctx context.Context, path string) error {
	open := func(source *intake.Source) (*intake.Reader[crm.DialerContact], error) {
		return intake.DialerContacts(source, intake.NewPhones(), s.book.Zone)
	}
	return importEntities(ctx, s, "contacts", path, open, s.store.PutDialerContacts)
}

// importEntities stores rows that need no rules.
func importEntities[E any](
	ctx context.Context, s *session, what, path string,
	open func(*intake.Source) (*intake.Reader[E], error), put func(context.Context, []E) error,
) error {
	stored := 0
	rejected, err := importFile(ctx, s, path, open, func(rows []intake.Row[E]) error {
		entities := make([]E, len(rows))
		for i, row := range rows {
			row.Set(&entities[i], true)
		}
		stored += len(rows)
		return put(ctx, entities)
	})
	s.Printf("%s: %d stored; %d rejected", what, stored, rejected)
	return err
}

// importFile reads a file a batch at a time, one batch ahead of the store.
// Rows that cannot be stored go to the rejects file beside it.
func importFile[E any](
	ctx context.Context, s *session, path string,
	open func(*intake.Source) (*intake.Reader[E], error), store func([]intake.Row[E]) error,
) (rejected int64, err error) {
	source, err := intake.Open(path)
	if err != nil {
		return 0, err
	}
	defer source.Close()
	reader, err := open(source)
	if err != nil {
		return 0, err
	}
	rejects := intake.NewRejects(path+".rejects.csv", source.Columns())
	bar := s.Progress("importing", source.Size())
	defer bar.Done()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches := readAhead(ctx, source, reader)
	stored := false
	for b := range batches {
		for _, row := range b.rejected {
			if err := rejects.Add(row.Line, row.Raw, row.Reject); err != nil {
				return rejects.Count(), err
			}
		}
		if len(b.rows) > 0 {
			if err := store(b.rows); err != nil {
				return rejects.Count(), err
			}
			stored = true
		}
		bar.Add(b.bytes)
		if b.err != nil {
			err = b.err
		}
	}
	if err == nil {
		err = ctx.Err()
	}
	return rejects.Count(), errors.Join(outcome(err, stored, rejects), rejects.Close())
}

// outcome is how an import ended: rows that were stored before it broke off,
// and rejected rows, make it done in part.
func outcome(err error, stored bool, rejects *intake.Rejects) error {
	switch {
	case err != nil && stored:
		return partError{fmt.Errorf("%w (the rows before it are stored: mend the file and import it again)", err)}
	case err != nil:
		return err
	case rejects.Count() > 0:
		return partError{fmt.Errorf("%s rejected: see %s", plural(int(rejects.Count()), "row"), rejects.Path())}
	}
	return nil
}

// batch is what was read at once.
type batch[E any] struct {
	rows, rejected []intake.Row[E]
	bytes          int64 // of the file
	err            error // after the rows
}

// readAhead reads batches while the ones before are stored. It ends with the
// file, with an error, or with ctx.
func readAhead[E any](ctx context.Context, source *intake.Source, reader *intake.Reader[E]) <-chan batch[E] {
	batches := make(chan batch[E], 1)
	go func() {
		defer close(batches)
		var read int64
		for more := true; more; {
			var b batch[E]
			for len(b.rows)+len(b.rejected) < batchRows {
				row, err := reader.Next()
				if err != nil {
					more = false
					if !errors.Is(err, io.EOF) {
						b.err = err
					}
					break
				}
				if row.Reject != "" {
					b.rejected = append(b.rejected, row)
				} else {
					b.rows = append(b.rows, row)
				}
			}
			b.bytes, read = source.Read()-read, source.Read()
			select {
			case batches <- b:
			case <-ctx.Done():
				return
			}
		}
	}()
	return batches
}
