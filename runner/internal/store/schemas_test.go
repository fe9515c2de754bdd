package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// testdata/schemas keeps a database of each version of the schema as its program
// left it, with the rows of testdata/rows that had a table by then. Nobody may
// change a migration that others have run: what the migrations make today is
// what was kept. UPDATE_SCHEMAS=1 writes what is missing after a new migration.
func TestSchemasAreKept(t *testing.T) {
	t.Parallel()
	versions, err := store.Schemas()
	if err != nil {
		t.Fatal(err)
	}
	update := os.Getenv("UPDATE_SCHEMAS") != ""
	file, server := filepath.Join(t.TempDir(), "a.db"), ""
	if update {
		server = storetest.Postgres(t)
	}
	for _, version := range versions {
		rows, err := os.ReadFile(fmt.Sprintf("testdata/rows/%04d.sql", version))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if err := store.MigrateTo(t.Context(), file, version, string(rows)); err != nil {
			t.Fatal(err)
		}
		name, got := fmt.Sprintf("testdata/schemas/sqlite-%04d.sql", version), sqliteDump(t, file)
		if update {
			if err := store.MigrateTo(t.Context(), server, version, string(rows)); err != nil {
				t.Fatal(err)
			}
			write(t, name, got)
			write(t, fmt.Sprintf("testdata/schemas/postgres-%04d.sql", version), postgresDump(t, server))
		}
		if kept, err := os.ReadFile(name); err != nil || string(kept) != got {
			t.Errorf("the migrations up to %d do not make what %s keeps (%v): leave released ones as they are, or keep the new one with UPDATE_SCHEMAS=1", version, name, err)
		}
	}
}

// write keeps a text that is not kept yet.
func write(t *testing.T, name, text string) {
	t.Helper()
	if _, err := os.Stat(name); err == nil {
		return
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// sqliteDump is a database as statements. The time at which a migration ran is
// left to its default.
func sqliteDump(t *testing.T, file string) string {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var text strings.Builder
	for _, statement := range column(t, db, `SELECT "sql" FROM sqlite_master WHERE "sql" IS NOT NULL AND "name" NOT LIKE 'sqlite_%' ORDER BY "rowid"`) {
		fmt.Fprintf(&text, "%s;\n", statement)
	}
	for _, table := range column(t, db, `SELECT "name" FROM sqlite_master WHERE "type" = 'table' AND "name" NOT LIKE 'sqlite_%' ORDER BY 1`) {
		columns := column(t, db, `SELECT '"' || "name" || '"' FROM pragma_table_info('`+table+`') WHERE "name" <> 'tstamp' ORDER BY "cid"`)
		values := "quote(" + strings.Join(columns, ") || ', ' || quote(") + ")"
		for _, row := range column(t, db, `SELECT `+values+` FROM "`+table+`" ORDER BY 1`) {
			fmt.Fprintf(&text, "INSERT INTO \"%s\" (%s) VALUES (%s);\n", table, strings.Join(columns, ", "), row)
		}
	}
	return text.String()
}

func column(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// postgresDump is what pg_dump says, without its remarks and settings.
func postgresDump(t *testing.T, dsn string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "pg_dump", "--schema=public", "--inserts", "--no-owner", "--no-privileges", "--no-comments", dsn).Output()
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.SplitSeq(string(out), "\n") {
		remark := line == "" || line == "CREATE SCHEMA public;"
		for _, start := range []string{"--", "SET ", `\`, "SELECT pg_catalog.set_config("} {
			remark = remark || strings.HasPrefix(line, start)
		}
		if !remark {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n") + "\n"
}
