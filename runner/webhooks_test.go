package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/server"
	"callsheet/runner/internal/terminal"
)

// again serves with other settings.
func (v *service) again(change func(*server.Server)) {
	v.Helper()
	v.Close()
	tokens, err := server.ReadTokens(strings.NewReader("webhook " + webhookToken + "\nread " + readToken + "\n"))
	if err != nil {
		v.Fatal(err)
	}
	s := newService(v.session, v.time, slog.New(slog.NewTextHandler(&v.log, nil)), tokens)
	change(s)
	v.Server = httptest.NewServer(s.Handler())
}

// send posts a body with headers.
func (v *service) send(path, body string, header map[string]string) (status int, said map[string]any) {
	v.Helper()
	r, err := http.NewRequestWithContext(v.Context(), http.MethodPost, v.URL+path, strings.NewReader(body))
	if err != nil {
		v.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	response, err := v.Client().Do(r)
	if err != nil {
		v.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		v.Fatal(err)
	}
	if err := json.Unmarshal(text, &said); err != nil {
		v.Errorf("%s answers %s", path, text)
	}
	return response.StatusCode, said
}

// dead are the dead events.
func (v *service) dead() []crm.Event {
	v.Helper()
	events, err := v.session.store.DeadEvents(v.Context(), "", 100)
	if err != nil {
		v.Fatal(err)
	}
	return events
}

// What can be of no use is kept, once, and changes nothing.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, body, reason, detail string }{
		"no object":         {"/v1/calls", "[" + c20 + "]", "not_an_object", "no JSON object"},
		"text":              {"/v1/calls", `"hello"`, "not_an_object", "no JSON object"},
		"no UTF-8":          {"/v1/calls", strings.Replace(c20, "é", "\xe9", 1), "not_utf8", "not UTF-8"},
		"NUL":               {"/v1/calls", strings.Replace(c20, "Qualifié", `Qualifi\u0000`, 1), "wrong_type", "wrapup holds a NUL"},
		"object":            {"/v1/calls", `{"callId":{"a":1}}`, "wrong_type", "callId is a list or an object"},
		"list":              {"/v1/calls", `{"callId":"c-1","agent":["a1"]}`, "wrong_type", "agent is a list or an object"},
		"start is no date":  {"/v1/calls", `{"callId":"c-1","contactId":"L1","callStart":"soon"}`, "unusable", `callStart "soon" is no date`},
		"future":            {"/v1/calls", `{"callId":"c-1","contactId":"L1","callStart":"23/11/2036 11:00:00"}`, "unusable", "in the future"},
		"negative duration": {"/v1/calls", `{"callId":"c-1","contactId":"L1","callStart":"23/11/2026 11:00:00","conversationDuration":"-1"}`, "unusable", "below zero"},
		"negative number":   {"/v1/calls", `{"callId":"c-1","contactId":"L1","callDurationInSeconds":-30}`, "unusable", "below zero"},
		"nothing said":      {"/v1/calls", `{}`, "unusable", "callId is empty"},
		"other fields":      {"/v1/calls", `{"event":"agent.login","at":1}`, "unusable", "callId is empty"},
		"long id":           {"/v1/calls", `{"callId":"` + strings.Repeat("c", 300) + `","contactId":"L1"}`, "unusable", "more than 256 bytes"},
		"no phone":          {"/v1/leads", `{"id":"L9"}`, "unusable", "phone"},
		"no id":             {"/v1/leads", `{"phone":"01 99 00 00 09"}`, "unusable", "id"},
		"unknown column":    {"/v1/leads", `{"id":"L9","phone":"01 99 00 00 09","postal_cod":"75011"}`, "unusable", "postal_code"},
		"column of ours":    {"/v1/leads", `{"id":"L9","phone":"01 99 00 00 09","score":99}`, "unusable", "the rules decide it"},
		"lead is a list":    {"/v1/leads", `[]`, "not_an_object", "no JSON object"},
		"nested":            {"/v1/leads", `{"id":"L9","phone":{"number":"01 99 00 00 09"}}`, "unusable", "phone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := serveF0(t, "11:05:00")
			for range 2 {
				status, text, said := v.ask("POST", c.path, webhookToken, c.body)
				if status != http.StatusAccepted || said["result"] != "dead" || said["reason"] != c.reason || !strings.Contains(fmt.Sprint(said["detail"]), c.detail) {
					t.Errorf("%d %s, want 202, %s and %q", status, text, c.reason, c.detail)
				}
			}
			events := v.dead()
			if len(events) != 1 || events[0].Reason != c.reason || events[0].Detail == "" || events[0].ReceivedAt != crm.At(v.time()) {
				t.Fatalf("events: %v", events)
			}
			if name != "no UTF-8" && events[0].Body != c.body {
				t.Errorf("the event holds %s, want %s", events[0].Body, c.body)
			}
			n, err := v.session.store.CountLeads(t.Context())
			records, err2 := v.session.store.Records(t.Context(), []string{"c-1", "c-20"})
			if n != 7 || err != nil || len(records) != 0 || err2 != nil {
				t.Errorf("%d leads (%v), records %v (%v)", n, err, records, err2)
			}
			source := strings.TrimPrefix(c.path, "/v1/")
			if _, text, _ := v.ask("GET", "/metrics", readToken, ""); !strings.Contains(text, `callsheet_`+source+`_total{result="dead"} 2`) {
				t.Errorf("the metrics lack the dead %s", source)
			}
		})
	}
}

