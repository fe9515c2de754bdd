package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"callsheet/runner/internal/server"
	"callsheet/runner/internal/terminal"
)

// The tokens of the tests.
const (
	webhookToken  = "webhook-0123456789"
	readToken     = "read-0123456789abc"
	operatorToken = "operator-0123456789"
	adminToken    = "admin-0123456789ab"
)

// service is a service over a database with the leads of F0.
type service struct {
	*testing.T
	*httptest.Server
	session *session
	rules   string // folder of the rule book
	db, out string
	mu      sync.Mutex
	now     time.Time
	log     bytes.Buffer
}

// serveF0 is a service over the rules and leads of F0, at a local time of 23 November 2026.
func serveF0(t *testing.T, clock string) *service {
	t.Helper()
	dir := t.TempDir()
	v := &service{T: t, rules: filepath.Join(dir, "f0"), out: filepath.Join(dir, "out")}
	if err := copyTree(f0, v.rules); err != nil {
		t.Fatal(err)
	}
	v.db = database(t, dir)
	mustRun(t, "--rules", v.rules, "--db", v.db, "--at", "2026-11-22T20:00:00", "import", "leads", filepath.Join(f0, "leads.csv"))
	v.begin(clock)
	return v
}

// begin serves the database by the rules of the service.
func (v *service) begin(clock string) {
	t := v.T
	t.Helper()
	v.at(clock)
	a := &app{stdout: io.Discard, stderr: io.Discard, env: func(string) string { return "" }, clock: v.time, rules: v.rules, db: v.db, out: v.out}
	var err error
	if a.term, err = terminal.New(a.stdout, a.stderr, "table"); err != nil {
		t.Fatal(err)
	}
	if v.session, err = a.open(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	tokens, err := server.ReadTokens(strings.NewReader(fmt.Sprintf("webhook %s\nread %s\noperator %s\nadmin %s\n", webhookToken, readToken, operatorToken, adminToken)))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&v.log, nil))
	v.Server = httptest.NewServer(newService(v.session, v.time, log, tokens).Handler())
	t.Cleanup(func() {
		v.Close()
		if err := v.session.close(); err != nil {
			t.Error(err)
		}
	})
}

