package intake_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"

	"callsheet/runner/internal/intake"
)

func TestPhones(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, raw, postal, want string
	}{
		{"spaces", "01 99 00 00 01", "75011", "+33199000001"},
		{"00 prefix", "0033199000002", "92100", "+33199000002"},
		{"zero in brackets", "+33 (0)1 99 00 00 03", "75015", "+33199000003"},
		{"plain", "0199000004", "94000", "+33199000004"},
		{"dots", "01.99.00.00.06", "", "+33199000006"},
		{"hyphens", "01-99-00-00-06", "", "+33199000006"},
		{"no-break spaces", "01\u00a099\u00a000\u00a000\u00a006", "", "+33199000006"},
		{"without zero", "199000004", "", "+33199000004"},
		{"without plus", "33199000001", "", "+33199000001"},
		{"spaces around", "  0199000005\t", "", "+33199000005"},
		{"tel link", "tel:+33199000001", "", "+33199000001"},
		{"Belgian", "+32 2 555 12 12", "", "+3225551212"},

		{"Réunion by postal code", "0692123456", "97400", "+262692123456"},
		{"Réunion with code", "+262 692 12 34 56", "75011", "+262692123456"},
		{"Réunion without postal code", "0692123456", "75011", ""},
		{"Guadeloupe", "0690001234", "97110", "+590690001234"},
		{"Martinique", "0696201234", "97200", "+596696201234"},
		{"Guyane", "0694201234", "97300", "+594694201234"},
		{"Saint-Pierre-et-Miquelon", "430123", "97500", "+508430123"},
		{"Mayotte", "0639012345", "97600", "+262639012345"},
		{"Saint-Martin", "0690001234", "97800", "+590690001234"},
		{"Wallis-et-Futuna", "721234", "98600", "+681721234"},
		{"Polynésie", "40412345", "98700", "+68940412345"},
		{"Nouvelle-Calédonie", "201234", "98800", "+687201234"},
		{"mainland number overseas", "0199000001", "97400", "+33199000001"},
		{"postal code of four digits", "0692123456", "9740", ""},

		{"empty", "", "75011", ""},
		{"word", "anonyme", "", ""},
		{"too short", "06 20 92 28", "75011", ""},
		{"spreadsheet damage", "6,20923E+08", "", ""},
		{"spreadsheet float", "199000001.0", "", ""},
		{"formula", "=+33199000001", "", ""},
		{"formula after a space", " =+33199000001", "", ""},
		{"formula with at", "@33199000001", "", ""},
		{"extension", "01 99 00 00 01 ext. 345", "", ""},
		{"American extension", "+1 844-775-0461x656", "", ""},
		{"French extension", "01 99 00 00 01 poste 12", "", ""},
		{"reserved for fiction, not valid", "0639980001", "75011", ""},
		{"premium rate", "0899123456", "", ""},
		{"premium rate overseas", "0890123456", "97110", ""},
		{"emergency", "112", "", ""},
		{"emergency overseas", "17", "97500", ""},
		{"short", "3610", "", ""},
		{"directory service", "118218", "", ""},
	}
	phones := intake.NewPhones()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, ok := phones.Parse(test.raw, test.postal)
			if got.E164 != test.want || ok != (test.want != "") {
				t.Errorf("Parse(%q, %q) = %q, %v; want %q", test.raw, test.postal, got.E164, ok, test.want)
			}
			if ok && "+"+got.Country+got.National != got.E164 {
				t.Errorf("country %q and national %q do not make %q", got.Country, got.National, got.E164)
			}
		})
	}
}

// vector is one line of libphonenumber's own answers.
type vector struct {
	Raw, Region, Group, E164, Extension, Type string
	Valid                                     bool
}

func readVectors(t *testing.T) []vector {
	t.Helper()
	folder := os.Getenv("CALLSHEET_TEST_DATA")
	if folder == "" {
		t.Skip("CALLSHEET_TEST_DATA is not set: it names the folder with phone-libphonenumber")
	}
	file, err := os.Open(filepath.Join(folder, "phone-libphonenumber", "vectors", "fr_phone_vectors.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	for lines := bufio.NewScanner(unzipped); lines.Scan(); {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		vectors = append(vectors, v)
	}
	return vectors
}

// TestPhoneVectors compares with libphonenumber on what it says to be dialled
// from France, less what must not be called.
func TestPhoneVectors(t *testing.T) {
	t.Parallel()
	phones := intake.NewPhones()
	tried := 0
	for _, v := range readVectors(t) {
		if v.Region != "FR" {
			continue
		}
		tried++
		want := v.E164
		formula := strings.HasPrefix(v.Raw, "=") || strings.HasPrefix(v.Raw, "@")
		if !v.Valid || v.Extension != "" || v.Type == "PREMIUM_RATE" || formula {
			want = ""
		}
		if got, _ := phones.Parse(v.Raw, "75011"); got.E164 != want {
			t.Errorf("%s: Parse(%q) = %q; want %q (%s)", v.Group, v.Raw, got.E164, want, v.Type)
		}
	}
	if tried < 4000 {
		t.Errorf("only %d vectors tried", tried)
	}
}

// TestPhonesOverseas checks that a postal code is all it takes to read the
// national numbers of its territory that mean nothing on the mainland.
func TestPhonesOverseas(t *testing.T) {
	t.Parallel()
	postal := map[string]string{
		"GP": "97110", "MQ": "97200", "GF": "97300", "RE": "97400", "PM": "97500", "YT": "97600",
		"BL": "97700", "MF": "97800", "WF": "98600", "PF": "98700", "NC": "98800",
	}
	phones := intake.NewPhones()
	seen := map[string]bool{}
	for _, v := range readVectors(t) {
		code, overseas := postal[v.Region]
		if !overseas || v.Group != "example" || !v.Valid || v.Type == "PREMIUM_RATE" {
			continue
		}
		want := v.E164
		if mainland, err := phonenumbers.Parse(v.Raw, "FR"); err == nil && phonenumbers.IsValidNumber(mainland) {
			want = phonenumbers.Format(mainland, phonenumbers.E164)
		}
		if got, _ := phones.Parse(v.Raw, code); got.E164 != want {
			t.Errorf("Parse(%q, %q) = %q; want %q", v.Raw, code, got.E164, want)
		}
		seen[v.Region] = true
	}
	if diff := cmp.Diff(len(postal), len(seen)); diff != "" {
		t.Errorf("territories tried (-want +got):\n%s", diff)
	}
}

// TestPhoneValidity checks on random numbers that the type alone tells whether
// a number is valid.
func TestPhoneValidity(t *testing.T) {
	t.Parallel()
	phones := intake.NewPhones()
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringMatching(`(\+(33|262|590|594|596|508|687|689|681|32|1|800)|0)[0-9]{5,10}`).Draw(t, "raw")
		number, err := phonenumbers.Parse(raw, "FR")
		want := err == nil && phonenumbers.IsValidNumber(number) &&
			phonenumbers.GetNumberType(number) != phonenumbers.PREMIUM_RATE
		if _, got := phones.Parse(raw, ""); got != want {
			t.Fatalf("Parse(%q) = %v; want %v", raw, got, want)
		}
	})
}