// A dead event is found by the person it is about, as far as that can be read.
func TestWhomADeadEventIsAbout(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	for _, c := range []struct{ path, body string }{
		{"/v1/calls", `{"callId":"c-1","contactId":"L1","contactPhone":"01 99 00 00 07","callStart":"soon","wrapupComment":"rappeler Anne"}`},
		{"/v1/leads", `{"external_id":"L9","phone":"0262 99 00 09","postal_code":"97400","nom":"Leroy"}`},
		{"/v1/calls", "{\"callId\":\"c-2\",\"contactPhone\":\"01 99 00 00 08\",\"wrapup\":\"Qualifi\xe9\"}"},
	} {
		if status, text, _ := v.ask("POST", c.path, webhookToken, c.body); status != http.StatusAccepted {
			t.Errorf("%d %s", status, text)
		}
	}
	var who []string
	for _, e := range v.dead() {
		who = append(who, e.Phone+" "+e.LeadID)
		if e.Reason == "not_utf8" && !strings.Contains(e.Body, "Qualifié") {
			t.Errorf("the event holds %s", e.Body)
		}
	}
	slices.Sort(who)
	if want := []string{"+33199000007 L1", "+33199000008 ", "+262262990009 L9"}; !slices.Equal(who, slices.Sorted(slices.Values(want))) {
		t.Errorf("people: %q, want %q", who, want)
	}
	for _, secret := range []string{"Leroy", "Anne", "99 00", "1990000"} {
		if strings.Contains(v.log.String(), secret) {
			t.Errorf("the log repeats %q:\n%s", secret, v.log.String())
		}
	}
}

// A report about nobody is an event too, one however often and by whichever way
// it comes.
func TestUnknownContactIsADeadEvent(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	body := `{"callId":"c-20","contactId":"nobody","contactPhone":"01 99 00 00 77","callStart":"23/11/2026 11:00:00","wrapup":"Qualifié"}`
	v.report(body, crm.EventUnknownContact)
	v.report(" "+body, "duplicate")
	events := v.dead()
	if len(events) != 1 || events[0].Reason != crm.EventUnknownContact || events[0].Phone != "+33199000077" || events[0].LeadID != "nobody" || events[0].Body != body {
		t.Errorf("events: %v", events)
	}
	if err := v.session.store.SettleEvent(t.Context(), events[0].ID); err != nil {
		t.Fatal(err)
	}
	v.report(body, "duplicate")
	if events := v.dead(); len(events) != 0 {
		t.Errorf("what is settled is dead again: %v", events)
	}
}

