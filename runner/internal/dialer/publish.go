package dialer

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"callsheet/runner/internal/crm"
)

// Store is what publication needs of the database.
type Store interface {
	// ClaimedFiles lists the committed files that are not yet published, with
	// their lines, oldest first.
	ClaimedFiles(ctx context.Context) ([]crm.File, error)
	// Published records that a file is in the dialer's folder.
	Published(ctx context.Context, name string, at crm.Instant) error
}

// Publisher puts committed files where the dialer takes them.
type Publisher struct {
	Store Store
	// Out is the output folder; empty is the current one. It and the folders
	// in it are made where they are missing, with mode 0755 less the umask, so
	// that another account can fetch what the mode of a file lets it read:
	// names show campaign, slot and group, never a person.
	Out string
}

// ManifestSuffix follows the name of a file in that of its manifest.
const ManifestSuffix = ".manifest.json"

// Drain writes out every file that is claimed, oldest first, and returns the
// names of those that are now published; now is the time recorded with them.
//
// A file appears under its name whole or not at all: it is written as
// .NAME.part in the same folder, synced, read back, and renamed. Its manifest,
// NAME.manifest.json, appears before it, so that whoever sees the file has the
// manifest too; both have the mode of the file, 0600 when it has none.
//
// Drain may be repeated at any time. A file that is already there with the
// same bytes is only marked; one with other bytes is an error and stays as it
// is, and so is a manifest of another file of that name. A file that cannot be
// written stays claimed, and the others are written all the same; the errors
// are joined, one for all files of a folder that cannot be used. An error of
// the store ends the drain. Two drains of one folder take turns, by a lock on
// OUT/.callsheet.lock; the second waits until ctx ends.
//
// One gap is left: when the process dies between the appearance of a file and
// its mark, and the dialer takes the file away meanwhile, the next drain
// writes it again.
func (p *Publisher) Drain(ctx context.Context, now time.Time) (published []string, err error) {
	files, err := p.Store.ClaimedFiles(ctx)
	if err != nil || len(files) == 0 {
		return nil, err
	}
	out, err := openFolder(p.Out)
	if err != nil {
		return nil, outOfUse(filepath.Clean(p.Out), err).of(len(files))
	}
	defer out.Close()
	unlock, err := lock(ctx, out)
	if err != nil {
		return nil, fmt.Errorf("lock output folder %s: %w; %s", filepath.Clean(p.Out), err, waiting(len(files)))
	}
	defer unlock()
	// Whoever had the lock before may have published some of them.
	if files, err = p.Store.ClaimedFiles(ctx); err != nil {
		return nil, err
	}
	return p.drain(ctx, out, files, crm.At(now))
}

func (p *Publisher) drain(ctx context.Context, out *os.Root, files []crm.File, now crm.Instant) (published []string, err error) {
	var faults faults
	for i := range files {
		f := &files[i]
		if err := ctx.Err(); err != nil {
			return published, faults.and(err)
		}
		if err := publish(out, f); err != nil {
			faults.add(filepath.Join(p.Out, f.Name), err)
			continue
		}
		if err := p.Store.Published(ctx, f.Name, now); err != nil {
			return published, faults.and(fmt.Errorf("%s is written but not marked as published: %w; the next start-campaign marks it",
				filepath.Join(p.Out, f.Name), err))
		}
		published = append(published, f.Name)
	}
	return published, faults.and(nil)
}

// publish brings one file into its folder, where it may be already.
func publish(out *os.Root, f *crm.File) error {
	content, err := sealed(f)
	if err != nil {
		return err
	}
	folder, err := folderOf(out, f.Name)
	if err != nil {
		return err
	}
	defer folder.Close()
	name := path.Base(f.Name)
	there, err := present(folder, name, content)
	if err != nil {
		return err
	}
	if there {
		// The run that wrote it may have died before its name was on disk.
		return syncFolder(folder)
	}
	if err := putManifest(folder, name, f); err != nil {
		return err
	}
	return put(folder, name, content, mode(f))
}

// sealed is the content of a file, when it is the one that was claimed.
func sealed(f *crm.File) ([]byte, error) {
	content, err := Content(f)
	if err != nil {
		return nil, err
	}
	if sum := hash(content); sum != f.SHA256 || int64(len(content)) != f.Bytes {
		return nil, fmt.Errorf("its stored lines make %d bytes with sha256 %s, but it was claimed with %d bytes and sha256 %s: "+
			"the database was changed by other means; restore it from a backup", len(content), sum, f.Bytes, f.SHA256)
	}
	return content, nil
}

// folderOf opens the folder of a file below out, making what is missing.
func folderOf(out *os.Root, name string) (*os.Root, error) {
	if !fs.ValidPath(name) || name == "." {
		return nil, fmt.Errorf("the name %q leads out of the output folder: rename its campaign or group", name)
	}
	folder, err := out.OpenRoot(".")
	for done, rest := "", path.Dir(name); err == nil && rest != "" && rest != "."; {
		var step string
		step, rest, _ = strings.Cut(rest, "/")
		done = path.Join(done, step)
		parent := folder
		if folder, err = enter(parent, step); err != nil {
			err = outOfUse(filepath.Join(out.Name(), done), err)
		}
		_ = parent.Close()
	}
	return folder, err
}

// putManifest writes the manifest of a file, unless it is there.
func putManifest(folder *os.Root, name string, f *crm.File) error {
	content, err := json.MarshalIndent(struct {
		Name     string `json:"name"`
		SHA256   string `json:"sha256"`
		Rows     int    `json:"rows"`
		RuleBook string `json:"rule_book_version"`
		Run      string `json:"run_id"`
	}{f.Name, f.SHA256, len(f.Lines), f.Version, f.RunID}, "", "  ")
	if err != nil {
		return err
	}
	content = append(content, '\n')
	there, err := present(folder, name+ManifestSuffix, content)
	if err != nil || there {
		return err
	}
	return put(folder, name+ManifestSuffix, content, mode(f))
}

func mode(f *crm.File) fs.FileMode {
	if f.Mode == 0 {
		return 0o600
	}
	return fs.FileMode(f.Mode) & fs.ModePerm
}
