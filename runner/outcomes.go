package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
)

// model says what calls come to in a simulation: what a script says, and else
// what a lot says that is drawn from the seed and the call, so that the same
// simulation goes the same way every time.
type model struct {
	seed   uint64
	book   *engine.RuleBook
	script map[scripted]scene
	nth    map[string]int // calls made so far, by lead
}

// scripted names the n-th call to a lead, from 1.
type scripted struct {
	lead string
	nth  int
}

// scene is what a script says of a call.
type scene struct {
	wrapup, callback string
	talk             int64 // seconds
	notCalled        bool
}

// pace is how long an agent takes for one call.
const pace = 4 * time.Minute

// lots are how many of a hundred calls come to what, by the outcomes of the
// shipped rule book, with the seconds of talk. The rest is not answered.
func lots() []struct {
	outcome string
	share   int
	talk    int64
} {
	return []struct {
		outcome string
		share   int
		talk    int64
	}{
		{"voicemail", 18, 0},
		{"busy", 6, 0},
		{"callback", 8, 90},
		{"thinking", 5, 240},
		{"refused", 9, 60},
		{"qualified", 7, 420},
		{"appointment", 4, 540},
		{"hung_up", 3, 5},
		{"wrong_number", 2, 15},
		{"do_not_call", 1, 30},
		{"technical", 1, 0},
	}
}

// made is one call of a simulation.
type made struct {
	call     crm.Call
	campaign string
	start    time.Time
	scene    scene
}

// made lists the calls that agents make before a slot ends, in the order in
// which they end up in the reports: each run's by rank, as many as its agents
// have time for.
func (sim *simulation) made(ctx context.Context, campaigns []string, end, at time.Time) ([]made, error) {
	runs, err := sim.store.OpenRuns(ctx)
	if err != nil {
		return nil, err
	}
	var all []made
	ranks := map[string]map[string]int{} // by slot, of its calls
	for _, r := range runs {
		c, known := sim.book.Campaign(r.Campaign)
		if !known || !r.SlotEnd.Time().Equal(end) || !slices.Contains(campaigns, cmp.Or(c.Follows, c.Name)) {
			continue
		}
		slot := strings.TrimSuffix(r.ID, "/"+r.Group)
		if ranks[slot] == nil {
			if ranks[slot], err = sim.ranks(ctx, slot); err != nil {
				return nil, err
			}
		}
		calls, err := sim.waiting(ctx, &r, ranks[slot])
		if err != nil {
			return nil, err
		}
		if err := sim.measure(ctx, sim.day(at), r.Campaign, calls); err != nil {
			return nil, err
		}
		agents := 1
		if g, ok := sim.book.Group(r.Group); ok {
			agents = max(1, len(g.Agents))
		}
		for i, call := range calls {
			begin := later(r.SlotStart.Time().Add(time.Duration(i/agents)*pace), call.NotBefore.V.Time(), call.InjectedAt.V.Time())
			if !begin.Add(pace).After(earlier(at, call.NotAfter.V.Time())) {
				all = append(all, made{call: call, campaign: r.Campaign, start: begin})
			}
		}
	}
	return sim.model.play(all), nil
}