// Reports that say something odd are applied all the same.
func TestOddReportsCount(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	v.report(`{"callId":"c-1","contactId":"L1","callStart":"23/11/2026 11:00:00","agent":"nobody-we-know","wrapup":"Pas de réponse"}`, "new")
	v.lead("L1", map[string]any{"lead.attempts": 1.0, "lead.last_outcome": "no_answer"})
	v.report(`{"callId":"c-2","contactId":"L2","callStart":"23/11/2026 11:00:00","wrapup":"???"}`, "new")
	v.lead("L2", map[string]any{"lead.attempts": 1.0, "lead.status": "review"})
	v.report(`{"callId":"c-3","contactId":"L3","callStart":"24/11/2026 09:00:00","wrapup":"Pas de réponse"}`, "new") // a clock a day ahead
	for i, result := range []string{"new", "corrected", "corrected", "duplicate", "duplicate"} {
		comment := []string{"a", "b", "c", "a", "b"}[i]
		v.report(fmt.Sprintf(`{"callId":"c-4","contactId":"L4","callStart":"23/11/2026 11:00:00","wrapup":"Pas de réponse","wrapupComment":"%s"}`, comment), result)
	}
	v.lead("L4", map[string]any{"lead.attempts": 1.0})
	if events := v.dead(); len(events) != 0 {
		t.Errorf("events: %v", events)
	}
}

// What looks like SQL or a formula is text in every column of a lead, and in
// the dialer's file no formula.
func TestHostileLead(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "09:40:00")
	const text = `=HYPERLINK(\"http://x\")'; DROP TABLE lead; --`
	body := `{"id":"` + text + `","given_type":"RDVVQ","given_segment":"PVI_NOW","given_score":99,"postal_code":"75011","phone":"01 99 00 00 09",
		"legal_basis":"request","first_name":"` + text + `","last_name":"` + text + `","city":"` + text + `","assigned_agent":"` + text + `","tags":["` + text + `"]}`
	status, answer, said := v.ask("POST", "/v1/leads", webhookToken, body)
	want := strings.ReplaceAll(text, `\"`, `"`)
	if status != http.StatusCreated || said["lead"] != want {
		t.Fatalf("%d %s", status, answer)
	}
	if status, answer, _ := v.ask("POST", "/v1/campaigns/PVI/start", operatorToken, ""); status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	file, err := os.ReadFile(filepath.Join(v.out, "PVI", "20261123-1000-IDF-01.csv"))
	if err != nil || !strings.Contains(string(file), "33199000009") {
		t.Fatalf("%v:\n%s", err, file)
	}
	lines := csv.NewReader(bytes.NewReader(file))
	lines.Comma = ';'
	rows, err := lines.ReadAll()
	if err != nil || len(rows) != 4 || rows[1][2] != "'"+want || rows[1][3] != "'"+want {
		t.Errorf("%v: the file has %q", err, rows)
	}
	if n, err := v.session.store.CountLeads(t.Context()); n != 8 || err != nil {
		t.Errorf("%d leads, want 8 (%v)", n, err)
	}
}

const (
	oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	newSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD3Rm8OYvHjvA="
)

// signed are the headers of a message.
func signed(t *testing.T, secret, id, body string, at time.Time) map[string]string {
	t.Helper()
	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := hook.Sign(id, at, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"webhook-id": id, "webhook-timestamp": strconv.FormatInt(at.Unix(), 10), "webhook-signature": signature}
}

