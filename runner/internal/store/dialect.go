package store

// dialect is where the two databases differ: the words that complete the
// migrations and queries, and the sizes that suit each.
type dialect struct {
	// Words of the migration template.
	Integer, Real, Text, JSON, Strict, NullsLast, Serial string
	// share and alone lock the rows of a SELECT until the transaction ends;
	// both are empty where transactions do not overlap.
	share, alone string
	// free is alone for the rows that nobody else has locked.
	free string
	// now is the clock of the database, in milliseconds since 1970.
	now string
	// given lets an INSERT bring along the numbers of a Serial column, and renumber
	// lets the next ones follow them; both are empty where that needs no word.
	given, renumber string
	// rows is the most rows of one statement, a power of two.
	rows int
}

func sqliteDialect() *dialect {
	return &dialect{
		Integer: "INTEGER", Real: "REAL", Text: "TEXT", JSON: "TEXT", Strict: "STRICT",
		Serial: "INTEGER PRIMARY KEY AUTOINCREMENT",
		now:    `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
		rows:   16,
	}
}

func postgresDialect() *dialect {
	return &dialect{
		Integer: "BIGINT", Real: "DOUBLE PRECISION", Text: `TEXT COLLATE "C"`,
		// json keeps the text as it is; jsonb would rewrite numbers.
		JSON: "JSON", NullsLast: "NULLS LAST",
		Serial: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
		share:  "FOR SHARE", alone: "FOR UPDATE", free: "FOR UPDATE SKIP LOCKED",
		now:      "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
		given:    "OVERRIDING SYSTEM VALUE",
		renumber: `SELECT setval(pg_get_serial_sequence('"rule_change"', 'id'), COALESCE(MAX("id"), 0) + 1, FALSE) FROM "rule_change"`,
		rows:     256,
	}
}
