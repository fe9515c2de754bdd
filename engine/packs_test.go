package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
)

// under is the shipped book with other packs in force.
func under(t *testing.T, packs string) *engine.RuleBook {
	t.Helper()
	b, err := engine.Compile(edited(t, shippedFiles(t), edit{"campaigns.yaml", "packs: [fr]", "packs: [" + packs + "]"},
		edit{"campaigns.yaml", "  EST:", "  OM: {zones: [\"974\"], agents: [a5]}\n  EST:"}))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ruling is the rule that forbids a call of PVI at an instant, or none: the
// slot is the second that begins then, so that no rule can put the call off.
func ruling(t *testing.T, b *engine.RuleBook, at time.Time, lead facts, past *engine.Past) string {
	t.Helper()
	stamp := at.In(b.Zone).AddDate(0, 0, -1).Format("2006-01-02T15:04:05")
	leads := batch(t, b, ready().with(facts{"estimated_at": stamp, "created_at": stamp, "call.due_at": stamp}).with(lead))
	slot := calendar.Slot{Name: "morning", Start: at, End: at.Add(time.Second), Date: calendar.DateOf(at.In(b.Zone))}
	v := b.Judge(campaign(t, b, "PVI"), slot, leads, b.Classify(leads, at), []*engine.Past{past})[0]
	if v.Reason == "" && !v.NotBefore.Equal(at) {
		t.Errorf("allowed from %s instead of %s", v.NotBefore, at)
	}
	return v.Reason
}

// packCase is one line of a pack's table: what the law says of a call at a
// local time of Paris.
type packCase struct {
	at   string
	lead facts
	past string // "OUTCOME DAY", or days of attempts; empty: none
	want string // the rule that forbids the call; empty: allowed
}

func (c packCase) happened(t *testing.T, b *engine.RuleBook) *engine.Past {
	t.Helper()
	words := strings.Fields(c.past)
	switch {
	case len(words) == 0:
		return nil
	case words[0][0] == '2':
		return tried(t, b, words...)
	}
	return ended(t, b, words[0], words[1])
}

func checkPack(t *testing.T, pack string, cases []packCase) {
	t.Helper()
	b := under(t, pack)
	for _, c := range cases {
		t.Run(c.at+" "+c.want, func(t *testing.T) {
			t.Parallel()
			got := ruling(t, b, local(t, b, c.at), c.lead, c.happened(t, b))
			if got != c.want {
				t.Errorf("%v, %q: forbidden by %q, want %q", c.lead, c.past, got, c.want)
			}
			if got == "" {
				return
			}
			if rule, ok := b.PackRuleByID(got); !ok || rule.Source == "" || rule.Say == "" {
				t.Errorf("%s has no source or no sentence", got)
			}
		})
	}
}

func TestPackFrance(t *testing.T) {
	t.Parallel()
	consent := facts{"legal_basis": "consent", "consent_evidence": "form 12"}
	const four = "2026-10-26 2026-11-02 2026-11-09 2026-11-16"
	checkPack(t, "fr", []packCase{
		// FR-1: hours, days, holidays, at the consumer's place
		{"2023-02-28T21:00:00", facts{"on_bloctel": "true"}, "", ""}, // the day before the decree
		{"2023-03-01T21:00:00", nil, "", "FR-1"},
		{"2026-11-23T09:59:59", nil, "", "FR-1"},
		{"2026-11-23T10:00:00", nil, "", ""},
		{"2026-11-23T12:59:00", nil, "", ""},
		{"2026-11-23T13:00:00", nil, "", "FR-1"},
		{"2026-11-23T14:00:00", nil, "", ""},
		{"2026-11-23T19:59:00", nil, "", ""},
		{"2026-11-23T20:00:00", nil, "", "FR-1"},
		{"2026-11-28T11:00:00", nil, "", "FR-1"}, // Saturday
		{"2026-12-25T11:00:00", nil, "", "FR-1"},
		{"2027-03-26T11:00:00", facts{"postal_code": "67000"}, "", ""},     // Good Friday binds nobody
		{"2026-11-23T11:00:00", facts{"postal_code": "97400"}, "", ""},     // 14:00 in Saint-Denis
		{"2026-11-23T10:30:00", facts{"postal_code": "97400"}, "", "FR-1"}, // 13:30
		// FR-2: at an agreed time; before the new law by consent
		{"2026-11-23T20:30:00", facts{"call.agreed_exact_time": "true"}, "", ""},
		{"2026-11-23T20:30:00", consent, "", "FR-1"},
		{"2026-08-10T20:30:00", consent, "", ""},
		{"2026-08-10T20:30:00", facts{"legal_basis": "consent"}, "", "FR-1"},
		// FR-3
		{"2026-11-24T11:00:00", nil, four, "FR-3"},
		{"2026-11-25T11:00:00", nil, four, ""},
		{"2026-11-24T11:00:00", consent, four, "FR-3"},
		{"2026-11-24T11:00:00", facts{"call.agreed_exact_time": "true"}, four, "FR-3"},
		// FR-4 and FR-9: the date of the refusal decides
		{"2026-06-30T11:00:00", nil, "refused 2026-05-01", "FR-4"},
		{"2026-07-01T11:00:00", nil, "refused 2026-05-01", ""},
		{"2027-01-25T11:00:00", nil, "refused 2026-11-23", "FR-9"},
		{"2027-01-25T11:00:00", nil, "do_not_call 2026-11-23", "FR-9"},
		// FR-5 and FR-6
		{"2026-08-10T11:00:00", facts{"legal_basis": "none"}, "", ""},
		{"2026-08-11T11:00:00", facts{"legal_basis": "none"}, "", "FR-5"},
		{"2026-08-11T11:00:00", facts{"legal_basis": "consent"}, "", "FR-5"},
		{"2026-08-11T11:00:00", consent, "", ""},
		{"2026-08-11T11:00:00", facts{"legal_basis": "contract"}, "", ""},
		{"2026-08-11T20:30:00", facts{"legal_basis": "contract"}, "", "FR-1"},
		{"2026-11-24T11:00:00", facts{"legal_basis": "contract"}, four, "FR-3"},
		{"2026-08-11T11:00:00", facts{"legal_basis": ""}, "", "FR-5"},
		// FR-11
		{"2026-08-10T11:00:00", facts{"on_bloctel": "true"}, "", "FR-11"},
		{"2026-08-10T11:00:00", facts{"on_bloctel": ""}, "", "FR-11"},
		{"2026-08-11T11:00:00", facts{"on_bloctel": "true"}, "", ""},
	})
}

func TestPackUnitedStates(t *testing.T) {
	t.Parallel()
	abroad := func(more facts) facts { return facts{"contact.phone_country": "1"}.with(more) }
	checkPack(t, "us-federal", []packCase{
		{"2026-11-23T08:00:00", nil, "", ""}, // a French phone: by the clock of Paris
		{"2026-11-23T07:59:00", nil, "", "US-1"},
		{"2026-11-22T20:59:00", nil, "", ""}, // Sundays too
		{"2026-11-23T21:00:00", nil, "", "US-1"},
		{"2026-11-23T18:59:00", abroad(nil), "", "US-1"}, // 12:59 in New York, 7:59 in Honolulu
		{"2026-11-23T19:00:00", abroad(nil), "", ""},
		{"2026-11-24T01:29:00", abroad(nil), "", ""},     // 20:59 in St. John's
		{"2026-11-24T01:30:00", abroad(nil), "", "US-1"}, // 21:00
		{"2026-11-23T11:00:00", facts{"legal_basis": "none"}, "", "US-2"},
		{"2026-11-23T11:00:00", facts{"legal_basis": "consent"}, "", "US-2"},
		{"2026-11-23T11:00:00", facts{"legal_basis": "contract"}, "", ""},
		{"2026-11-23T11:00:00", facts{"estimated_at": "2026-08-25T09:00:00"}, "", ""},
		{"2026-11-23T11:00:00", facts{"estimated_at": "2026-08-24T09:00:00"}, "", "US-2"},
		{"2026-11-23T11:00:00", nil, "do_not_call 2021-11-24", "US-3"},
		{"2026-11-23T11:00:00", nil, "do_not_call 2021-11-01", ""},
	})
}

func TestPackUnitedKingdom(t *testing.T) {
	t.Parallel()
	checkPack(t, "uk", []packCase{
		{"2026-11-22T22:00:00", nil, "", ""}, // no hours in the law
		{"2026-11-23T11:00:00", facts{"legal_basis": "none"}, "", "UK-1"},
		{"2026-11-23T11:00:00", facts{"legal_basis": "contract"}, "", "UK-1"},
		{"2026-11-23T11:00:00", facts{"legal_basis": "consent"}, "", "UK-1"},
		{"2026-11-23T11:00:00", facts{"legal_basis": "consent", "consent_evidence": "form 12"}, "", ""},
		{"2026-11-23T11:00:00", nil, "refused 2020-01-06", "UK-2"},
		{"2026-11-26T11:00:00", nil, "abandoned 2026-11-23", "UK-3"},
		{"2026-11-27T11:00:00", nil, "abandoned 2026-11-23", ""},
	})
}

func TestPackGermany(t *testing.T) {
	t.Parallel()
	proof := facts{"consent_evidence": "form 12"}
	checkPack(t, "de", []packCase{
		{"2026-11-22T22:00:00", proof.with(facts{"legal_basis": "consent"}), "", ""}, // no hours in the law
		{"2026-11-23T11:00:00", proof, "", ""},
		{"2026-11-23T11:00:00", nil, "", "DE-1"}, // a request that nobody can prove
		{"2026-11-23T11:00:00", facts{"legal_basis": "consent"}, "", "DE-1"},
		{"2026-11-23T11:00:00", proof.with(facts{"legal_basis": "contract"}), "", "DE-1"},
		{"2026-11-23T11:00:00", proof, "refused 2026-01-05", "DE-2"},
	})
}

func TestPackItaly(t *testing.T) {
	t.Parallel()
	checkPack(t, "it", []packCase{
		{"2026-11-23T09:00:00", nil, "", ""},
		{"2026-11-23T08:59:00", nil, "", "IT-1"},
		{"2026-11-23T20:00:00", nil, "", "IT-1"},
		{"2026-11-28T10:00:00", nil, "", ""}, // Saturday
		{"2026-11-28T19:00:00", nil, "", "IT-1"},
		{"2026-11-29T11:00:00", nil, "", "IT-1"}, // Sunday
		{"2026-12-08T11:00:00", nil, "", "IT-1"}, // Immacolata
		{"2026-11-23T11:00:00", facts{"legal_basis": "none"}, "", "IT-2"},
		{"2026-11-23T11:00:00", facts{"legal_basis": "contract"}, "", ""},
		{"2026-11-23T11:00:00", nil, "do_not_call 2026-01-05", "IT-3"},
	})
}

func TestPackSpain(t *testing.T) {
	t.Parallel()
	abroad := facts{"contact.phone_country": "34"}
	checkPack(t, "es", []packCase{
		{"2026-11-23T09:00:00", nil, "", ""},
		{"2026-11-23T21:00:00", nil, "", "ES-1"},
		{"2026-11-23T09:30:00", abroad, "", "ES-1"}, // 8:30 on the Canaries
		{"2026-11-23T10:00:00", abroad, "", ""},
		{"2026-11-28T11:00:00", nil, "", "ES-1"}, // Saturday
		{"2026-10-12T11:00:00", nil, "", "ES-1"}, // Fiesta Nacional
		{"2026-11-23T11:00:00", facts{"legal_basis": "none"}, "", "ES-2"},
		{"2026-11-23T11:00:00", facts{"legal_basis": "consent"}, "", "ES-2"},
		{"2026-11-23T11:00:00", nil, "refused 2026-01-05", "ES-3"},
	})
}

// Every pack says that it is no legal advice; all but the French one say that
// nobody verified them, and none of those is in force in the shipped book.
func TestPacksSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	for _, pack := range under(t, "fr, us-federal, uk, de, it, es").Packs {
		if !strings.Contains(strings.ToLower(pack.Notice), "not legal advice") {
			t.Errorf("%s: notice %q", pack.Name, pack.Notice)
		}
		if draft := pack.Name != "fr"; pack.Draft != draft || strings.Contains(pack.Label, "unverified draft") != draft {
			t.Errorf("%s: draft %v, label %q", pack.Name, pack.Draft, pack.Label)
		}
		for _, r := range pack.Rules {
			if r.Source == "" || r.From.IsZero() || r.Say == "" && r.Note == "" {
				t.Errorf("%s %s lacks a source, a date or a sentence", pack.Name, r.ID)
			}
		}
	}
	b := shipped(t)
	if len(b.Packs) != 1 || b.Packs[0].Name != "fr" {
		t.Errorf("packs in force: %d, want fr alone", len(b.Packs))
	}
	ids := []string{}
	for _, r := range b.Packs[0].Rules {
		ids = append(ids, r.ID)
	}
	for _, id := range []string{"FR-1", "FR-2", "FR-3", "FR-4", "FR-5", "FR-6", "FR-7", "FR-8", "FR-9", "FR-10", "FR-11", "FR-12"} {
		if !slices.Contains(ids, id) {
			t.Errorf("the pack fr has no %s", id)
		}
	}
}