// Who signs needs no token.
func TestSignedWebhooks(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	secrets, err := server.ReadSecrets(strings.NewReader("# rotation\n" + oldSecret + "\n" + newSecret + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	v.again(func(s *server.Server) { s.Secrets = secrets })
	now := v.time()
	without := func(h map[string]string, name string) map[string]string { delete(h, name); return h }
	with := func(h map[string]string, name, value string) map[string]string { h[name] = value; return h }
	for name, c := range map[string]struct {
		header map[string]string
		status int
	}{
		"tampered":          {signed(t, oldSecret, "m1", c20+" ", now), 401},
		"another secret":    {signed(t, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "m1", c20, now), 401},
		"another id":        {with(signed(t, oldSecret, "m1", c20, now), "webhook-id", "m2"), 401},
		"too old":           {signed(t, oldSecret, "m1", c20, now.Add(-5*time.Minute-time.Second)), 401},
		"too new":           {signed(t, oldSecret, "m1", c20, now.Add(5*time.Minute+time.Second)), 401},
		"another time":      {with(signed(t, oldSecret, "m1", c20, now.Add(-time.Hour)), "webhook-timestamp", strconv.FormatInt(now.Unix(), 10)), 401},
		"time is no number": {with(signed(t, oldSecret, "m1", c20, now), "webhook-timestamp", "now"), 401},
		"no time":           {without(signed(t, oldSecret, "m1", c20, now), "webhook-timestamp"), 401},
		"no id":             {without(signed(t, oldSecret, "m1", c20, now), "webhook-id"), 401},
		"no signature":      {without(signed(t, oldSecret, "m1", c20, now), "webhook-signature"), 401},
		"nonsense, token":   {map[string]string{"webhook-signature": "v1,x", "x-api-key": webhookToken}, 401},
	} {
		if status, said := v.send("/v1/calls", c20, c.header); status != c.status {
			t.Errorf("%s: %d %v, want %d", name, status, said, c.status)
		}
	}
	if status, said := v.send("/v1/calls", `{"a":"`+strings.Repeat("x", 2<<20)+`"}`, signed(t, oldSecret, "m1", "", now)); status != 413 {
		t.Errorf("too large: %d %v", status, said)
	}
	if status, said := v.send("/v1/campaigns/PVI/start", "", signed(t, oldSecret, "m1", "", now)); status != 401 {
		t.Errorf("a signature starts a campaign: %d %v", status, said)
	}
	records, err := v.session.store.Records(t.Context(), []string{"c-20"})
	if err != nil || len(records) != 0 || len(v.dead()) != 0 {
		t.Errorf("stored: %v, %v, %v", records, err, v.dead())
	}
	for i, secret := range []string{oldSecret, newSecret} {
		for _, at := range []time.Time{now.Add(-5 * time.Minute), now.Add(5 * time.Minute)} {
			status, said := v.send("/v1/calls", c20, signed(t, secret, "m1", c20, at))
			if status != 200 || i == 1 && said["result"] != "duplicate" {
				t.Errorf("secret %d: %d %v", i, status, said)
			}
		}
	}
	both := signed(t, newSecret, "m9", c19, now)
	both["webhook-signature"] = signed(t, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "m9", c19, now)["webhook-signature"] + " " + both["webhook-signature"]
	if status, said := v.send("/v1/calls", c19, both); status != 200 || said["result"] != "new" {
		t.Errorf("two signatures: %d %v", status, said)
	}
	if status, said := v.send("/v1/calls", c20, map[string]string{"x-api-key": webhookToken}); status != 200 {
		t.Errorf("token: %d %v", status, said)
	}
}

// An old message that somebody sends again undoes nothing.
func TestAMessageIsAppliedOnce(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "10:05:00")
	secrets, err := server.ReadSecrets(strings.NewReader(oldSecret))
	if err != nil {
		t.Fatal(err)
	}
	v.again(func(s *server.Server) { s.Secrets = secrets })
	lead := func(city string) string {
		return fmt.Sprintf(`{"id":"L9","given_type":"RDVVQ","phone":"01 99 00 00 09","legal_basis":"request","city":%q}`, city)
	}
	for _, c := range []struct{ id, city, result, now string }{
		{"m1", "Paris", "new", "Paris"},
		{"m1", "Paris", "duplicate", "Paris"},
		{"m2", "Lyon", "changed", "Lyon"},
		{"m1", "Paris", "duplicate", "Lyon"},
		{"m3", "Lyon", "unchanged", "Lyon"},
		{"m2", "Lyon", "duplicate", "Lyon"},
	} {
		_, said := v.send("/v1/leads", lead(c.city), signed(t, oldSecret, c.id, lead(c.city), v.time()))
		if said["result"] != c.result || said["lead"] != "L9" {
			t.Errorf("%s: %v, want %s", c.id, said, c.result)
		}
		v.lead("L9", map[string]any{"lead.city": c.now})
	}
}

func TestReadSecrets(t *testing.T) {
	t.Parallel()
	for text, fault := range map[string]string{
		"":                                 "holds no secret",
		"# nothing\n":                      "holds no secret",
		oldSecret + "\n\nwhsec_c2hvcnQ=\n": "line 3 is no secret",
		"whsec_not base64 at all, is it?":  "line 1 is no secret",
	} {
		if _, err := server.ReadSecrets(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), fault) || strings.Contains(err.Error(), "c2hvcnQ") {
			t.Errorf("%q: %v, want %q and no secret in it", text, err, fault)
		}
	}
}

