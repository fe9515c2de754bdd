package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/remote"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/voice"
)

// Variables that name the services of others. Each has its key in …_KEY, or in
// the file that …_KEY_FILE names.
const (
	crmURL     = "CALLSHEET_CRM_URL"
	voiceURL   = "CALLSHEET_VOICE_URL"
	callityURL = "CALLSHEET_CALLITY_URL"
)

// serviceAt is the service that a variable names, nil when it names none.
func serviceAt(env func(string) string, name, variable string) (*remote.Service, error) {
	address := env(variable)
	if address == "" {
		return nil, nil
	}
	keyName := strings.TrimSuffix(variable, "_URL") + "_KEY"
	key, file := env(keyName), env(keyName+"_FILE")
	if key != "" && file != "" {
		return nil, usageError{fmt.Errorf("%s and %s_FILE are both set: leave one of them out", keyName, keyName)}
	}
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s_FILE: %w", keyName, err)
		}
		if key = strings.TrimSpace(string(text)); key == "" {
			return nil, fmt.Errorf("%s_FILE: %s is empty", keyName, file)
		}
	}
	s, err := remote.New(name, address, key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", variable, err)
	}
	return s, nil
}

// handsOverLater says that somebody has to be asked who gets a contact.
func handsOverLater(env func(string) string) bool { return env(crmURL) != "" || env(voiceURL) != "" }

// handover hands contacts over: with the dialer's platform and the CRM where
// the environment names them, else with what is stored.
func (s *session) handover() (*dispatch.Handover, error) {
	h := &dispatch.Handover{Store: s.store, Contacts: storedContacts{s.store}, Agents: storedAgents{s.store}}
	dialer, err := serviceAt(s.env, "the dialer's platform", voiceURL)
	if err != nil {
		return nil, err
	}
	if dialer != nil {
		h.Contacts = &voice.Dialer{Service: dialer}
	}
	agents, err := serviceAt(s.env, "the CRM", crmURL)
	if err != nil {
		return nil, err
	}
	if agents != nil {
		h.Agents = &voice.CRM{Service: agents}
	}
	return h, nil
}

// storedContacts are the contacts of the dialer as they were imported.
type storedContacts struct{ store *store.Store }

// Load counts the contacts of a campaign by agent.
func (c storedContacts) Load(ctx context.Context, campaignID string) (map[string]int, error) {
	return c.store.ContactLoads(ctx, campaignID)
}

// Contact is a contact as it was imported; one that was not has no agent.
func (c storedContacts) Contact(ctx context.Context, id string) (crm.DialerContact, error) {
	found, err := c.store.DialerContacts(ctx, []string{id})
	contact := found[id]
	contact.ID = id
	return contact, err
}

// Assign does nothing: it is stored with the transfer that it ends.
func (c storedContacts) Assign(context.Context, string, string) error { return nil }

// Retry does nothing: it is stored with the report that it comes from.
func (c storedContacts) Retry(context.Context, string, time.Time) error { return nil }

// storedAgents are the agents as they were imported.
type storedAgents struct{ store *store.Store }

// Team is the agents of a team.
func (a storedAgents) Team(ctx context.Context, team string) ([]crm.Agent, error) {
	all, err := a.store.Agents(ctx)
	agents := make([]crm.Agent, 0, len(all))
	for _, agent := range all {
		agents = append(agents, agent)
	}
	return agents, err
}

// handOver settles what is open, unless another process is at
// that. Its error is about those that are left.
func (s *session) handOver(ctx context.Context, h *dispatch.Handover, g *guard, book *engine.RuleBook, now time.Time) (done dispatch.Handed, err error) {
	open, err := s.store.OpenTransfers(ctx, crm.Transfer{}, 1)
	if err != nil {
		return done, err
	}
	dates, err := s.store.OpenRetryDates(ctx, "", 1)
	if err != nil || len(open)+len(dates) == 0 {
		return done, err
	}
	lease, err := g.take(ctx)
	if err != nil {
		return done, err
	}
	held := *h
	held.Store = s.store.Under(lease)
	err = g.hold(ctx, lease, func(ctx context.Context) (err error) {
		done, err = held.Drain(ctx, book, now)
		return err
	})
	return done, err
}

// handingOver is the lease of those who hand contacts over.
func (s *session) handingOver() *guard {
	return &guard{store: s.store, name: "handover of contacts", owner: owner(s.wall()), clock: s.wall, sleep: sleep}
}

// handOverAfter hands over what an import has left, and tells.
func (s *session) handOverAfter(ctx context.Context, h *dispatch.Handover) error {
	done, err := s.handOver(ctx, h, s.handingOver(), s.book, s.now)
	if text := handedText(done); text != "" {
		s.Note("%s", text)
	}
	if err != nil && ctx.Err() == nil {
		return partError{fmt.Errorf("the calls are stored, and contacts wait to be handed over: %w (the next import calls, or serve, tries again)", err)}
	}
	return err
}

func handedText(h dispatch.Handed) string {
	if h == (dispatch.Handed{}) {
		return ""
	}
	return fmt.Sprintf("handed over %s, %s for somebody, %d no longer wanted, %d left; %s of callbacks told", plural(h.Done, "contact"), plural(h.Nobody, "task"), h.Cancelled, h.Left, plural(h.Dates, "date"))
}

// handOvers hands over what reports leave, as soon as they do and once a
// minute, until ctx ends.
func (s *session) handOvers(ctx context.Context, h *dispatch.Handover, kick nudge, clock func() time.Time, log *slog.Logger) {
	g := s.handingOver()
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for { // at once too: a process before this one may have died
		done, err := s.handOver(ctx, h, g, s.rules.Book(), clock())
		if ctx.Err() != nil {
			return
		}
		if done != (dispatch.Handed{}) {
			log.Info("contacts handed over", "done", done.Done, "nobody", done.Nobody, "cancelled", done.Cancelled, "dates", done.Dates, "left", done.Left)
		}
		if err != nil && !errors.Is(err, errLeaseLost) {
			log.Warn("contacts wait to be handed over", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-kick:
		case <-minute.C:
		}
	}
}

// nudge tells a goroutine that there is something to do. Several are as good as
// one.
type nudge chan struct{}

func newNudge() nudge { return make(nudge, 1) }

// give returns at once.
func (n nudge) give() {
	select {
	case n <- struct{}{}:
	default:
	}
}
