package intake_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/intake"
)

func at(t testing.TB, rfc3339 string) crm.Instant {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		t.Fatal(err)
	}
	return crm.At(parsed)
}

// TestLeadComplete gives every column that there is, once as CSV, once as
// NDJSON.
func TestLeadComplete(t *testing.T) {
	t.Parallel()
	const csv = "lead.id,contact_id,status,source,created_at,estimated_at,estimated_price,sell_horizon_months,role,property_type," +
		"living_area,rooms,postal_code,city,media_zone,visits,callback_at,callback_requests,tags,attempts,attempts_30d,reached," +
		"refusals,callbacks,recycled,in_wallet,has_pending_task,last_call_at,last_outcome,assigned_agent,legal_basis,consent_at," +
		"consent_evidence,on_bloctel,First Name,LAST-NAME,contact.email,contact.phone,language,notaire_ok,lead.floor,charges," +
		"heating,signed_at,second_phone,interests,note\n" +
		"L1,C1,scheduled,form,2026-11-20,2026-11-22T18:05,450000.50,6,owner,house," +
		"84.5,4,97400,Saint-Denis,oui,3,2026-11-24 10:30,1,vip|garden,2,1,1," +
		"0,1,2,yes,no,2026-11-21T10:00:00Z,no_answer,a1,consent,2026-11-01T09:00:00+01:00," +
		"form 12,false,Zoé,Moreau,zoe@example.org,0692 12 34 56,fr,1,-1,120," +
		"wood,2026-07-01,01 99 00 00 02,\"boats, cars\",call late\n"
	const ndjson = `{"id":"L1","contact_id":"C1","status":"scheduled","source":"form","created_at":"2026-11-20","estimated_at":"2026-11-22T18:05",` +
		`"estimated_price":4.500005e5,"sell_horizon_months":6,"role":"owner","property_type":"house","living_area":84.5,"rooms":4,` +
		`"postal_code":97400,"city":"Saint-Denis","media_zone":true,"visits":3,"callback_at":"2026-11-24 10:30","callback_requests":1,` +
		`"tags":["vip","garden"],"attempts":2,"attempts_30d":1,"reached":1,"refusals":0,"callbacks":1,"recycled":2,"in_wallet":true,` +
		`"has_pending_task":false,"last_call_at":"2026-11-21T10:00:00.000Z","last_outcome":"no_answer","assigned_agent":"a1",` +
		`"legal_basis":"consent","consent_at":"2026-11-01T09:00:00+01:00","consent_evidence":"form 12","on_bloctel":false,` +
		`"first_name":"Zoé","last_name":"Moreau","email":"zoe@example.org","phone":"0692 12 34 56","language":"fr","notary_ready":true,` +
		`"floor":-1,"charges":120,"heating":"wood","signed_at":"2026-07-01","second_phone":"01 99 00 00 02","interests":["boats","cars"],"note":"call late"}`
	want := crm.Lead{
		ID: "L1", ContactID: "C1", Status: crm.Scheduled, Source: "form", CreatedAt: at(t, "2026-11-20T00:00:00+01:00"),
		EstimatedAt:    crm.Some(at(t, "2026-11-22T18:05:00+01:00")),
		EstimatedPrice: crm.Some(450000.5), SellHorizonMonths: crm.Some[int64](6), Role: "owner", PropertyType: "house",
		LivingArea: crm.Some(84.5), Rooms: crm.Some[int64](4), PostalCode: "97400", City: "Saint-Denis", MediaZone: crm.Some(true),
		Visits: crm.Some[int64](3), CallbackAt: crm.Some(at(t, "2026-11-24T10:30:00+01:00")), CallbackRequests: crm.Some[int64](1),
		Tags: []string{"vip", "garden"}, Attempts: 2, Attempts30d: 1, Reached: 1, Callbacks: 1, Recycled: 2, InWallet: true,
		LastCallAt: crm.Some(at(t, "2026-11-21T10:00:00Z")), LastOutcome: "no_answer", AssignedAgent: "a1",
		LegalBasis: crm.BasisConsent, ConsentAt: crm.Some(at(t, "2026-11-01T08:00:00Z")), ConsentEvidence: "form 12", OnBloctel: crm.Some(false),
		FirstName: "Zoé", LastName: "Moreau", Email: "zoe@example.org",
		Phone: "+262692123456", PhoneRaw: "0692 12 34 56", PhoneCountry: "262", PhoneNational: "692123456", Language: "fr",
		Custom: map[string]any{
			"notary_ready": true, "floor": int64(-1), "charges": 120.0, "heating": "wood", "note": "call late",
			"signed_at": at(t, "2026-07-01T00:00:00+02:00"), "second_phone": "+33199000002", "interests": []string{"boats", "cars"},
		},
	}
	for name, text := range map[string]string{"leads.csv": csv, "leads.ndjson": ndjson} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, lead(t, leads(t, name, text)[0])); diff != "" {
				t.Errorf("lead (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryFieldIsKnown checks that each fact of a lead is a column or refused
// with a reason, so that a new one cannot be forgotten.
func TestEveryFieldIsKnown(t *testing.T) {
	t.Parallel()
	for _, f := range crm.LeadFields() {
		header := "id,phone," + f.Name + "\n"
		if f.Name == "lead.id" || f.Name == "contact.phone" {
			header = "id,phone\n"
		}
		if got := refusal(t, "a.csv", header); got != "" && !strings.Contains(got, "cannot be imported") {
			t.Errorf("%s: %s", f.Name, got)
		}
	}
}

func TestNewLead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       crm.Lead
	}{
		{
			"only what must come", "external_id,phone\nL1,0199000001\n",
			crm.Lead{Status: crm.New, Phone: "+33199000001", PhoneRaw: "0199000001", PhoneCountry: "33", PhoneNational: "199000001"},
		},
		{
			"unusable phone", "id,phone\nL1,06 20 92 28\n",
			crm.Lead{Status: crm.Invalid, PhoneRaw: "06 20 92 28"},
		},
		{"empty phone", "id,phone\nL1,\n", crm.Lead{Status: crm.Invalid}},
		{"null phone", `{"id":"L1","phone":null}`, crm.Lead{Status: crm.Invalid}},
		{
			"empty cells", "id,phone,legal_basis,status,tags,attempts,in_wallet,created_at,visits\nL1,x,,,,,,,\n",
			crm.Lead{Status: crm.Invalid, PhoneRaw: "x"},
		},
		{
			"status stays though the phone is unusable", "id,phone,status\nL1,x,do_not_call\n",
			crm.Lead{Status: crm.DoNotCall, PhoneRaw: "x"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.want.ID, test.want.ContactID, test.want.LegalBasis = "L1", "L1", crm.BasisNone
			got := lead(t, leads(t, "leads", test.text)[0])
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("lead (-want +got):\n%s", diff)
			}
		})
	}
}