// at sets the clock.
func (v *service) at(clock string) {
	v.Helper()
	at, err := time.Parse(time.RFC3339, "2026-11-23T"+clock+"+01:00")
	if err != nil {
		v.Fatal(err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = at
}

func (v *service) time() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// ask sends a request and gives status, body and what the body says as JSON.
func (v *service) ask(method, path, token, body string) (status int, text string, said map[string]any) {
	v.Helper()
	r, err := http.NewRequestWithContext(v.Context(), method, v.URL+path, strings.NewReader(body))
	if err != nil {
		v.Fatal(err)
	}
	r.Header.Set("X-Api-Key", token)
	response, err := v.Client().Do(r)
	if err != nil {
		v.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		v.Fatal(err)
	}
	if response.StatusCode >= 400 && response.Header.Get("Content-Type") != "application/problem+json" && path != "/-/reload" {
		v.Errorf("%s %s: status %d with content type %q", method, path, response.StatusCode, response.Header.Get("Content-Type"))
	}
	_ = json.Unmarshal(got, &said) // arrays and pages say nothing
	return response.StatusCode, string(got), said
}

// report sends the report of a call and demands what becomes of it.
func (v *service) report(body, result string) map[string]any {
	v.Helper()
	status, text, said := v.ask("POST", "/v1/calls", webhookToken, body)
	if status != http.StatusOK || said["result"] != result {
		v.Errorf("%s: %d %swant 200 and %s", body, status, text, result)
	}
	return said
}

// lead demands facts of a lead, by the names that rules have for them.
func (v *service) lead(id string, facts map[string]any) map[string]any {
	v.Helper()
	status, text, said := v.ask("GET", "/v1/leads/"+id, readToken, "")
	got, _ := said["facts"].(map[string]any)
	if status != http.StatusOK || got == nil {
		v.Fatalf("lead %s: %d %s", id, status, text)
	}
	for name, want := range facts {
		if got[name] != want {
			v.Errorf("lead %s: %s is %v, want %v", id, name, got[name], want)
		}
	}
	return said
}

const (
	c20 = `{"callId":"c-20","contactId":"L1","callStart":"23/11/2026 11:00:00","callEnd":"23/11/2026 11:03:00","wrapup":"Qualifié","agent":"a1"}`
	c19 = `{"callId":"c-19","contactId":"L1","callStart":"23/11/2026 10:10:00","callEnd":"23/11/2026 10:10:40","wrapup":"Pas de réponse","callBackDate":null}`
)

// SC-20.
func TestReportsRepeatedLateAndReversed(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	said := v.report(c20, "new")
	if said["outcome"] != "qualified" || said["lead"] != "L1" {
		t.Errorf("c-20: %v", said)
	}
	v.report(c20, "duplicate")
	v.report(" \n"+strings.ReplaceAll(c20, ",", ",\n  "), "duplicate") // laid out differently, it says the same
	v.lead("L1", map[string]any{"lead.attempts": 1.0, "lead.status": "qualified"})

	v.report(c19, "new")
	told := v.lead("L1", map[string]any{"lead.attempts": 2.0, "lead.status": "qualified"})
	calls, _ := told["calls"].([]any)
	if len(calls) != 2 || calls[0].(map[string]any)["id"] != "c-19" {
		t.Errorf("calls: %v", calls)
	}

	v.at("12:05:00")
	v.report(strings.Replace(c20, "Qualifié", "Pas intéressé", 1), "corrected")
	told = v.lead("L1", map[string]any{"lead.attempts": 2.0})
	if status := told["facts"].(map[string]any)["lead.status"]; status == "qualified" {
		t.Error("the correction changed nothing")
	}
	v.report(c20, "duplicate") // the first report again, after its correction
}

func TestClockInverted(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:30:00")
	v.report(`{"callId":"c-21","contactId":"L2","callStart":"23/11/2026 11:26:09","callEnd":"23/11/2026 11:22:09","callDurationInSeconds":"587","conversationDuration":567,"wrapup":"Pas de réponse","nested":{"new":["field"]}}`, "new")
	told := v.lead("L2", map[string]any{"lead.attempts": 1.0})
	call := told["calls"].([]any)[0].(map[string]any)
	if fmt.Sprint(call["anomalies"]) != "[clock_inverted]" || call["at"] != "2026-11-23T11:26:09+01:00" || call["talk_seconds"] != 567.0 {
		t.Errorf("call: %v", call)
	}
}

// SC-16, and the dates that are none.
func TestCallbacks(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	said := v.report(`{"callId":"c-1","contactId":"L1","callStart":"23/11/2026 11:00:00","callEnd":"23/11/2026 11:03:00","wrapup":"Rappel","callBackDate":"30/11/2026 10:30:00"}`, "new")
	next, _ := said["next_call"].(map[string]any)
	if next["kind"] != "callback" || next["due_at"] != "2026-11-30T10:30:00+01:00" {
		t.Errorf("next call: %v", said)
	}
	said = v.report(`{"callId":"c-2","contactId":"L2","callStart":"23/11/2026 11:00:00","callEnd":"23/11/2026 11:03:00","wrapup":" RAPPEL ","callBackDate":"demain"}`, "new")
	if said["review"] != "invalid_date" {
		t.Errorf("a date that is none: %v", said)
	}
	v.lead("L2", map[string]any{"lead.status": "review", "lead.attempts": 1.0})
	said = v.report(`{"callId":"c-3","contactId":"L3","callStart":"23/11/2026 11:00:00","wrapup":"Nouveau libellé"}`, "new")
	if said["review"] == nil {
		t.Errorf("an unknown wrap-up: %v", said)
	}
	v.lead("L3", map[string]any{"lead.status": "review", "lead.attempts": 1.0})
}

// Who is unknown is stored once and changes nothing.
func TestUnknownContact(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	body := strings.Replace(c20, `"L1"`, `"nobody"`, 1)
	v.report(body, "unknown_contact")
	v.report(body, "duplicate")
	unknown, err := v.session.store.UnknownRecords(t.Context(), 10)
	if err != nil || len(unknown) != 1 || unknown[0].ID != "c-20" {
		t.Errorf("unknown: %v, %v", unknown, err)
	}
}

// What is wrong with a request is said, and nothing is stored.
func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	for name, c := range map[string]struct {
		method, path, token, body string
		status                    int
		detail                    string
	}{
		"no token":         {"POST", "/v1/calls", "", c20, 401, "x-api-key"},
		"wrong token":      {"POST", "/v1/calls", webhookToken + "x", c20, 401, "x-api-key"},
		"reader":           {"POST", "/v1/calls", readToken, c20, 403, "role webhook"},
		"webhook reads":    {"GET", "/v1/leads/L1", webhookToken, "", 403, "role read"},
		"reader starts":    {"POST", "/v1/campaigns/PVI/start", readToken, "", 403, "role operator"},
		"operator reloads": {"POST", "/-/reload", operatorToken, "", 403, "role admin"},
		"large":            {"POST", "/v1/calls", webhookToken, `{"callId":"` + strings.Repeat("x", 10<<20) + `"}`, 413, "1048576 bytes"},
		"no JSON":          {"POST", "/v1/calls", webhookToken, `{"callId":`, 400, "no valid JSON"},
		"nothing":          {"POST", "/v1/calls", webhookToken, "", 400, "no valid JSON"},
		"unknown route":    {"GET", "/v2", readToken, "", 404, "openapi.json"},
		"wrong method":     {"GET", "/v1/calls", readToken, "", 405, "openapi.json"},
		"unknown lead":     {"GET", "/v1/leads/L99", readToken, "", 404, "none of this id"},
		"unknown campaign": {"POST", "/v1/campaigns/XYZ/start", operatorToken, "", 404, "/v1/campaigns"},
		"limit":            {"GET", "/v1/ranking?limit=0", readToken, "", 400, "limit"},
		"segment":          {"GET", "/v1/ranking?segment=PVX", readToken, "", 400, "PVI_NOW"},
		"condition":        {"GET", "/v1/ranking?where=lead.scroe+%3E+3", readToken, "", 400, "score"},
	} {
		t.Run(name, func(t *testing.T) {
			status, text, said := v.ask(c.method, c.path, c.token, c.body)
			if status != c.status || said["status"] != float64(c.status) || said["title"] == "" || !strings.Contains(fmt.Sprint(said["detail"]), c.detail) {
				t.Errorf("%d %s, want %d with %q", status, text, c.status, c.detail)
			}
		})
	}
	records, err := v.session.store.Records(t.Context(), []string{"c-20", "c-1"})
	if err != nil || len(records) != 0 {
		t.Errorf("stored: %v, %v", records, err)
	}
	if n, err := v.session.store.CountLeads(t.Context()); n != 7 || err != nil {
		t.Errorf("%d leads, want 7 (%v)", n, err)
	}
	if events, err := v.session.store.DeadEvents(t.Context(), "", 10); len(events) != 0 || err != nil {
		t.Errorf("events: %v, %v", events, err)
	}
	_, text, _ := v.ask("GET", "/metrics", readToken, "")
	for _, line := range []string{
		`callsheet_http_requests_total{route="POST /v1/calls",status="401"} 2`, "callsheet_open_runs 0",
		"callsheet_rule_book_refused 0",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
}

// A token is taken in each of the ways that senders know.
func TestWaysOfTokens(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	for header, status := range map[string]int{
		"Bearer " + readToken:             200,
		"bearer " + readToken:             200,
		"Basic " + basic("me", readToken): 200,
		"Bearer " + readToken[1:]:         401,
		"Basic " + basic(readToken, ""):   401,
		readToken:                         401,
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", v.URL+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", header)
		response, err := v.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("%s: %d, want %d", header, response.StatusCode, status)
		}
		if want := v.session.book.Short(); status == 200 && !strings.Contains(string(text), want) {
			t.Errorf("the page lacks the rule book %s:\n%s", want, text)
		}
		if challenge := response.Header.Values("WWW-Authenticate"); status == 401 && len(challenge) != 2 {
			t.Errorf("challenges: %v", challenge)
		}
	}
}