// publisher pushes messages as Pub/Sub does.
type publisher struct {
	*service
	key    *rsa.PrivateKey
	issuer string
	keys   string // address of the key set
}

const (
	audience = "https://calls.example.org/v1/pubsub"
	account  = "push@example-project.iam.gserviceaccount.com"
)

func publishing(t *testing.T, clock string) *publisher {
	t.Helper()
	return publishingTo(t, serveF0(t, clock))
}

// publishingTo lets a service take pushes.
func publishingTo(t *testing.T, v *service) *publisher {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	keys := httptest.NewServer(&oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k1", Algorithm: oidc.RS256}}})
	t.Cleanup(keys.Close)
	p := &publisher{service: v, key: key, issuer: "https://accounts.google.com", keys: keys.URL + "/keys"}
	p.again(func(s *server.Server) {
		s.Push = server.NewPush(t.Context(), server.PushConfig{Audience: audience, Emails: []string{account}, Keys: p.keys}, p.time)
	})
	return p
}

// token is one that Google would give, but for the changes.
func (p *publisher) token(key *rsa.PrivateKey, changes map[string]any) string {
	claims := map[string]any{
		"iss": p.issuer, "aud": audience, "sub": "113", "email": account, "email_verified": true,
		"iat": p.time().Add(-time.Minute).Unix(), "exp": p.time().Add(time.Hour).Unix(),
	}
	for name, value := range changes {
		claims[name] = value
	}
	text, _ := json.Marshal(claims)
	return oidctest.SignIDToken(key, "k1", oidc.RS256, string(text))
}

// push pushes a message of a type.
func (p *publisher) push(id, kind, data string) (int, map[string]any) {
	p.Helper()
	attributes := map[string]string{"origin": "test"}
	if kind != "" {
		attributes["type"] = kind
	}
	text, err := json.Marshal(map[string]any{
		"message": map[string]any{
			"data": base64.StdEncoding.EncodeToString([]byte(data)), "messageId": id, "message_id": id, "attributes": attributes,
			"publishTime": "2026-11-23T10:00:00Z",
		},
		"subscription": "projects/example-project/subscriptions/calls",
	})
	if err != nil {
		p.Fatal(err)
	}
	return p.send("/v1/pubsub", string(text), map[string]string{"Authorization": "Bearer " + p.token(p.key, nil)})
}

// Only the subscription pushes.
func TestWhoPushes(t *testing.T) {
	t.Parallel()
	p := publishing(t, "11:05:00")
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	body := `{"message":{"messageId":"1","data":"` + base64.StdEncoding.EncodeToString([]byte(c20)) + `"}}`
	for name, authorization := range map[string]string{
		"nothing":          "",
		"a token of ours":  "Bearer " + webhookToken,
		"no JWT":           "Bearer a.b.c",
		"another audience": "Bearer " + p.token(p.key, map[string]any{"aud": "https://elsewhere.example.org"}),
		"another issuer":   "Bearer " + p.token(p.key, map[string]any{"iss": "https://issuer.example.org"}),
		"expired":          "Bearer " + p.token(p.key, map[string]any{"exp": p.time().Add(-time.Second).Unix()}),
		"another account":  "Bearer " + p.token(p.key, map[string]any{"email": "somebody@example.org"}),
		"not verified":     "Bearer " + p.token(p.key, map[string]any{"email_verified": false}),
		"another key":      "Bearer " + p.token(stranger, nil),
		"no scheme":        p.token(p.key, nil),
	} {
		if status, said := p.send("/v1/pubsub", body, map[string]string{"Authorization": authorization}); status != 401 {
			t.Errorf("%s: %d %v, want 401", name, status, said)
		}
	}
	records, err := p.session.store.Records(t.Context(), []string{"c-20"})
	if err != nil || len(records) != 0 || len(p.dead()) != 0 {
		t.Errorf("stored: %v, %v, %v", records, err, p.dead())
	}
	if status, said := p.push("1", "", c20); status != 200 || said["result"] != "new" {
		t.Errorf("the subscription: %d %v", status, said)
	}
	p.again(func(*server.Server) {})
	if status, said := p.push("1", "", c20); status != 404 || !strings.Contains(fmt.Sprint(said["detail"]), "CALLSHEET_PUBSUB_AUDIENCE") {
		t.Errorf("nothing is set: %d %v", status, said)
	}
}

// Calls and leads come by Pub/Sub, each message once.
func TestPushedMessages(t *testing.T) {
	t.Parallel()
	p := publishing(t, "11:05:00")
	lead := func(id, more string) string {
		return `{"id":"` + id + `","given_segment":"PVI_NOW","postal_code":"75011","phone":"01 99 00 00 09","legal_basis":"request"` + more + `}`
	}
	for _, c := range []struct{ id, kind, data, result string }{
		{"1", "", c20, "new"},
		{"1", "", c20, "duplicate"},
		{"2", "call", c20, "duplicate"}, // published twice
		{"3", "call", strings.Replace(c20, "Qualifié", "Pas intéressé", 1), "corrected"},
		{"1", "", c20, "duplicate"}, // late, after its correction
		{"4", "call", strings.Replace(c19, "L1", "nobody", 1), "unknown_contact"},
		{"5", "estimation", lead("L9", `,"given_type":"RDVVQ","city":"Paris"`), "new"},
		{"6", "", lead("L9", `,"given_type":"RDVVQ","city":"Lyon"`), "changed"},
		{"5", "estimation", lead("L9", `,"given_type":"RDVVQ","city":"Paris"`), "duplicate"},
		{"7", "form", lead("L10", `,"given_type":"DIRECT","source":null`), "new"},
	} {
		status, said := p.push(c.id, c.kind, c.data)
		if status != 200 || said["result"] != c.result {
			t.Errorf("message %s: %d %v, want 200 and %s", c.id, status, said, c.result)
		}
	}
	p.lead("L1", map[string]any{"lead.attempts": 1.0, "lead.status": "refused"})
	p.lead("L9", map[string]any{"lead.city": "Lyon", "lead.source": "estimation"})
	p.lead("L10", map[string]any{"lead.source": "form"})
	if events := p.dead(); len(events) != 1 || events[0].Reason != crm.EventUnknownContact || events[0].Source != crm.EventPubSub {
		t.Errorf("events: %v", events)
	}
	applied, err := p.session.store.Events(t.Context(), crm.EventApplied, "", 10)
	if err != nil || len(applied) != 3 || applied[0].ID != "pubsub:5" || applied[0].LeadID+applied[0].Phone+applied[0].Body != "" {
		t.Errorf("applied: %v, %v", applied, err)
	}
}

// Somebody who sells without an agency and asks to be called is called then.
func TestPushedCallbackRequest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	v := &service{T: t, rules: shop, db: database(t, dir), out: filepath.Join(dir, "out")}
	v.begin("11:05:00")
	p := publishingTo(t, v)
	const request = `{"external_id":"F1","phone":"01 99 00 00 11","postal_code":"75011","legal_basis":"request","callback_at":"2026-11-24T15:00:00"}`
	for _, result := range []string{"new", "duplicate"} {
		status, said := p.push("8", "Callback_Request", request)
		next, _ := said["next_call"].(map[string]any)
		if status != 200 || said["result"] != result || said["type"] != "FSBO" || next["kind"] != "callback" || next["due_at"] != "2026-11-24T15:00:00+01:00" {
			t.Errorf("%d %v", status, said)
		}
	}
}