func TestKnownLead(t *testing.T) {
	t.Parallel()
	stored := func() crm.Lead {
		return crm.Lead{
			ID: "L1", ContactID: "C1", Status: crm.Callback, Attempts: 3, InWallet: true, AssignedAgent: "a1",
			CreatedAt: 1000, LegalBasis: crm.BasisRequest, City: "Nice", Visits: crm.Some[int64](2), PostalCode: "97400",
			Tags: []string{"vip"}, Phone: "+33199000001", PhoneRaw: "0199000001", PhoneCountry: "33", PhoneNational: "199000001",
			LastOutcome: "callback", Custom: map[string]any{"floor": int64(2), "note": "x"},
		}
	}
	tests := []struct {
		name, text string
		want       func(*crm.Lead)
	}{
		{"columns that are not there stay", "id,phone\nL1,0199000001\n", func(*crm.Lead) {}},
		{
			"empty cells empty", "id,phone,city,visits,tags,floor,legal_basis,contact_id\nL1,0199000001,,,,,,\n",
			func(l *crm.Lead) {
				l.City, l.Visits, l.Tags, l.LegalBasis, l.ContactID = "", crm.Maybe[int64]{}, nil, crm.BasisNone, "L1"
				delete(l.Custom, "floor")
			},
		},
		{
			"what the program keeps stays", "id,phone,status,attempts,in_wallet,assigned_agent,last_outcome,created_at\nL1,0199000001,new,0,no,a2,,\n",
			func(*crm.Lead) {},
		},
		{
			"new values", "id,phone,city,visits,created_at,floor\nL1,0199000002,Lyon,5,1970-01-01T00:00:02Z,3\n",
			func(l *crm.Lead) {
				l.City, l.Visits, l.CreatedAt, l.Custom["floor"] = "Lyon", crm.Some[int64](5), 2000, int64(3)
				l.Phone, l.PhoneRaw, l.PhoneNational = "+33199000002", "0199000002", "199000002"
			},
		},
		{
			"number of the stored postal code", "id,phone\nL1,0692123456\n",
			func(l *crm.Lead) {
				l.Phone, l.PhoneRaw, l.PhoneCountry, l.PhoneNational = "+262692123456", "0692123456", "262", "692123456"
			},
		},
		{
			"status stays though the phone becomes unusable", "id,phone\nL1,none\n",
			func(l *crm.Lead) { l.Phone, l.PhoneRaw, l.PhoneCountry, l.PhoneNational = "", "none", "", "" },
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			row := leads(t, "a.csv", test.text)[0]
			got, want := stored(), stored()
			test.want(&want)
			// The same row twice changes nothing more.
			for range 2 {
				row.Set(&got, false)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("lead (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestBadCells(t *testing.T) {
	t.Parallel()
	const (
		noNumber = "is no number: write digits and at most one decimal point, such as 450000 or 450000.50, without spaces, commas or units"
		noWhole  = "is no whole number: write digits alone, such as 12"
		noDate   = "is no date: write 2026-11-22, 2026-11-22T18:05 or 2026-11-22T18:05:00, with Z or an offset such as +01:00 when it is not local"
		implaus  = "is no plausible date: the year must be between 1900 and 2200"
		below    = "is below zero: write 0 or more"
		noTruth  = "is neither true nor false: write true, false, yes, no, oui, non, 1 or 0"
	)
	tests := []struct{ column, value, want string }{
		{"estimated_price", "450 000", noNumber},
		{"estimated_price", "450\u00a0000", noNumber},
		{"estimated_price", "450.000,00", noNumber},
		{"estimated_price", "450000,5", noNumber},
		{"estimated_price", "450,000.00", noNumber},
		{"estimated_price", "4.5e5", noNumber},
		{"estimated_price", "450000 EUR", noNumber},
		{"estimated_price", "NaN", noNumber},
		{"estimated_price", "+Inf", noNumber},
		{"estimated_price", "1.", noNumber},
		{"estimated_price", ".5", noNumber},
		{"estimated_price", "1.-5", noNumber},
		{"estimated_price", "0x10", noNumber},
		{"estimated_price", strings.Repeat("9", 400), "is too large for a number"},
		{"rooms", "4.0", noWhole},
		{"rooms", "four", noWhole},
		{"rooms", "-", noWhole},
		{"rooms", "9223372036854775808", "is too large for a whole number"},
		{"attempts", "1,000", noWhole},
		{"estimated_at", "22/11/2026", noDate},
		{"estimated_at", "2026-11-31", noDate},
		{"estimated_at", "2026-11-22T8:05", noDate},
		{"estimated_at", "2026-11-22T25:00", noDate},
		{"estimated_at", "2026-11-2218:05", noDate},
		{"estimated_at", "2026-11-22T 18:05", noDate},
		{"estimated_at", "2026-11-22T18:05+1", noDate},
		{"estimated_at", "2026-11-22Z", noDate},
		{"estimated_at", "26-11-22", noDate},
		{"estimated_at", "1795370700", noDate},
		{"estimated_at", "tomorrow", noDate},
		{"estimated_at", "0026-11-20", implaus},
		{"estimated_at", "1899-12-31T23:59:59", implaus},
		{"created_at", "2201-01-01", implaus},
		{"consent_at", "20266-11-20", noDate},
		{"signed_at", "0206-07-01", implaus},
		{"visits", "-1", below},
		{"rooms", "-4", below},
		{"living_area", "-84.5", below},
		{"estimated_price", "-0.01", below},
		{"sell_horizon_months", "-6", below},
		{"callback_requests", "-1", below},
		{"visits", "-1.5", noWhole},
		{"media_zone", "maybe", noTruth},
		{"media_zone", "2", noTruth},
		{"media_zone", "vrai", noTruth},
		{"status", "New", "is none of new, parked, scheduled, in_campaign, not_qualified, callback, review, support, qualified, converted, refused, do_not_call, unreachable, invalid, frozen, erased"},
		{"legal_basis", "optin", "is none of consent, request, contract, none"},
		{"role", "Owner", "is none of owner, heir"},
		{"heating", "oil", "is none of gas, wood"},
		{"floor", "1st", noWhole},
		{"charges", "120€", noNumber},
		{"signed_at", "01/07/2026", noDate},
		{"notary_ready", "x", noTruth},
		{"second_phone", "=+33199000002", "is no phone number that can be called: write it as 01 99 00 00 01 or +33199000001"},
	}
	for _, test := range tests {
		t.Run(test.column+" "+test.value[:min(20, len(test.value))], func(t *testing.T) {
			t.Parallel()
			row := leads(t, "a.csv", "id;phone;"+test.column+"\nL1;0199000001;"+test.value+"\n")[0]
			shown := test.value
			if len(shown) > 60 {
				shown = shown[:40] + "…"
			}
			want := test.column + ` "` + strings.ReplaceAll(shown, "\u00a0", `\u00a0`) + `" ` + test.want
			if row.Reject != want {
				t.Errorf("got  %s\nwant %s", row.Reject, want)
			}
			if row.Set != nil || row.ID != "L1" {
				t.Errorf("row %q can be set", row.ID)
			}
		})
	}
}

// TestRowFaults checks what is wrong with a row as a whole, and that all is
// said at once.
func TestRowFaults(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"no id", "id,phone\n ,0199000001\n", "id is empty: every lead needs one"},
		{"null id", `{"id":null,"phone":"0199000001"}`, "id is empty: every lead needs one"},
		{"count below zero", "id,phone,attempts\nL1,x,-1\n", "a counter is below zero: attempts, reached, refusals, callbacks and recycled count up from 0"},
		{
			"two faults", "id,phone,rooms,floor\nL1,x,a,b\n",
			`rooms "a" is no whole number: write digits alone, such as 12; floor "b" is no whole number: write digits alone, such as 12`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := leads(t, "leads", test.text)[0].Reject; got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, value, want string }{
		{"date", "2026-11-22", "2026-11-21T23:00:00Z"},
		{"minutes", "2026-11-22T18:05", "2026-11-22T17:05:00Z"},
		{"seconds", "2026-11-22T18:05:09", "2026-11-22T17:05:09Z"},
		{"space", "2026-11-22 18:05:09", "2026-11-22T17:05:09Z"},
		{"UTC", "2026-11-22T18:05:09Z", "2026-11-22T18:05:09Z"},
		{"UTC minutes", "2026-11-22 18:05Z", "2026-11-22T18:05:00Z"},
		{"offset", "2026-11-22T18:05:09+04:00", "2026-11-22T14:05:09Z"},
		{"fraction", "2026-11-22T18:05:09.250Z", "2026-11-22T18:05:09Z"},
		{"summer", "2026-07-14", "2026-07-13T22:00:00Z"},
		{"exists twice", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"},
		{"exists twice, offset given", "2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z"},
		{"first plausible", "1900-01-01", "1899-12-31T23:50:39Z"},
		{"last plausible", "2200-12-31T23:59:59", "2200-12-31T22:59:59Z"},
		{"does not exist", "2027-03-28T02:30:00", "2027-03-28T01:30:00Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := lead(t, leads(t, "a.csv", "id,phone,callback_at\nL1,x,"+test.value+"\n")[0])
			if got := l.CallbackAt.V.String(); got != test.want || !l.CallbackAt.Valid {
				t.Errorf("%s is %s, want %s", test.value, got, test.want)
			}
		})
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []string
	}{
		{"bars", "id;phone;tags\nL1;x; a, b | c |\n", []string{"a, b", "c"}},
		{"commas", "id;phone;tags\nL1;x;a, b,,c\n", []string{"a", "b", "c"}},
		{"one", "id;phone;tags\nL1;x;a\n", []string{"a"}},
		{"none", "id;phone;tags\nL1;x; , \n", nil},
		{"JSON", `{"id":"L1","phone":"x","tags":["a|b"," c ","",4,true,null]}`, []string{"a|b", "c", "4", "true"}},
		{"JSON empty", `{"id":"L1","phone":"x","tags":[]}`, nil},
		{"JSON text", `{"id":"L1","phone":"x","tags":"a|b"}`, []string{"a", "b"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := lead(t, leads(t, "leads", test.text)[0]).Tags
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("tags (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCustomFields checks names that meet and types that do not exist.
func TestCustomFields(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		custom []intake.Custom
		want   string
	}{
		{"unknown type", []intake.Custom{{Name: "floor", Type: "int"}}, `field lead.floor has the unknown type "int"`},
		{
			"alias of another",
			[]intake.Custom{{Name: "mobile", Type: "phone", ImportAs: []string{"Phone"}}},
			`"Phone" cannot be a column for lead.mobile: it is one for contact.phone already`,
		},
		{
			"alias twice",
			[]intake.Custom{{Name: "a1", Type: "text", ImportAs: []string{"x y"}}, {Name: "a2", Type: "text", ImportAs: []string{"x_y"}}},
			`"x_y" cannot be a column for lead.a2: it is one for lead.a1 already`,
		},
		{"alias of itself", []intake.Custom{{Name: "id", ImportAs: []string{"external_id", "ID"}}}, ""},
		{"field of the contact", []intake.Custom{{Name: "contact.language", Type: "choice", Values: []string{"fr"}}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := intake.Leads(source(t, "a.csv", "id,phone\n"), test.custom, intake.NewPhones(), time.UTC)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestOrder checks that rows come in the order of the file whatever the number
// of processors, and over several batches.
func TestOrder(t *testing.T) {
	t.Parallel()
	got := leads(t, "leads.csv", leadsCSV(2000))
	if len(got) != 2000 {
		t.Fatalf("%d rows", len(got))
	}
	for i, row := range got {
		want := "L" + strconv.Itoa(i)
		if row.Line != i+2 || row.ID != want || row.Raw[0] != want || lead(t, row).ID != want {
			t.Fatalf("row %d: line %d, id %q, first cell %q", i, row.Line, row.ID, row.Raw[0])
		}
	}
}

// FuzzLeads checks that no file makes the reader fail in another way than by
// an error or a reason, and that every row has one or can be stored.
func FuzzLeads(f *testing.F) {
	f.Add("leads.csv", "id;phone;tags\nL1;0199000001;a|b\n")
	f.Add("leads.csv", "\ufeffid,phone\r\n\"L\n1\",\"0199000001\"\r\nL2,\"x\n")
	f.Add("leads.csv", "\xff\xfei\x00d\x00,\x00p\x00h\x00o\x00n\x00e\x00\n\x00")
	f.Add("leads.ndjson", `{"id":"L1","phone":33199000001,"tags":[1,null]}`+"\n{")
	f.Add("x", "id|phone|estimated_at\nL\xe9|=1+1|2026-11-22T18:05Z\n")
	phones := intake.NewPhones()
	f.Fuzz(func(t *testing.T, name, text string) {
		s, err := intake.NewSource(name, strings.NewReader(text), int64(len(text)))
		if err != nil {
			return
		}
		reader, err := intake.Leads(s, custom(), phones, time.UTC)
		if err != nil {
			return
		}
		line := 0
		for {
			row, err := reader.Next()
			if err != nil {
				return
			}
			if row.Line <= line || len(row.Raw) == 0 {
				t.Fatalf("row %+v after line %d", row, line)
			}
			line = row.Line
			if (row.Set == nil) != (row.Reject != "") {
				t.Fatalf("row %+v is neither refused nor stored", row)
			}
			if row.Set == nil {
				continue
			}
			var l crm.Lead
			row.Set(&l, true)
			if err := l.Validate(); err != nil || l.ID != row.ID {
				t.Fatalf("lead %q of row %q: %v", l.ID, row.ID, err)
			}
		}
	})
}
