package engine

import (
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// consumerZone is the time zone of the person: by the postal code of the
// property, then by the country code of the phone, else the book's.
func (b *RuleBook) consumerZone(batch *expression.Batch, i int) *time.Location {
	postal, _ := batch.Column(b.columns.postalCode).Text(i)
	country, _ := batch.Column(b.columns.phoneCountry).Text(i)
	return b.zones.of(postal, country, b.Zone)
}

// zones are the time zones of French territories overseas.
type zones struct {
	byPostal      map[string]*time.Location // first three digits
	byCountryCode map[string]*time.Location // of the phone
}

// overseasZones are the IANA zones of the territories that La Poste numbers
// 971 to 988, and of their telephone country codes (ITU-T E.164). 262 serves
// both La Réunion and Mayotte; without a postal code it is taken for La
// Réunion, where most of its numbers are. The scattered districts (984) and
// Clipperton (989) have no inhabitants to call.
func overseasZones() (zones, error) {
	names := []struct{ postal, country, zone string }{
		{"971", "590", "America/Guadeloupe"},
		{"972", "596", "America/Martinique"},
		{"973", "594", "America/Cayenne"},
		{"974", "262", "Indian/Reunion"},
		{"975", "508", "America/Miquelon"},
		{"976", "", "Indian/Mayotte"},
		{"977", "", "America/St_Barthelemy"},
		{"978", "", "America/Marigot"},
		{"986", "681", "Pacific/Wallis"},
		{"987", "689", "Pacific/Tahiti"},
		{"988", "687", "Pacific/Noumea"},
	}
	z := zones{byPostal: map[string]*time.Location{}, byCountryCode: map[string]*time.Location{}}
	for _, n := range names {
		zone, err := calendar.LoadZone(n.zone)
		if err != nil {
			return zones{}, err
		}
		z.byPostal[n.postal] = zone
		if n.country != "" {
			z.byCountryCode[n.country] = zone
		}
	}
	return z, nil
}

// byPostalCode is the overseas zone of a postal code, or nil.
func (z zones) byPostalCode(code string) *time.Location {
	if len(code) < 3 {
		return nil
	}
	return z.byPostal[code[:3]]
}

// of is the zone of a person: by postal code, else by phone, else the rest's.
func (z zones) of(postalCode, phoneCountry string, rest *time.Location) *time.Location {
	if zone := z.byPostalCode(postalCode); zone != nil {
		return zone
	}
	if zone := z.byCountryCode[phoneCountry]; zone != nil {
		return zone
	}
	return rest
}
