package intake

import (
	"time"

	"callsheet/runner/internal/crm"
)

// Numbers reads the phones of any list with the last call to each: phone,
// last_call_at, and whatever else stands beside them. A phone that cannot be
// called is kept as it came. Local times are in zone; the error is a *FileError
// about the header.
func Numbers(source *Source, phones *Phones, zone *time.Location) (*Reader[crm.DialerContact], error) {
	return newReader(source, &table[crm.DialerContact]{
		columns: []column[crm.DialerContact]{
			field("phone", func(c *crm.DialerContact) any { return phoneField{e164: &c.Phone, raw: &c.PhoneRaw} }),
			field("last_call_at", func(c *crm.DialerContact) any { return &c.LastCallAt }),
		},
		required: [][]string{{"phone"}, {"last_call_at"}},
		id:       func(*crm.DialerContact) string { return "" },
		validate: func(*crm.DialerContact) error { return nil },
		lax:      true,
	}, reading{zone: zone, phones: phones})
}