// waiting is the calls of a run that nobody has made, by their rank.
func (sim *simulation) waiting(ctx context.Context, r *crm.Run, rank map[string]int) ([]crm.Call, error) {
	calls, err := sim.store.RunCalls(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	calls = slices.DeleteFunc(calls, func(c crm.Call) bool { return c.State != crm.CallInjected })
	slices.SortStableFunc(calls, func(a, b crm.Call) int { return cmp.Compare(rank[a.ID], rank[b.ID]) })
	return calls, nil
}

// ranks are the places of the calls of a slot in the order of their groups.
func (sim *simulation) ranks(ctx context.Context, slotKey string) (map[string]int, error) {
	decisions, err := sim.store.Decisions(ctx, slotKey)
	if err != nil {
		return nil, err
	}
	rank := map[string]int{}
	for _, d := range decisions {
		if d.Injected {
			rank[d.CallID] = d.Rank
		}
	}
	return rank, nil
}

func later(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

func earlier(times ...time.Time) time.Time { return slices.MinFunc(times, time.Time.Compare) }

// play decides what each call comes to, and leaves out those that a script
// says nobody makes.
func (m *model) play(calls []made) []made {
	played := calls[:0]
	for _, c := range calls {
		n := m.nth[c.call.LeadID] + 1
		scene, ok := m.script[scripted{c.call.LeadID, n}]
		if !ok {
			scene = m.draw(&c)
		}
		m.nth[c.call.LeadID] = n
		if scene.notCalled {
			continue
		}
		c.scene = scene
		played = append(played, c)
	}
	return played
}

// draw draws the lot of a call.
func (m *model) draw(c *made) scene {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", m.seed, c.call.ID)
	n := h.Sum64()
	lot := int(n % 100)
	for _, l := range lots() {
		if lot -= l.share; lot >= 0 {
			continue
		}
		if !slices.ContainsFunc(m.book.Wrapups.Outcomes, func(o engine.Outcome) bool { return o.Name == l.outcome }) {
			break
		}
		s := scene{wrapup: l.outcome, talk: l.talk}
		if l.outcome == "callback" {
			// In one to seven days, between 10 and 19 o'clock.
			day := calendar.DateOf(c.start.In(m.book.Zone)).AddDays(1 + int(n>>8%7))
			s.callback = fmt.Sprintf("%02d/%02d/%04d %02d:%02d:00", day.Day, day.Month, day.Year, 10+n>>16%9, n>>24%60)
		}
		return s
	}
	return scene{wrapup: "no_answer"}
}

// records are the reports of calls, as the dialer would send them.
func (m *model) records(calls []made) []crm.Record {
	reports := make([]crm.Record, len(calls))
	for i, c := range calls {
		total := c.scene.talk + 20
		id := "sim-" + c.call.ID
		hash := fnv.New128a()
		_, _ = io.WriteString(hash, id)
		reports[i] = crm.Record{
			ID: id, ContactID: c.call.LeadID, Phone: c.call.Phone, PhoneRaw: c.call.Phone, CampaignName: c.campaign, Agent: c.call.Agent,
			StartedAt: crm.Some(crm.At(c.start)), EndedAt: crm.Some(crm.At(c.start.Add(time.Duration(total) * time.Second))),
			TotalSeconds: crm.Some(total), TalkSeconds: crm.Some(c.scene.talk), Wrapup: c.scene.wrapup, CallbackText: c.scene.callback,
			Hash: hex.EncodeToString(hash.Sum(nil)),
		}
	}
	return reports
}

// readScript reads what calls come to: CSV with lead_id, nth (of the lead's
// calls, from 1), wrapup (a label, or "not called"), callback (as agents type
// it), talk_seconds. A script that is missing says nothing.
func readScript(path string) (map[scripted]scene, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	want := []string{"lead_id", "nth", "wrapup", "callback", "talk_seconds"}
	if len(rows) == 0 || !slices.Equal(rows[0], want) {
		return nil, fmt.Errorf("%s:1: the header must be %s", path, strings.Join(want, ","))
	}
	script := map[scripted]scene{}
	for i, row := range rows[1:] {
		nth, err := strconv.Atoi(row[1])
		if err != nil || nth < 1 || row[0] == "" {
			return nil, fmt.Errorf("%s:%d: lead_id and nth, a number from 1, are needed", path, i+2)
		}
		key := scripted{row[0], nth}
		if _, twice := script[key]; twice {
			return nil, fmt.Errorf("%s:%d: call %d of %s stands there twice", path, i+2, nth, row[0])
		}
		s := scene{wrapup: row[2], callback: row[3], notCalled: row[2] == "not called"}
		if row[4] != "" {
			if s.talk, err = strconv.ParseInt(row[4], 10, 64); err != nil || s.talk < 0 {
				return nil, fmt.Errorf("%s:%d: talk_seconds is %q: write whole seconds", path, i+2, row[4])
			}
		}
		script[key] = s
	}
	return script, nil
}

// measure notes how long leads waited for their first call to be injected.
func (sim *simulation) measure(ctx context.Context, day, campaign string, calls []crm.Call) error {
	var ids []string
	injected := map[string]crm.Instant{}
	for _, c := range calls {
		if c.ID == crm.CallID(c.LeadID, 1) && c.RecycledFrom == "" {
			ids = append(ids, c.LeadID)
			injected[c.LeadID] = c.InjectedAt.V
		}
	}
	leads, err := sim.store.LeadsByID(ctx, ids)
	for id, l := range leads {
		count := sim.told.count(day, campaign)
		count.waited = append(count.waited, injected[id].Time().Sub(l.CreatedAt.Time()))
	}
	return err
}