func basic(name, password string) string {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(name, password)
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Basic ")
}

// Who asks too often is told to wait, and what anybody may ask is not counted.
func TestRateOverHTTP(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	slow := newService(v.session, v.time, slog.New(slog.DiscardHandler), nil)
	slow.Rate = 1
	h := slow.Handler()
	ask := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1:8080"+path, nil))
		return w
	}
	for i, want := range []int{200, 200, 429} {
		if w := ask("/v1/campaigns"); w.Code != want || want == 429 && w.Header().Get("Retry-After") != "1" {
			t.Errorf("request %d: %d %s", i+1, w.Code, w.Body)
		}
	}
	if w := ask("/readyz"); w.Code != 200 {
		t.Errorf("readyz: %d", w.Code)
	}
}

// A page of another site cannot use what the browser knows.
func TestOtherSites(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "09:30:00")
	r, err := http.NewRequestWithContext(t.Context(), "POST", v.URL+"/v1/campaigns/PVI/start", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("", operatorToken)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := v.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	open, err := v.session.store.OpenRuns(t.Context())
	if response.StatusCode != http.StatusForbidden || len(open) != 0 || err != nil {
		t.Errorf("status %d, runs %v, %v", response.StatusCode, open, err)
	}
}

// Texts are texts, whatever they look like elsewhere.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	const text = `'; DROP TABLE lead; -- =HYPERLINK(\"http://x\")`
	v.report(`{"callId":"`+text+`","contactId":"L1","callStart":"23/11/2026 11:00:00","agent":"`+text+`","callResult":"`+text+`","callType":"`+text+
		`","campaignId":"`+text+`","campaignName":"`+text+`","contactPhone":"`+text+`","displayedPhoneNumber":"`+text+`","wrapupComment":"`+text+
		`","wrapup":"`+text+`","callBackDate":"`+text+`"}`, "new")
	told := v.lead("L1", map[string]any{"lead.attempts": 1.0, "lead.status": "review"})
	call := told["calls"].([]any)[0].(map[string]any)
	if want := strings.ReplaceAll(text, `\"`, `"`); call["id"] != want || call["wrapup"] != want {
		t.Errorf("call: %v", call)
	}
	for _, query := range []string{"/v1/leads/L1'%20or%20'1'='1", "/v1/ranking?segment='%20or%201=1"} {
		if status, text, _ := v.ask("GET", query, readToken, ""); status != 404 && status != 400 {
			t.Errorf("%s: %d %s", query, status, text)
		}
	}
	if strings.Contains(v.log.String(), "DROP") {
		t.Errorf("the log repeats what came in:\n%s", v.log.String())
	}
}