// Messages that nobody can use are not sent for ever, those that fail through
// us are.
func TestPoison(t *testing.T) {
	t.Parallel()
	p := publishing(t, "11:05:00")
	bearer := map[string]string{"Authorization": "Bearer " + p.token(p.key, nil)}
	for body, reason := range map[string]string{
		`{"data":"e30="}`:                              "bad_envelope",
		`{"message":"hello"}`:                          "bad_envelope",
		`{"message":{"data":"e30="}}`:                  "bad_envelope",
		`{"message":{"messageId":"e1","data":1}}`:      "bad_envelope",
		`{"message":{"messageId":"e2","data":"***"}}`:  "bad_envelope",
		`{"message":{"messageId":"e3","data":"bm8="}}`: "bad_envelope", // no
		`{"message":{"messageId":"e4"}}`:               "bad_envelope",
		`[]`:                                           "not_an_object",
	} {
		if status, said := p.send("/v1/pubsub", body, bearer); status != 202 || said["reason"] != reason {
			t.Errorf("%s: %d %v, want 202 and %s", body, status, said, reason)
		}
	}
	for _, c := range []struct{ id, kind, data, reason string }{
		{"1", "", `[]`, "not_an_object"},
		{"2", "", "{\"callId\":\"\xff\"}", "not_utf8"},
		{"3", "", `{"callId":"c-1","contactId":"L1","contactPhone":"01 99 00 00 01","callStart":"soon"}`, "unusable"},
		{"4", "session_paid", c20, "unknown_type"},
		{"5", "estimation", `{"id":"L9"}`, "unusable"},
		{"6", "callback_request", `{"id":"L9","phone":"01 99 00 00 09"}`, "unusable"},
		{"7", "call", `{"callId":[]}`, "wrong_type"},
		{strings.Repeat("8", 300), "", `[8]`, "not_an_object"},
	} {
		if status, said := p.push(c.id, c.kind, c.data); status != 202 || said["reason"] != c.reason {
			t.Errorf("message %s: %d %v, want 202 and %s", c.id, status, said, c.reason)
		}
	}
	events := p.dead()
	if len(events) != 16 {
		t.Errorf("%d events, want 16: %v", len(events), events)
	}
	for _, e := range events {
		if e.ID == "pubsub:3" && (e.Phone != "+33199000001" || e.LeadID != "L1" || !strings.Contains(e.Body, `"soon"`)) {
			t.Errorf("event: %v", e)
		}
	}
	// What was dead may be of use later, with other rules: here, mended.
	if status, said := p.push("5", "estimation", `{"id":"L9","given_type":"RDVVQ","phone":"01 99 00 00 09"}`); status != 200 || said["result"] != "new" {
		t.Errorf("mended: %d %v", status, said)
	}
	if n := len(p.dead()); n != 15 {
		t.Errorf("%d events are dead, want 15", n)
	}
	if status, said := p.send("/v1/pubsub", `{"message":`, bearer); status != 400 {
		t.Errorf("no JSON: %d %v", status, said)
	}
	if err := p.session.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"call", "lead"} {
		if status, said := p.push("9", kind, `{"callId":"c-9","contactId":"L1","id":"L9","phone":"01 99 00 00 09"}`); kind == "call" && status != 500 {
			t.Errorf("a %s while the database is closed: %d %v, want 500", kind, status, said)
		}
	}
	if status, said := p.push("10", "estimation", `{"id":"L9","phone":"01 99 00 00 09"}`); status != 500 {
		t.Errorf("a lead while the database is closed: %d %v, want 500", status, said)
	}
}

