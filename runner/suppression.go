package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// suppressionKey is the variable that names the file of the suppression key.
const suppressionKey = "CALLSHEET_SUPPRESSION_KEY_FILE"

// shortestKey is the fewest characters of a suppression key.
const shortestKey = 16

// hider hides phones behind the suppression key of a database: HMAC-SHA256
// (RFC 2104) of the E.164 number, hex. The key is read, or made, when the first
// number is hidden; who hides none needs none.
func (a *app) hider(ctx context.Context, st *store.Store) func(phone string) (string, error) {
	key := sync.OnceValues(func() ([]byte, error) {
		key, err := a.keyOf(ctx, st)
		if err != nil {
			return nil, fmt.Errorf("suppression key: %w", err)
		}
		return key, nil
	})
	return func(phone string) (string, error) {
		secret, err := key()
		if err != nil {
			return "", err
		}
		return hidden(secret, phone), nil
	}
}

// hiderOfFixtures hides phones for as long as the process lives.
func hiderOfFixtures() func(phone string) (string, error) {
	secret := []byte(rand.Text())
	return func(phone string) (string, error) { return hidden(secret, phone), nil }
}

func hidden(secret []byte, phone string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(phone))
	return hex.EncodeToString(mac.Sum(nil))
}

// keyOf is the suppression key of a database. A database in which phones are
// suppressed by another key refuses it: they would be called again.
func (a *app) keyOf(ctx context.Context, st *store.Store) ([]byte, error) {
	used, err := st.Suppresses(ctx)
	if err != nil {
		return nil, err
	}
	key, err := a.readKey(used)
	if err != nil {
		return nil, err
	}
	// The empty number stands for the key itself.
	mark := hidden(key, "")
	if !used {
		return key, st.PutSuppressions(ctx, []crm.Suppression{{Key: mark, Reason: "key", Origin: "this database's suppression key"}})
	}
	known, err := st.Suppressions(ctx, []string{mark})
	if err == nil && len(known) == 0 {
		err = fmt.Errorf("it is another one than that by which the phones in %s are suppressed: name the right file with %s", a.shortDB(), suppressionKey)
	}
	return key, err
}

// readKey reads the key from the file that the environment names, or from the
// one beside a SQLite file, which is made where it is missing and was never
// used.
func (a *app) readKey(used bool) ([]byte, error) {
	if path := a.env(suppressionKey); path != "" {
		return keyIn(path)
	}
	if strings.Contains(a.db, "://") {
		return nil, fmt.Errorf("on PostgreSQL it must be given: name a file that holds a long random text with %s, the same for every process", suppressionKey)
	}
	path := a.db + ".key"
	key, err := keyIn(path)
	switch {
	case !errors.Is(err, fs.ErrNotExist):
		return key, err
	case used:
		return nil, fmt.Errorf("%s is missing, and phones are suppressed by it: put it back, or name it with %s", path, suppressionKey)
	}
	if err := makeKey(path); err != nil {
		return nil, err
	}
	return keyIn(path)
}

// keyIn is the key in a file; spaces and line ends around it do not count.
func keyIn(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	key := strings.TrimSpace(string(text))
	if err == nil && len(key) < shortestKey {
		err = fmt.Errorf("%s holds less than %d characters: write a long random text into it", path, shortestKey)
	}
	return []byte(key), err
}

// makeKey writes a new key of 32 random bytes, readable by its owner alone. A
// file that is there already stays as it is.
func makeKey(path string) error {
	secret := make([]byte, 32)
	rand.Read(secret)
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = fmt.Fprintln(file, hex.EncodeToString(secret))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	// A link is made whole and never over another file.
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// shortDB is the database as messages name it: an address may hold a password.
func (a *app) shortDB() string {
	if strings.Contains(a.db, "://") {
		return "the database"
	}
	return a.db
}