// Reports that come at once are each applied once.
func TestReportsAtOnce(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:59:00")
	var all sync.WaitGroup
	var mu sync.Mutex
	results := map[any]int{}
	for i := range 60 {
		all.Go(func() {
			body := fmt.Sprintf(`{"callId":"c-%d","contactId":"L1","callStart":"23/11/2026 11:%02d:00","wrapup":"Pas de réponse"}`, i/3, i/3)
			_, _, said := v.ask("POST", "/v1/calls", webhookToken, body)
			mu.Lock()
			defer mu.Unlock()
			results[said["result"]]++
		})
	}
	all.Wait()
	if results["new"] != 20 || results["duplicate"] != 40 {
		t.Errorf("results: %v", results)
	}
	v.lead("L1", map[string]any{"lead.attempts": 20.0})
}

func TestPostLead(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "10:05:00")
	const body = `{
		"external_id": "L9", "given_type": "RDVVQ", "given_segment": "PVI_NOW", "given_score": 90, "postal_code": "92300",
		"phone": "01 99 00 00 09", "last_name": "Leroy", "legal_basis": "request"}`
	for i, want := range []struct {
		status int
		result string
	}{{201, "new"}, {200, "unchanged"}} {
		status, text, said := v.ask("POST", "/v1/leads", webhookToken, body)
		lines, _ := said["breakdown"].([]any)
		next, _ := said["next_call"].(map[string]any)
		if status != want.status || said["result"] != want.result || said["lead"] != "L9" || said["score"] != 90.0 || len(lines) != 1 || next["kind"] != "plan" || next["due_at"] != "2026-11-23T10:00:00+01:00" {
			t.Errorf("request %d: %d %s", i+1, status, text)
		}
	}
	status, _, said := v.ask("POST", "/v1/leads", webhookToken, strings.Replace(body, "90,", "70,", 1))
	if status != 200 || said["result"] != "changed" || said["score"] != 70.0 {
		t.Errorf("changed: %d %v", status, said)
	}
	v.lead("L9", map[string]any{"contact.phone": "+33199****09", "lead.score": 70.0})
	_, text, _ := v.ask("GET", "/v1/ranking?limit=3&where=lead.score+%3C+90", readToken, "")
	var ranks []map[string]any
	if err := json.Unmarshal([]byte(text), &ranks); err != nil || len(ranks) != 3 || ranks[0]["lead"] != "L6" {
		t.Errorf("ranking: %s", text)
	}
	if text := v.log.String(); strings.Contains(text, "Leroy") || strings.Contains(text, "00 09") {
		t.Errorf("personal data in the log:\n%s", text)
	}
}

