package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// fixturePhone is any of the numbers of the fixtures, however it is written,
// and not one that is masked.
var fixturePhone = regexp.MustCompile(`(?:\b0|33)[ .-]?1[ .-]?99[ .-]?00[ .-]?\d\d[ .-]?\d\d`)

// TestCommandsMaskPhones runs every command over stored people, in all formats,
// and finds no phone number in what it prints. A new command has to be added
// here, or to those that show numbers because that is what they are for.
func TestCommandsMaskPhones(t *testing.T) {
	takesLong(t, "running every command")
	t.Parallel()
	dir := workshop(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	fixture := func(name string) string { return at(filepath.Join("fixtures", name)) }
	db := at("callsheet.db")
	// The contact of a task may be a number, and so may the contact that a
	// message names.
	writeFile(t, at("tasks.csv"), "id,contact_id,agent,kind,state,due_at\nT-9,+33199009434,a1,visit,pending,2026-11-23T10:00:00\n")
	writeFile(t, at("calls.csv"), "callId,contactId,contactPhone,callStart,wrapup\nX-1,nobody,0199000380,23/11/2026 10:12:31,Rappel\nX-2,L-0128,0199000380,23/11/2026 10:12:31,whatever\n")
	writeFile(t, at("bad.csv"), "id,phone\n,0199000001\nL-9998,=0199000002\nL-9999,01990000\n")

	monday := "2026-11-23T10:05:00"
	commands := map[string][][]string{
		"import": {
			{"import", "leads", fixture("leads.csv")},
			{"import", "leads", at("bad.csv")},
			{"import", "agents", fixture("agents.csv")},
			{"import", "contacts", fixture("contacts.csv")},
			{"import", "wallets", fixture("wallets.csv")},
			{"import", "tasks", fixture("tasks.csv")},
			{"import", "tasks", at("tasks.csv")},
			{"import", "calls", fixture("calls.csv")},
			{"import", "calls", at("calls.csv")},
		},
		"start-campaign":         {{"start-campaign", "--dry-run"}, {"start-campaign"}, {"start-campaign"}},
		"cf-campaign-loop":       {{"cf-campaign-loop", "--once"}},
		"check":                  {{"check"}, {"check", "--data"}},
		"doctor":                 {{"doctor"}},
		"events":                 {{"events"}},
		"explain":                {{"explain", "L-0001"}, {"explain", "L-0128"}},
		"funnel":                 {{"funnel", "PVI"}},
		"history":                {{"history"}},
		"leads show":             {{"leads", "show", "L-0001"}, {"leads", "show", "L-0128"}, {"leads", "show", "L-0325"}, {"leads", "show", "L-9998"}},
		"plan":                   {{"plan"}},
		"rank":                   {{"rank", "--limit", "400"}},
		"record":                 {{"record", "L-0001"}},
		"recover-forgotten-lead": {{"recover-forgotten-lead", "--dry-run"}, {"recover-forgotten-lead"}},
		"report assignment":      {{"report", "assignment"}},
		"report sales":           {{"report", "sales", "--sales-db", fixture("sales.db")}},
		"report sessions":        {{"report", "sessions", "--starting-from", "2025-01-01", "--sales-db", fixture("sales.db")}},
		"report progression":     {{"report", "progression", "--agent", "u1", "--month", "2025-04", "--sales-db", fixture("sales.db")}},
		"rescore":                {{"rescore"}},
		"send-callity-calls":     {{"send-callity-calls", "--dry-run"}},
		"simulate":               {{"simulate", "--out", at("simulated")}},
		"status":                 {{"status"}},
		"stop-campaigns":         {{"stop-campaigns", "--force"}},
		"tasks":                  {{"tasks"}},
		"test":                   {{"test"}},
		"week":                   {{"week"}},
		"words":                  {{"words"}, {"words", "contact.phone"}},
		"backup":                 {{"backup", at("backup.db")}},
		"copy":                   {{"copy", "--from", db, "--to", at("copied.db")}},
		"erase":                  {{"erase", "--phone", "0199009434", "--dry-run"}, {"erase", "--phone", "0199009434"}},
		"purge":                  {{"purge", "--dry-run"}, {"purge"}},
		"apply":                  {{"apply"}},
		"replay":                 {{"replay"}},
		"schema":                 {{"schema", "--out", at("schemas")}},
		"fmt":                    {{"fmt", "--check"}},
		"rollback":               {{"rollback", "nothing"}},
	}
	order := []string{"import", "start-campaign"}
	seen := 0
	for _, name := range leaves((&app{env: func(string) string { return "" }}).root()) {
		switch name {
		case "duplicates", "export": // what they are for
			continue
		case "serve": // see TestServiceMasksPhones
			continue
		case "export-model", "help", "init": // they read no leads
			continue
		}
		if commands[name] == nil {
			t.Errorf("callsheet %s is not looked at: add it to this test", name)
		}
		if !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	dead := func() {
		s, err := store.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		_, err = s.PutEvent(t.Context(), crm.Event{
			ID: "calls:1", Source: crm.EventCalls, State: crm.EventDead, Reason: "unusable", Detail: "of 0199000380", Phone: "+33199000380", Body: `{"contactPhone":"0199000380"}`,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, name := range order {
		if i == 1 {
			dead()
		}
		for _, args := range commands[name] {
			for _, format := range []string{"table", "json", "csv"} {
				line := append([]string{"--rules", dir, "--db", db, "--out", at("out"), "--at", monday, "-o", format}, args...)
				stdout, stderr, code := try(t, line...)
				once := name == "record" || name == "backup" // what they wrote is there already
				if code == exitUsage && name != "rollback" && (!once || format == "table") {
					t.Errorf("callsheet %s: %s", strings.Join(args, " "), stderr)
				}
				for stream, text := range map[string]string{"stdout": stdout, "stderr": stderr} {
					if found := fixturePhone.FindString(text); found != "" {
						t.Errorf("callsheet -o %s %s shows %s on %s:\n%s", format, strings.Join(args, " "), found, stream, text)
					}
				}
				if stdout+stderr != "" {
					seen++
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d outputs were looked at", seen)
	}
	onlyForOwner(t, dir)
}

// onlyForOwner looks at the modes of all files that hold personal data.
func onlyForOwner(t *testing.T, dir string) {
	t.Helper()
	private := regexp.MustCompile(`\.db(-wal|-shm|\.key)?$|\.rejects\.csv$|/(out|simulated)/.*\.csv$`)
	found := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !private.MatchString(path) || strings.Contains(path, "/fixtures/") && !strings.HasSuffix(path, ".rejects.csv") {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %o", path, info.Mode().Perm())
		}
		found[filepath.Base(path)] = true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"callsheet.db", "callsheet.db.key", "backup.db", "copied.db", "bad.csv.rejects.csv", "20261123-1000-IDF-01.csv"} {
		if !found[name] {
			t.Errorf("%s was not made: its mode is not looked at", name)
		}
	}
}

// leaves are the commands that do something, as they are typed.
func leaves(root *cobra.Command) (names []string) {
	for _, cmd := range root.Commands() {
		if cmd.HasSubCommands() {
			names = append(names, leaves(cmd)...)
		} else if cmd.Name() != "completion" {
			names = append(names, strings.TrimPrefix(cmd.CommandPath(), "callsheet "))
		}
	}
	return names
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestServiceMasksPhones asks the service for everything that may be read, sends
// it good and bad messages, and finds no phone number in its answers and none in
// its log, nor a name there.
func TestServiceMasksPhones(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	mustRun(t, "--rules", v.rules, "--db", v.db, "--out", v.out, "--at", "2026-11-23T10:00:00", "start-campaign", "--type=PVI")
	ask := func(method, path, token, body string) {
		status, text, _ := v.ask(method, path, token, body)
		// Who sends a number is told what is wrong with it.
		if found := fixturePhone.FindString(text); found != "" && !strings.Contains(body, found) || status >= 500 {
			t.Errorf("%s %s is answered %d with %q:\n%s", method, path, status, found, text)
		}
	}
	for _, body := range []string{
		`{"callId":"c-1","contactId":"L1","contactPhone":"0199000001","callStart":"23/11/2026 11:00:00","wrapup":"Rappel","callBackDate":"0199000001","wrapupComment":"Durand 0199000001"}`,
		`{"callId":"c-2","contactId":"nobody","contactPhone":"+33199000077","callStart":"23/11/2026 11:00:00","wrapup":"Rappel"}`,
		`{"callId":"c-3","contactId":"L1","contactPhone":"0199000001","callStart":"0199000001"}`,
		`{"callId":"0199000001","contactPhone":`, `["0199000001"]`,
		`{"callId":7,"contactId":["0199000001"],"contactPhone":{"a":"0199000001"}}`,
	} {
		ask("POST", "/v1/calls", webhookToken, body)
	}
	for _, body := range []string{
		`{"external_id":"L9","postal_code":"75011","phone":"01 99 00 00 09","last_name":"Leroy","legal_basis":"request"}`,
		`{"external_id":"L8","phone":"=0199000008","last_name":"Leroy"}`, `{"phone":"0199000008"}`, `{"external_id":"L8","phone":{"a":"0199000008"}}`,
		`{"external_id":"L8","rooms":"0199000008"}`,
	} {
		ask("POST", "/v1/leads", webhookToken, body)
	}
	for _, path := range []string{
		"/", "/v1/ranking?limit=100", "/v1/leads/L1", "/v1/leads/L9", "/v1/leads/L1/explain", "/v1/campaigns", "/v1/campaigns/PVI/funnel",
		"/v1/leads/nobody", "/healthz", "/readyz",
	} {
		ask("GET", path, readToken, "")
	}
	ask("GET", "/metrics", readToken, "")
	ask("POST", "/v1/campaigns/PVI/stop", operatorToken, "")
	for _, word := range []string{"Leroy", "Durand", fixturePhone.FindString(v.log.String())} {
		if word != "" && strings.Contains(v.log.String(), word) {
			t.Errorf("%s is in the log:\n%s", word, v.log.String())
		}
	}
	if v.log.Len() == 0 {
		t.Error("nothing was logged")
	}
}
