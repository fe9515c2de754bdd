package intake_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/intake"
)

// made is what the rows of a file make, refused ones by their reason.
func made[E any](t *testing.T, reader *intake.Reader[E], err error) (entities []E, refused []string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows(t, reader) {
		if row.Reject != "" {
			refused = append(refused, row.Reject)
			continue
		}
		var e E
		row.Set(&e, true)
		entities = append(entities, e)
	}
	return entities, refused
}

func check[E any](t *testing.T, want, got []E, wantRefused, refused []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantRefused, refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

func TestAgents(t *testing.T) {
	t.Parallel()
	reader, err := intake.Agents(source(t, "agents.csv", "id;name;active;teams;weight;daily_capacity\n"+
		"a1;Ana Roux;;\"sales,support\";;\n"+
		"a2;;non;sales|supervisor;0.5;40\n"+
		";;;;;\n"+
		";Ida;;;;\n"+
		"a3;;;;0;\n"+
		"a4;;;;;many\n"))
	got, refused := made(t, reader, err)
	check(t, []crm.Agent{
		{Username: "a1", Name: "Ana Roux", Active: true, Teams: []string{"sales", "support"}, Weight: 1},
		{Username: "a2", Teams: []string{"sales", "supervisor"}, Weight: 0.5, DailyCapacity: crm.Some[int64](40)},
	}, got, []string{
		"username is empty: every agent needs one",
		"weight must be above 0: 1 is a full share of the work",
		`daily_capacity "many" is no whole number: write digits alone, such as 12`,
	}, refused)
}

func TestAbsences(t *testing.T) {
	t.Parallel()
	reader, err := intake.Agents(source(t, "agents.csv", "id;absences\n"+
		"a1;2026-12-24/2026-12-31 2027-02-01\n"+
		"a2;\"2027-02-01,2026-12-24/2026-12-24 ,  2027-03-01\"\n"+
		"a3; \n"+
		"a4;2026-12-24/2026-12-23\n"+
		"a5;2026-12-24 2026-02-30\n"+
		"a6;2026-12-24/P7D\n"+
		"a7;2026-12-24/\n"+
		"a8;24/12/2026\n"+
		"a9;1026-12-24/2026-12-31\n"))
	got, refused := made(t, reader, err)
	check(t, []crm.Agent{
		{Username: "a1", Active: true, Weight: 1, Absences: []crm.Absence{{First: "2026-12-24", Last: "2026-12-31"}, {First: "2027-02-01", Last: "2027-02-01"}}},
		{Username: "a2", Active: true, Weight: 1, Absences: []crm.Absence{
			{First: "2027-02-01", Last: "2027-02-01"}, {First: "2026-12-24", Last: "2026-12-24"}, {First: "2027-03-01", Last: "2027-03-01"},
		}},
		{Username: "a3", Active: true, Weight: 1},
	}, got, []string{
		`absences "2026-12-24/2026-12-23" holds "2026-12-24/2026-12-23", which ends before it begins: write the first day first`,
		`absences "2026-12-24 2026-02-30" holds "2026-02-30", which is neither a day nor an interval: write 2026-12-24 or 2026-12-24/2026-12-31`,
		`absences "2026-12-24/P7D" holds "2026-12-24/P7D", which is neither a day nor an interval: write 2026-12-24 or 2026-12-24/2026-12-31`,
		`absences "2026-12-24/" holds "2026-12-24/", which is neither a day nor an interval: write 2026-12-24 or 2026-12-24/2026-12-31`,
		`absences "24/12/2026" holds "24/12/2026", which is neither a day nor an interval: write 2026-12-24 or 2026-12-24/2026-12-31`,
		`absences "1026-12-24/2026-12-31" holds "1026-12-24/2026-12-31", which is no plausible date: the year must be between 1900 and 2200`,
	}, refused)

	reader, err = intake.Agents(source(t, "agents.ndjson", `{"username":"a1","absences":["2026-12-24/2026-12-31","2027-02-01"]}`))
	got, refused = made(t, reader, err)
	check(t, []crm.Agent{{
		Username: "a1", Active: true, Weight: 1,
		Absences: []crm.Absence{{First: "2026-12-24", Last: "2026-12-31"}, {First: "2027-02-01", Last: "2027-02-01"}},
	}}, got, nil, refused)
}

func TestAbsencesEnd(t *testing.T) {
	t.Parallel()
	reader, err := intake.Agents(source(t, "agents.csv", "username,absences\na1,\n"))
	if err != nil {
		t.Fatal(err)
	}
	agent := crm.Agent{Username: "a1", Weight: 1, Absences: []crm.Absence{{First: "2026-12-24", Last: "2026-12-31"}}}
	rows(t, reader)[0].Set(&agent, false)
	if agent.Absences != nil {
		t.Errorf("an empty cell left %v", agent.Absences)
	}
}

func TestStoredAgent(t *testing.T) {
	t.Parallel()
	reader, err := intake.Agents(source(t, "agents.csv", "username,active\na1,\n"))
	if err != nil {
		t.Fatal(err)
	}
	agent := crm.Agent{Username: "a1", Weight: 0.5}
	rows(t, reader)[0].Set(&agent, false)
	if diff := cmp.Diff(crm.Agent{Username: "a1", Weight: 0.5}, agent); diff != "" {
		t.Errorf("defaults of a new agent reached a stored one (-want +got):\n%s", diff)
	}
}

func TestWallets(t *testing.T) {
	t.Parallel()
	reader, err := intake.Wallets(source(t, "wallets.csv", "lead_id,agent,since,until\n"+
		"C1,a1,2026-11-01,\n"+
		"C2,,,\n"), paris(t))
	got, refused := made(t, reader, err)
	check(t, []crm.Wallet{{ContactID: "C1", Agent: "a1", Since: crm.Some(at(t, "2026-11-01T00:00:00+01:00"))}}, got,
		[]string{"a wallet entry needs contact_id (or lead_id) and agent"}, refused)
}

func TestTasks(t *testing.T) {
	t.Parallel()
	reader, err := intake.Tasks(source(t, "tasks.ndjson", `{"id":"T1","lead_id":"L1","agent":"a1","kind":"visit","due_at":"2026-11-23T10:00:00Z","origin":"crm"}
{"id":"T2","contact_id":"C1","lead_id":"L1","state":"done"}
{"id":"T3","contact_id":"C1","state":"open"}
{"id":"T4"}`), paris(t))
	got, refused := made(t, reader, err)
	check(t, []crm.Task{
		{ID: "T1", ContactID: "L1", LeadID: "L1", Agent: "a1", Kind: "visit", State: crm.TaskPending, DueAt: crm.Some(at(t, "2026-11-23T10:00:00Z")), Origin: "crm"},
		{ID: "T2", ContactID: "C1", LeadID: "L1", State: crm.TaskDone},
	}, got, []string{
		"state open is none of pending, done, cancelled",
		"there is no column contact_id or lead_id: every row needs one",
	}, refused)
}

// TestDialerContacts reads the two campaigns of the duplicates report.
func TestDialerContacts(t *testing.T) {
	t.Parallel()
	reader, err := intake.DialerContacts(source(t, "contacts.csv", "id,campaign_id,phone,retry_date,last_call_at,assigned_agent,wrapup,total_calls,crm_id\n"+
		"1,A,+33199000001,,2025-03-23 06:30:05,a1,Rappel,3,L1\n"+
		"2,A,01 99 00 00 02,,,,,,\n"+
		"3,A,anonyme,,,,,,\n"+
		"4,,0199000008,,,,,,\n"+
		"5,B,33199000001,2025-04-14T10:30:00,2025-03-28 04:47:45,,,x,\n"), intake.NewPhones(), paris(t))
	got, refused := made(t, reader, err)
	check(t, []crm.DialerContact{
		{
			ID: "1", CampaignID: "A", Phone: "+33199000001", PhoneRaw: "+33199000001", LastCallAt: crm.Some(at(t, "2025-03-23T06:30:05+01:00")),
			AssignedAgent: "a1", Wrapup: "Rappel", TotalCalls: 3, LeadID: "L1",
		},
		{ID: "2", CampaignID: "A", Phone: "+33199000002", PhoneRaw: "01 99 00 00 02"},
		{ID: "3", CampaignID: "A", PhoneRaw: "anonyme"},
	}, got, []string{
		"a dialer contact needs id and campaign_id",
		`total_calls "x" is no whole number: write digits alone, such as 12`,
	}, refused)
}

func TestEntityHeader(t *testing.T) {
	t.Parallel()
	_, err := intake.Wallets(source(t, "wallets.csv", "contact_id,agnet\n"), paris(t))
	want := `wallets.csv:1: unknown column "agnet" (did you mean agent?)`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	_, err = intake.Tasks(source(t, "tasks.csv", "id,agent\n"), paris(t))
	want = "tasks.csv:1: there is no column contact_id or lead_id: every row needs one"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