// SC-01 and SC-07 over HTTP.
func TestStartAndStopByHTTP(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "09:30:00")
	if status, text, _ := v.ask("POST", "/v1/campaigns/PVI/start", operatorToken, ""); status != 200 || !strings.Contains(text, `"new":3`) {
		t.Fatalf("start: %d %s", status, text)
	}
	const want = "external_id;phone1;last_name;first_name;priority;assigned_agent;min_calling_date_time;max_calling_date_time;campaign;segment;score\n" +
		"L1;33199000001;Durand;Anne;8;a1;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVI_NOW;92\n" +
		"L3;33199000003;Petit;Luc;25;a2;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVS;75\n" +
		"L2;33199000002;Moreau;Zoé;25;a1;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVI_SOON;75\n"
	got, err := os.ReadFile(filepath.Join(v.out, "PVI", "20261123-1000-IDF-01.csv"))
	if err != nil || string(got) != want {
		t.Errorf("file is\n%s(%v), want\n%s", got, err, want)
	}
	_, text, _ := v.ask("GET", "/v1/campaigns", readToken, "")
	var list []struct {
		Name    string
		Running []string
		Slot    struct{ Name string }
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil || list[0].Name != "PVI" || fmt.Sprint(list[0].Running) != "[PVI/2026-11-23T10:00/IDF]" || list[0].Slot.Name != "M" {
		t.Errorf("campaigns: %s", text)
	}
	if _, text, _ := v.ask("GET", "/", readToken, ""); !strings.Contains(text, "PVI/2026-11-23T10:00/IDF") {
		t.Errorf("the page lacks the run:\n%s", text)
	}
	v.at("12:59:00")
	status, text, said := v.ask("POST", "/v1/campaigns/PVI/stop", operatorToken, "")
	if status != 200 || said["stopped"] != 1.0 || said["recycled"] != 4.0 {
		t.Errorf("stop: %d %s", status, text)
	}
	if _, err := os.Stat(filepath.Join(v.out, "STOP", "20261123-1259-PVI-IDF.csv")); err != nil {
		t.Error(err)
	}
	status, text, said = v.ask("POST", "/v1/campaigns/PVI/stop", operatorToken, "")
	if status != 200 || said["stopped"] != 0.0 {
		t.Errorf("stop again: %d %s", status, text)
	}
}

// SX-7 over HTTP.
func TestReloadByHTTP(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "09:30:00")
	campaigns := filepath.Join(v.rules, "campaigns.yaml")
	demand := func(wantStatus int, result, ready string) map[string]any {
		t.Helper()
		status, text, said := v.ask("POST", "/-/reload", adminToken, "")
		if status != wantStatus || said["result"] != result {
			t.Errorf("reload: %d %s, want %d and %s", status, text, wantStatus, result)
		}
		if status, text, now := v.ask("GET", "/readyz", "", ""); status != 200 || now["status"] != ready {
			t.Errorf("readyz: %d %s, want %s", status, text, ready)
		}
		return said
	}
	before := demand(200, "unchanged", "ready")["rule_book"]
	edit(t, campaigns, "lead.created_at >= slot.start", "lead.creatd_at >= slot.start")
	said := demand(422, "refused", "degraded")
	mistakes, _ := said["mistakes"].([]any)
	if len(mistakes) != 1 || said["rule_book"] != before || !strings.Contains(fmt.Sprint(mistakes[0]), "created_at") {
		t.Errorf("refused: %v", said)
	}
	edit(t, campaigns, "lead.creatd_at >= slot.start", "lead.created_at > slot.start")
	if said := demand(200, "applied", "ready"); said["rule_book"] == before {
		t.Errorf("applied: %v", said)
	}
	// One that waits for a yes is not refused.
	edit(t, campaigns, "packs: [fr]", "packs: [fr]\nedits: approve")
	demand(200, "applied", "ready")
	edit(t, campaigns, "lead.created_at > slot.start", "lead.created_at >= slot.start")
	said = demand(202, "waiting", "ready")
	if reason, _ := said["reason"].(string); !strings.Contains(reason, "callsheet apply") {
		t.Errorf("waiting: %v", said)
	}
	_, metrics, _ := v.ask("GET", "/metrics", readToken, "")
	for _, want := range []string{"callsheet_rule_book_refused 0", "callsheet_rule_book_waiting 1", "callsheet_rules_refused_timestamp_seconds 0"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s:\n%s", want, metrics)
		}
	}
	if status, _, said := v.ask("GET", "/healthz", "", ""); status != 200 || said["status"] != "ok" {
		t.Errorf("healthz: %d %v", status, said)
	}
}
