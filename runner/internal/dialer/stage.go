package dialer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"callsheet/runner/internal/crm"
)

// StageFolder is the stage area, a folder in the dialer's: files are made
// there, and consumers pass over it as over every name that begins with a dot.
const StageFolder = ".stage"

// Names in the stage area, of the file NAME.
func staged(name string) string  { return path.Join(StageFolder, name) }
func part(name string) string    { return staged(name) + ".part" }
func witness(name string) string { return staged(name) + ".staged" }

// folder is a folder from which the dialer takes files away.
//
// Once a file is marked as staged, nobody but [folder.handOver] removes it
// from the stage area, by the rename that hands it over. Its absence there
// therefore proves the hand-over, also when the dialer has taken the file
// since. That it was staged here, and not in another folder that somebody has
// configured meanwhile, is what the witness beside it says, an empty file.
type folder struct{ disk disk }

func (f *folder) place(name string) string { return f.disk.place(name) }

func (f *folder) Close() error { return f.disk.Close() }

func (f *folder) deliver(ctx context.Context, d *delivery) error {
	fresh := false
	switch d.State {
	case crm.FileStaged:
	case crm.FileClaimed:
		if err := makeFolders(f.disk, path.Dir(d.Name)); err != nil {
			return err
		}
		there, err := present(f.disk, d.Name, d.content)
		if err != nil || there {
			return err
		}
		if err := f.stage(d); err != nil {
			return err
		}
		if err := d.mark("staged", func() error { return d.store.Staged(ctx, d.Name) }); err != nil {
			return err
		}
		d.State, fresh = crm.FileStaged, true
	default:
		return fmt.Errorf("it is being sent by HTTP: give its dialer back transport: http, or ask the dialer whether it has the file")
	}
	return f.handOver(d, fresh)
}

// stage makes the file in the stage area, with its witness.
func (f *folder) stage(d *delivery) error {
	dir := path.Dir(staged(d.Name))
	if err := makeFolders(f.disk, dir); err != nil {
		return err
	}
	if err := f.write(d, "stage", part(d.Name), d.content); err != nil {
		return err
	}
	err := d.fault("stage.witness")
	if err == nil {
		err = f.testify(d.Name)
	}
	if err == nil {
		err = d.fault("stage.rename")
	}
	if err == nil {
		err = f.disk.Rename(part(d.Name), staged(d.Name))
	}
	if err == nil {
		err = d.fault("stage.sync")
	}
	if err == nil {
		err = f.disk.sync(dir)
	}
	return err
}

// testify makes the witness; it may be there.
func (f *folder) testify(name string) error {
	if _, err := f.disk.Lstat(witness(name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := f.disk.create(witness(name))
	if err != nil {
		return err
	}
	return file.Close()
}

// handOver moves a staged file to where the dialer takes it; fresh says that
// this very call has staged it.
func (f *folder) handOver(d *delivery, fresh bool) error {
	if !fresh {
		done, err := f.handedOver(d)
		if err != nil || done {
			return err
		}
	}
	dir := path.Dir(d.Name)
	if err := makeFolders(f.disk, dir); err != nil { // consumers may remove what is empty
		return err
	}
	there, err := present(f.disk, d.Name, d.content)
	switch {
	case err != nil:
		return err
	case there:
		// Renaming over it could come just after the dialer has taken it.
		return f.settle(f.disk.Remove(staged(d.Name)), dir, path.Dir(staged(d.Name)))
	}
	if err := f.putManifest(d); err != nil {
		return err
	}
	if err := d.fault("handover.before"); err != nil {
		return err
	}
	err = f.disk.Rename(staged(d.Name), d.Name)
	if err == nil {
		err = d.fault("handover.after")
	}
	if err := f.settle(err, dir, path.Dir(staged(d.Name))); err != nil {
		return err
	}
	return d.fault("handover.synced")
}

// handedOver finds out what became of a file that was staged before.
func (f *folder) handedOver(d *delivery) (bool, error) {
	_, err := f.disk.Lstat(staged(d.Name))
	if err == nil {
		same, _ := present(f.disk, staged(d.Name), d.content)
		if !same {
			// A disk or a server that lost what it had confirmed.
			err = f.stage(d)
		}
		return false, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	_, err = f.disk.Lstat(witness(d.Name))
	if err == nil {
		// Whoever renamed it may have died before the rename was on disk.
		return true, f.settle(nil, path.Dir(d.Name), path.Dir(staged(d.Name)))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	there, err := present(f.disk, d.Name, d.content)
	if err == nil && !there {
		err = fmt.Errorf("it was staged, and not here: run once with the output folder or transport of that time; "+
			"where that is lost, make the empty file %s, and the file counts as handed over", f.disk.place(witness(d.Name)))
	}
	return there, err
}

// settle puts the names in some folders on disk, those that are there.
func (f *folder) settle(err error, folders ...string) error {
	for _, name := range folders {
		if err != nil {
			return err
		}
		if err = f.disk.sync(name); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	return err
}

// putManifest makes the manifest stand beside the file to come, so that whoever
// sees the file has the manifest too.
func (f *folder) putManifest(d *delivery) error {
	content, err := d.manifest()
	if err != nil {
		return err
	}
	name := d.Name + ManifestSuffix
	if there, err := present(f.disk, name, content); err != nil || there {
		return err
	}
	if err := f.write(d, "manifest", part(name), content); err != nil {
		return err
	}
	if err := d.fault("manifest.rename"); err != nil {
		return err
	}
	return f.disk.Rename(part(name), name)
}

// write writes a file through to the disk. What a crash left of an earlier try
// is removed first; what this one leaves too when it fails, so that a full disk
// gets its space back, and because a descriptor whose fsync has failed may
// claim to have written what it lost.
func (f *folder) write(d *delivery, step, name string, content []byte) error {
	if err := f.disk.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := d.fault(step + ".create"); err != nil {
		return err
	}
	file, err := f.disk.create(name)
	if err != nil {
		return err
	}
	err = fill(file, content, d.mode(), func(point string) error { return d.fault(step + point) })
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		_ = f.disk.Remove(name)
	}
	return err
}

// forget removes the witness of a file, and what is staged of one that nobody
// will hand over.
func (f *folder) forget(name string) {
	for _, left := range []string{part(name), staged(name), witness(name)} {
		_ = f.disk.Remove(left)
	}
}
