package main

import (
	"context"
	"fmt"
	"strings"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/intake"
	"callsheet/runner/internal/terminal"
)

// importFile stores a file of the kind that the command line names.
func (s *session) importFile(ctx context.Context, kind, path string) error {
	switch kind {
	case "leads":
		return s.importLeads(ctx, path)
	case "calls":
		return s.importCalls(ctx, path)
	case "agents":
		return importEntities(ctx, s, path, entities[crm.Agent]{kind, intake.Agents, s.store.PutAgents})
	case "wallets":
		open := func(source *intake.Source) (*intake.Reader[crm.Wallet], error) {
			return intake.Wallets(source, s.book.Zone)
		}
		put := func(ctx context.Context, wallets []crm.Wallet) error {
			return s.store.PutWallets(ctx, wallets, crm.At(s.now))
		}
		return importEntities(ctx, s, path, entities[crm.Wallet]{kind, open, put})
	case "tasks":
		open := func(source *intake.Source) (*intake.Reader[crm.Task], error) {
			return intake.Tasks(source, s.book.Zone)
		}
		return importEntities(ctx, s, path, entities[crm.Task]{kind, open, s.store.PutTasks})
	case "contacts":
		open := func(source *intake.Source) (*intake.Reader[crm.DialerContact], error) {
			return intake.DialerContacts(source, intake.NewPhones(), s.book.Zone)
		}
		return importEntities(ctx, s, path, entities[crm.DialerContact]{kind, open, s.store.PutDialerContacts})
	}
	return fmt.Errorf("%q cannot be imported", kind)
}

// importLeads receives leads: typed, segmented, scored and planned.
func (s *session) importLeads(ctx context.Context, path string) error {
	receiver := s.desk.Receiver(s.book)
	var total dispatch.Received
	return load(ctx, s, path, loading[crm.Lead]{
		open: s.leadReader,
		store: func(rows []intake.LeadRow) error {
			incoming := make([]dispatch.Incoming, len(rows))
			for i, row := range rows {
				incoming[i] = dispatch.Incoming{ID: row.ID, Set: row.Set}
			}
			got, err := receiver.Receive(ctx, s.hold.hold(incoming), s.now)
			if err == nil {
				total.Add(got)
			}
			return err
		},
		tell: func(rejected int64) error {
			sentence := fmt.Sprintf("leads: %d new, %d changed, %d unchanged; %d planned, %d parked, %d with an unusable phone; %d rejected",
				total.New, total.Changed, total.Unchanged, total.Planned, total.Parked, total.Invalid, rejected)
			columns := terminal.Columns("new", "changed", "unchanged", "planned", "parked", "unusable_phone", "rejected")
			return s.tell(sentence, columns, total.New, total.Changed, total.Unchanged, total.Planned, total.Parked, total.Invalid, rejected)
		},
	})
}

func (s *session) leadReader(source *intake.Source) (*intake.LeadReader, error) {
	return intake.Leads(source, customFields(s.book), intake.NewPhones(), s.book.Zone)
}

// customFields tells the reader of leads what rules/fields.yaml says of them.
func customFields(book *engine.RuleBook) []intake.Custom {
	var fields []intake.Custom
	for _, f := range book.Fields {
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

// entities is a kind of rows that need no rules.
type entities[E any] struct {
	what string
	open func(*intake.Source) (*intake.Reader[E], error)
	put  func(context.Context, []E) error
}

func importEntities[E any](ctx context.Context, s *session, path string, kind entities[E]) error {
	stored := 0
	return load(ctx, s, path, loading[E]{
		open: kind.open,
		store: func(rows []intake.Row[E]) error {
			batch := make([]E, len(rows))
			for i, row := range rows {
				row.Set(&batch[i], true)
			}
			if err := kind.put(ctx, batch); err != nil {
				return err
			}
			stored += len(rows)
			return nil
		},
		tell: func(rejected int64) error {
			sentence := fmt.Sprintf("%s: %d stored; %d rejected", kind.what, stored, rejected)
			return s.tell(sentence, terminal.Columns("stored", "rejected"), stored, rejected)
		},
	})
}
