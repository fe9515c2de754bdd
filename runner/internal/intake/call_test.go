package intake_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/intake"
)

func callParser(t *testing.T) *intake.CallParser {
	t.Helper()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return &intake.CallParser{
		Phones: intake.NewPhones(), Zone: paris,
		Date: func(text string) (time.Time, error) { return time.ParseInLocation("02/01/2006 15:04:05", text, paris) },
	}
}

// The event of the public exercise, whose end lies before its start.
func TestParseTheReportOfACall(t *testing.T) {
	got, err := callParser(t).Parse(map[string]string{
		"agent": "u1", "callDurationInSeconds": "587", "callBackDate": " 14/04/2025 10:30:00", "callEnd": "07/04/2025 11:22:09", "callId": "c-1",
		"callResult": "CONNECTED", "callStart": "07/04/2025 11:26:09", "callType": "campaignOutboundCall", "campaignId": "A", "campaignName": "Alpha",
		"contactId": "42", "contactPhone": "01 99 00 00 01", "conversationDuration": "567", "displayedPhoneNumber": "+33162000101",
		"wrapupComment": "a comment", "wrapup": "Rappel", "recordingRef": "r-9", "recordingOpposed": "false", "agreedExactTime": "true", "more": "{}",
	})
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) crm.Maybe[crm.Instant] {
		moment, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return crm.Some(crm.At(moment))
	}
	want := crm.Record{
		ID: "c-1", Phone: "+33199000001", PhoneRaw: "01 99 00 00 01", ContactID: "42", CampaignID: "A", CampaignName: "Alpha", Agent: "u1",
		Type: "campaignOutboundCall", Result: "CONNECTED", Wrapup: "Rappel", Comment: "a comment", CallbackText: "14/04/2025 10:30:00",
		DisplayedNumber: "+33162000101", StartedAt: at("2025-04-07T11:26:09+02:00"), EndedAt: at("2025-04-07T11:22:09+02:00"),
		TotalSeconds: crm.Some[int64](587), TalkSeconds: crm.Some[int64](567), RecordingRef: "r-9", AgreedExactTime: true, Hash: got.Hash,
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got.Hash) != 64 {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

func TestTheHashOfAReport(t *testing.T) {
	parser := callParser(t)
	hash := func(report map[string]string) string {
		t.Helper()
		r, err := parser.Parse(report)
		if err != nil {
			t.Fatal(err)
		}
		return r.Hash
	}
	plain := hash(map[string]string{"callId": "c", "wrapup": "Occupé"})
	if spaces := hash(map[string]string{"callId": " c", "wrapup": "Occupé ", "other": "x", "agent": ""}); spaces != plain {
		t.Error("spaces and fields of others make it another report")
	}
	if other := hash(map[string]string{"callId": "c", "wrapup": "Occupé", "agent": "a"}); other == plain {
		t.Error("another agent makes no other report")
	}
}

func TestACallWithoutID(t *testing.T) {
	parser := callParser(t)
	id := func(report map[string]string) string {
		r, err := parser.Parse(report)
		if err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	first := id(map[string]string{"contactId": "42", "callStart": "07/04/2025 11:26:09", "agent": "u1", "wrapup": "Occupé"})
	if again := id(map[string]string{"contactId": "42", "callStart": "2025-04-07T09:26:09Z", "agent": "u1", "wrapup": "Rappel"}); again != first || first == "" {
		t.Errorf("one call has the ids %q and %q", first, again)
	}
	if other := id(map[string]string{"contactId": "42", "callStart": "07/04/2025 11:26:10", "agent": "u1"}); other == first {
		t.Error("two calls have one id")
	}
}

func TestCallsThatCannotBeStored(t *testing.T) {
	for why, report := range map[string]map[string]string{
		"callId is empty": {"contactId": "42"},
		`callStart "31/02/2026 10:00:00" is no date`:   {"callId": "c", "callStart": "31/02/2026 10:00:00"},
		`callEnd "yesterday" is no date`:               {"callId": "c", "callEnd": "yesterday"},
		`callStart "01/01/0026 10:00:00" is no date`:   {"callId": "c", "callStart": "01/01/0026 10:00:00"},
		`callDurationInSeconds "-1" is below zero`:     {"callId": "c", "callDurationInSeconds": "-1"},
		`conversationDuration "1m" is no whole number`: {"callId": "c", "conversationDuration": "1m"},
		`agreedExactTime "maybe" is neither true nor`:  {"callId": "c", "agreedExactTime": "maybe"},
		`callEnd "?" is no date`:                       {"callEnd": "?", "contactId": "1", "callStart": "07/04/2025 11:26:09"},
	} {
		if _, err := callParser(t).Parse(report); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("error %v, want %s", err, why)
		}
	}
}

func TestAFileOfCalls(t *testing.T) {
	text := "callId;CONTACTID;queue;wrapup;callStart\nc1;42;7;Occupé;07/04/2025 11:26:09\n;;1;;\nc2;43;;;tomorrow\n"
	reader, err := intake.Calls(source(t, "calls.csv", text), callParser(t))
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if row.Reject != "" {
			told = append(told, row.Reject[:len("callId is empty")])
			continue
		}
		var c intake.Call
		row.Set(&c, true)
		told = append(told, c.ID+" "+c.ContactID+" "+c.Wrapup)
	}
	want := []string{"c1 42 Occupé", "callId is empty", `callStart "tomorrow"`[:len("callId is empty")]}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"queue"}, reader.Ignored()); diff != "" {
		t.Errorf("ignored columns (-want +got):\n%s", diff)
	}
}

func TestACallCannotHaveBeenMadeInTheFuture(t *testing.T) {
	t.Parallel()
	p := callParser(t)
	p.Now = func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
	for start, fine := range map[string]bool{"24/11/2026 12:59:00": true, "24/11/2026 13:01:00": false, "23/11/2030 10:20:00": false} {
		_, err := p.Parse(map[string]string{"callId": "c", "callStart": start})
		if (err == nil) != fine {
			t.Errorf("%s: %v", start, err)
		}
	}
}
