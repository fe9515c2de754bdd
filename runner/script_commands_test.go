package main

import (
	"bytes"
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

// wantExit runs callsheet and demands an exit code: exit 3 callsheet check.
func wantExit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || args[1] != "callsheet" {
		ts.Fatalf("usage: exit CODE callsheet ARGUMENTS")
	}
	err := ts.Exec("callsheet", args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s\n%s%s", got, args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// writeBytes writes a file that no script can hold: bytes FILE 'Zo\xe9\r\n'.
func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: bytes FILE TEXT, with the escapes of a Go string")
	}
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// writeLong adds a line of so many bytes to a file: long FILE 100000000.
func writeLong(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: long FILE BYTES")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	ts.Check(err)
	_, err = f.Write(append(bytes.Repeat([]byte("x"), n), '\n'))
	ts.Check(err)
	ts.Check(f.Close())
}

// writeLeads writes so many leads to a CSV: leads FILE 5000.
func writeLeads(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: leads FILE COUNT")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), leadsCSV(n), 0o644))
}

// leadsCSV is a CSV of n invented leads.
func leadsCSV(n int) []byte {
	var b bytes.Buffer
	b.WriteString("id,phone,postal_code,source,estimated_at,first_name,last_name,legal_basis\n")
	for i := range n {
		fmt.Fprintf(&b, "G%06d,01 99 00 %02d %02d,75011,estimation,2026-11-20T10:00:00,Anne,Invented-%d,request\n", i, i/100%100, i%100, i)
	}
	return b.Bytes()
}

// dump writes what a database holds, without bookkeeping, as text, the
// same for the same rows in SQLite and PostgreSQL: dump [DATABASE] FILE.
func dump(ts *testscript.TestScript, neg bool, args []string) {
	dsn := cmp.Or(ts.Getenv("CALLSHEET_DB"), "callsheet.db")
	if len(args) == 2 {
		dsn, args = args[0], args[1:]
	}
	if neg || len(args) != 1 {
		ts.Fatalf("usage: dump [DATABASE] FILE")
	}
	if !strings.Contains(dsn, "://") {
		dsn = ts.MkAbs(dsn)
	}
	text, err := dumped(dsn)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// dumped is each table of a database and its rows in their order as text.
func dumped(dsn string) (string, error) {
	db, tables, err := openDirectly(dsn)
	if err != nil {
		return "", err
	}
	defer db.Close()
	var text strings.Builder
	// What tells who is at work, and of the database itself, is no part of it.
	bookkeeping := []string{"goose_", "sqlite_", "lease", "score_range"}
	names, err := lines(db, tables)
	for _, name := range names {
		if err != nil || slices.ContainsFunc(bookkeeping, func(b string) bool { return strings.HasPrefix(name, "'"+b) }) {
			continue
		}
		var rows []string
		rows, err = lines(db, "select * from "+strings.ReplaceAll(name, "'", `"`))
		fmt.Fprintf(&text, "%s\n%s\n", name, strings.Join(rows, "\n"))
	}
	return text.String(), err
}

// openDirectly opens a database by other means than those of the program, and
// tells the query of its tables.
func openDirectly(dsn string) (db *sql.DB, tables string, err error) {
	if strings.Contains(dsn, "://") {
		db, err = sql.Open("pgx", dsn)
		return db, `select tablename from pg_tables where schemaname = 'public'`, err
	}
	db, err = sql.Open("sqlite", "file:"+dsn+"?mode=ro")
	return db, `select name from sqlite_master where type = 'table'`, err
}

// lines are the rows of a query as text, in the order of their bytes.
func lines(db *sql.DB, query string) (all []string, err error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		cells, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			places[i] = &cells[i]
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		words := make([]string, len(cells))
		for i, cell := range cells {
			switch v := cell.(type) {
			case nil:
				words[i] = "NULL"
			case []byte:
				words[i] = "'" + string(v) + "'"
			case string:
				words[i] = "'" + v + "'"
			default:
				words[i] = fmt.Sprint(v)
			}
		}
		all = append(all, strings.Join(words, " "))
	}
	slices.Sort(all)
	return all, rows.Err()
}

// wantJSON demands that a file, or stdout, is one JSON value.
func wantJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: json FILE")
	}
	if text := ts.ReadFile(args[0]); !json.Valid([]byte(text)) {
		ts.Fatalf("%s is no JSON:\n%s", args[0], text)
	}
}

// wantTree demands that two folders hold the same files with the same bytes.
// What begins with a dot is our own.
func wantTree(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tree FOLDER FOLDER")
	}
	one, other := filesOf(ts, args[0]), filesOf(ts, args[1])
	if len(one) == 0 {
		ts.Fatalf("%s is empty", args[0])
	}
	for name, text := range one {
		if other[name] != text {
			ts.Fatalf("%s differs", name)
		}
	}
	if len(other) != len(one) {
		ts.Fatalf("%s has %d files, %s has %d", args[0], len(one), args[1], len(other))
	}
}

func filesOf(ts *testscript.TestScript, folder string) map[string]string {
	files := map[string]string{}
	root := ts.MkAbs(folder)
	ts.Check(filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		text, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, root)] = string(text)
		return err
	}))
	return files
}
