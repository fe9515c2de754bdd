package engine

import (
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// residence is where somebody may live, as time zones: one where the place is
// known. Where a phone tells no more than a country of several zones, a call
// must be allowed in every one of them.
type residence struct{ zones []*time.Location }

// weeks are the windows of a pack rule in each zone of the residence.
func (r *PackRule) weeks(at *residence) []*calendar.Week {
	weeks := make([]*calendar.Week, len(at.zones))
	for i, zone := range at.zones {
		weeks[i] = &calendar.Week{Windows: r.Windows, Zone: zone, Holidays: r.holidays}
	}
	return weeks
}

// residence is where the consumer of a lead lives: by the postal code of the
// property overseas, then by the country code of the phone, else at home.
func (b *RuleBook) residence(batch *expression.Batch, i int) *residence {
	postal, _ := batch.Column(b.columns.postalCode).Text(i)
	country, _ := batch.Column(b.columns.phoneCountry).Text(i)
	return b.zones.of(postal, country)
}

// zones know where people live.
type zones struct {
	byPostal      map[string]*residence // first three digits
	byCountryCode map[string]*residence // of the phone
	home          *residence            // the book's zone
}

// overseas are the IANA zones of the territories that La Poste numbers 971 to
// 988. The scattered districts (984) and Clipperton (989) have no inhabitants
// to call.
func overseas() map[string]string {
	return map[string]string{
		"971": "America/Guadeloupe",
		"972": "America/Martinique",
		"973": "America/Cayenne",
		"974": "Indian/Reunion",
		"975": "America/Miquelon",
		"976": "Indian/Mayotte",
		"977": "America/St_Barthelemy",
		"978": "America/Marigot",
		"986": "Pacific/Wallis",
		"987": "Pacific/Tahiti",
		"988": "Pacific/Noumea",
	}
}

// countries are the IANA zones of telephone country codes (ITU-T E.164): of
// the French territories, of our neighbours, and of the packs that ship. A
// code that is not here counts as at home.
func countries() map[string][]string {
	return map[string][]string{
		"33":  {"Europe/Paris"},
		"590": {"America/Guadeloupe"}, // Saint-Barthélemy and Saint-Martin keep the same hours
		"596": {"America/Martinique"},
		"594": {"America/Cayenne"},
		"262": {"Indian/Reunion", "Indian/Mayotte"},
		"508": {"America/Miquelon"},
		"681": {"Pacific/Wallis"},
		"689": {"Pacific/Tahiti"},
		"687": {"Pacific/Noumea"},
		"32":  {"Europe/Brussels"},
		"34":  {"Europe/Madrid", "Atlantic/Canary"},
		"39":  {"Europe/Rome"},
		"41":  {"Europe/Zurich"},
		"44":  {"Europe/London"},
		"49":  {"Europe/Berlin"},
		"351": {"Europe/Lisbon", "Atlantic/Azores"},
		"352": {"Europe/Luxembourg"},
		"376": {"Europe/Andorra"},
		"377": {"Europe/Monaco"},
		// The area code is not looked at. Guam and Samoa are left out: their
		// day is the others' night, so that nobody could be called at all.
		"1": {
			"America/St_Johns", "America/Halifax", "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
			"America/Los_Angeles", "America/Anchorage", "America/Adak", "Pacific/Honolulu",
		},
	}
}

// zonesAround are those that differ from the book's own zone.
func zonesAround(home *time.Location) (zones, error) {
	z := zones{byPostal: map[string]*residence{}, byCountryCode: map[string]*residence{}, home: &residence{zones: []*time.Location{home}}}
	for code, name := range overseas() {
		if err := z.add(z.byPostal, code, name); err != nil {
			return zones{}, err
		}
	}
	for code, names := range countries() {
		if err := z.add(z.byCountryCode, code, names...); err != nil {
			return zones{}, err
		}
	}
	return z, nil
}

func (z *zones) add(to map[string]*residence, code string, names ...string) error {
	if len(names) == 1 && names[0] == z.home.zones[0].String() {
		to[code] = z.home
		return nil
	}
	at := &residence{}
	for _, name := range names {
		zone, err := calendar.LoadZone(name)
		if err != nil {
			return err
		}
		at.zones = append(at.zones, zone)
	}
	to[code] = at
	return nil
}

// byPostalCode is the residence that a postal code overseas tells, or nil.
func (z *zones) byPostalCode(code string) *residence {
	if len(code) < 3 {
		return nil
	}
	return z.byPostal[code[:3]]
}

// of is the residence of a person: by postal code, else by phone, else home.
func (z *zones) of(postalCode, phoneCountry string) *residence {
	if at := z.byPostalCode(postalCode); at != nil {
		return at
	}
	if at := z.byCountryCode[phoneCountry]; at != nil {
		return at
	}
	return z.home
}