// Reports are answered as the commands print them.
func TestReportsByHTTP(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	contacts := []crm.DialerContact{
		{ID: "1", CampaignID: "A", Phone: "+33199000001", LastCallAt: crm.Some(crm.At(v.time()))},
		{ID: "2", CampaignID: "A", Phone: "+33199000002"},
		{ID: "3", CampaignID: "B", Phone: "+33199000001"},
	}
	if err := v.session.store.PutDialerContacts(t.Context(), contacts); err != nil {
		t.Fatal(err)
	}
	if status, text, _ := v.ask("GET", "/v1/duplicates?a=A&b=B", readToken, ""); status != 200 || text != `[{"phone":"+33199000001","a":"2026-11-23 11:05:00","b":null}]`+"\n" {
		t.Errorf("duplicates: %d %s", status, text)
	}
	const progression = "/v1/reports/progression?agent=u1&month=2025-04"
	for path, want := range map[string]struct {
		status int
		detail string
	}{
		"/v1/duplicates?a=A": {400, "?a=…&b=…"}, "/v1/reports/sales": {404, "CALLSHEET_SALES_DB"}, progression: {404, "CALLSHEET_SALES_DB"},
		"/v1/reports/progression?month=2025-04": {400, "agent"}, "/v1/reports/progression?agent=u1&month=April": {400, "2025-04"},
	} {
		if status, text, said := v.ask("GET", path, readToken, ""); status != want.status || !strings.Contains(fmt.Sprint(said["detail"]), want.detail) {
			t.Errorf("%s: %d %s, want %d and %q", path, status, text, want.status, want.detail)
		}
	}
	v.session.env = func(name string) string { return map[string]string{salesVariable: "../fixtures/sales.db"}[name] }
	for path, args := range map[string][]string{"/v1/reports/sales": {"sales"}, progression: {"progression", "--agent", "u1", "--month", "2025-04"}} {
		status, text, _ := v.ask("GET", path, readToken, "")
		var got, want any
		printed := mustRun(t, append(append([]string{"report"}, args...), "--sales-db", "../fixtures/sales.db", "-o", "json")...)
		if err := json.Unmarshal([]byte(printed), &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil || status != 200 || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %d %s, want %s", path, status, text, printed)
		}
	}
	if status, text, _ := v.ask("GET", "/v1/reports/progression?agent=nobody&month=2025-04", readToken, ""); status != 404 {
		t.Errorf("an agent that there is not: %d %s", status, text)
	}
}

// What nobody could use is listed until somebody has dealt with it.
func TestDeadLettersAreSettled(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	v.ask("POST", "/v1/calls", webhookToken, `{"callId":{"a":1},"contactPhone":"01 99 00 00 05"}`)
	id := v.dead()[0].ID
	var told strings.Builder
	s := v.session.at(v.time(), &terminal.Terminal{Out: &told, Err: io.Discard, Format: terminal.Table})
	a := &app{db: "calls.db"}
	if err := runEvents(t.Context(), a, s, eventsOptions{limit: 10}); err != nil {
		t.Fatal(err)
	}
	if text := told.String(); !strings.Contains(text, id) || !strings.Contains(text, "wrong_type") || strings.Contains(text, "99000005") {
		t.Errorf("listed as\n%s", text)
	}
	if err := runEvents(t.Context(), a, s, eventsOptions{settle: id}); err != nil {
		t.Fatal(err)
	}
	if left := v.dead(); len(left) != 0 {
		t.Errorf("after settling there are %v", left)
	}
	if err := runEvents(t.Context(), a, s, eventsOptions{settle: id}); !errors.Is(err, crm.ErrNotFound) {
		t.Errorf("settling it again is %v, want crm.ErrNotFound", err)
	}
}