// With several packs in force the strictest rule counts.
func TestStrictestPackWins(t *testing.T) {
	t.Parallel()
	b := under(t, "fr, it")
	for clock, want := range map[string]string{
		"2026-11-23T09:30:00": "FR-1", // allowed by IT-1
		"2026-12-08T11:00:00": "IT-1", // allowed by FR-1
		"2026-11-23T11:00:00": "",
	} {
		if got := ruling(t, b, local(t, b, clock), nil, nil); got != want {
			t.Errorf("%s: forbidden by %q, want %q", clock, got, want)
		}
	}
	refusal := ended(t, b, "refused", "2026-05-01")
	if got := ruling(t, b, local(t, b, "2026-07-06T11:00:00"), nil, refusal); got != "IT-3" {
		t.Errorf("after the rest of FR-4: forbidden by %q, want IT-3", got)
	}
}

// The zone is that of the postal code, then that of the phone.
func TestResidence(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	cases := []struct{ name, postal, country, at, want string }{
		{"Réunion, whatever the phone", "97400", "44", "2026-11-23T10:30:00", "2026-11-23T10:00:00Z"},
		{"London", "", "44", "2026-11-23T10:30:00", "2026-11-23T10:00:00Z"},
		{"Berlin has the clock of Paris", "", "49", "2026-11-23T10:30:00", "2026-11-23T09:30:00Z"},
		{"Spain: Madrid and the Canaries", "", "34", "2026-11-23T10:30:00", "2026-11-23T10:00:00Z"},
		{"Spain: before lunch in Madrid", "", "34", "2026-11-23T12:30:00", "2026-11-23T11:30:00Z"},
		{"Spain: lunch somewhere", "", "34", "2026-11-23T13:00:00", "2026-11-23T14:00:00Z"},
		{"Portugal: the Azores are two hours behind", "", "351", "2026-11-23T10:30:00", "2026-11-23T11:00:00Z"},
		{"+262: Réunion and Mayotte", "", "262", "2026-11-23T11:30:00", "2026-11-23T11:00:00Z"},
		{"a country of which nothing is known", "", "81", "2026-11-23T10:30:00", "2026-11-23T09:30:00Z"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := b.Callable(local(t, b, c.at), c.postal, c.country).Format(time.RFC3339); got != c.want {
				t.Errorf("Callable = %s, want %s", got, c.want)
			}
		})
	}
}
