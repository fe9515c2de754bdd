package dialer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// SFTP is a folder on a server, reached over SSH with a key. The stage area is
// in that folder, so that the hand-over is a rename on the server's own disk.
type SFTP struct {
	address string // host:port
	user    string
	folder  string // on the server
	// KeyFile holds the private key, in the form of OpenSSH and without a
	// passphrase.
	KeyFile string
	// KnownHosts holds the keys of servers, as OpenSSH's file of that name.
	KnownHosts string
	// Timeout is the longest that one answer of the server may take; 0 is
	// half a minute.
	Timeout time.Duration
}

// NewSFTP reads an address such as sftp://user@host:port/folder. A folder that
// begins with /~/ is below the home of the user. Neither the address nor an
// error holds a secret.
func NewSFTP(address, keyFile, knownHosts string) (*SFTP, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "sftp" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "":
		// What was written may hold a password.
		return nil, errors.New("the address is not of the form sftp://user@host:port/folder")
	case u.User.Username() == "":
		return nil, fmt.Errorf("the address of %s names no user: write sftp://user@host/folder", u.Host)
	case hasPassword(u):
		return nil, fmt.Errorf("the address of %s holds a password: take it out, and name a key file", u.Host)
	case keyFile == "" || knownHosts == "":
		return nil, fmt.Errorf("%s needs a key file and a file of known hosts", u.Host)
	}
	port := u.Port()
	if port == "" {
		port = "22"
	}
	folder, home := strings.CutPrefix(path.Clean("/"+u.Path), "/~")
	if home {
		folder = strings.TrimPrefix(folder, "/")
	}
	return &SFTP{
		address: net.JoinHostPort(u.Hostname(), port), user: u.User.Username(), folder: folder, KeyFile: keyFile, KnownHosts: knownHosts,
	}, nil
}

func hasPassword(u *url.URL) bool {
	_, has := u.User.Password()
	return has
}

func (s *SFTP) open(ctx context.Context) (route, error) {
	signer, err := s.key()
	if err != nil {
		return nil, fmt.Errorf("sftp %s: %w", s.address, err)
	}
	hosts, err := readHosts(s.KnownHosts)
	if err != nil {
		return nil, fmt.Errorf("sftp %s: %w", s.address, err)
	}
	d := &remoteDisk{base: s.folder, url: "sftp://" + s.address, timeout: s.Timeout}
	if d.timeout == 0 {
		d.timeout = 30 * time.Second
	}
	if err := d.connect(ctx, s.address, &ssh.ClientConfig{
		User: s.user, Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: hosts.check, HostKeyAlgorithms: hosts.algorithms(s.address),
	}); err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("sftp %s: %w", s.address, s.reason(err))
	}
	return &folder{disk: d}, nil
}

// reason says how to mend what the library only names.
func (s *SFTP) reason(err error) error {
	if strings.Contains(err.Error(), "unable to authenticate") {
		return fmt.Errorf("user %s is refused with the key of %s: have its public half added to the account", s.user, s.KeyFile)
	}
	return err
}

// key reads the private key. Its errors tell nothing of what is in the file.
func (s *SFTP) key() (ssh.Signer, error) {
	text, err := os.ReadFile(s.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
		return nil, fmt.Errorf("key %s has a passphrase: nobody is there to type it, use a key without one that only the program can read", s.KeyFile)
	}
	if err != nil {
		return nil, fmt.Errorf("key %s is no private key of OpenSSH", s.KeyFile)
	}
	return signer, nil
}

// remoteDisk is a folder on a server.
type remoteDisk struct {
	conn    net.Conn
	ssh     *ssh.Client
	client  *sftp.Client
	stop    func() bool // of the watch on the context
	base    string
	url     string
	timeout time.Duration
}

func (d *remoteDisk) connect(ctx context.Context, address string, config *ssh.ClientConfig) error {
	conn, err := (&net.Dialer{Timeout: d.timeout}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	d.conn = conn
	d.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer d.limit()()
	c, channels, requests, err := ssh.NewClientConn(conn, address, config)
	if err != nil {
		return err
	}
	d.ssh = ssh.NewClient(c, channels, requests)
	if d.client, err = sftp.NewClient(d.ssh); err != nil {
		return fmt.Errorf("the server does not speak SFTP: %w", err)
	}
	if d.base == "" {
		d.base = "."
	}
	info, err := d.client.Stat(d.base)
	if err == nil && !info.IsDir() {
		err = errInTheWay
	}
	if err != nil {
		return folderError{d.place("."), err}
	}
	return nil
}

// limit gives the server a time to answer in.
func (d *remoteDisk) limit() (done func()) {
	_ = d.conn.SetDeadline(time.Now().Add(d.timeout))
	return func() { _ = d.conn.SetDeadline(time.Time{}) }
}

// Close ends the connection, and does not wait for a server that is silent.
func (d *remoteDisk) Close() error {
	if d.conn == nil {
		return nil
	}
	_ = d.conn.SetDeadline(time.Now().Add(time.Second))
	if d.client != nil {
		_ = d.client.Close()
	}
	if d.ssh != nil {
		_ = d.ssh.Close()
	}
	d.stop()
	_ = d.conn.Close()
	return nil
}

func (d *remoteDisk) path(name string) string { return path.Join(d.base, name) }

func (d *remoteDisk) place(name string) string { return d.url + path.Join("/", d.base, name) }

func (d *remoteDisk) Stat(name string) (fs.FileInfo, error) {
	defer d.limit()()
	info, err := d.client.Stat(d.path(name))
	return info, d.told("look at", name, err)
}

func (d *remoteDisk) Lstat(name string) (fs.FileInfo, error) {
	defer d.limit()()
	info, err := d.client.Lstat(d.path(name))
	return info, d.told("look at", name, err)
}

// Rename replaces the target where the server can; otherwise only we write in
// the stage area, and in front of it the caller has looked.
func (d *remoteDisk) Rename(from, to string) error {
	defer d.limit()()
	if _, can := d.client.HasExtension("posix-rename@openssh.com"); can {
		return d.told("rename", from, d.client.PosixRename(d.path(from), d.path(to)))
	}
	err := d.client.Rename(d.path(from), d.path(to))
	if _, refused := errors.AsType[*sftp.StatusError](err); refused && strings.HasPrefix(to, StageFolder+"/") {
		if d.client.Remove(d.path(to)) == nil {
			err = d.client.Rename(d.path(from), d.path(to))
		}
	}
	return d.told("rename", from, err)
}

func (d *remoteDisk) Remove(name string) error {
	defer d.limit()()
	return d.told("remove", name, d.client.Remove(d.path(name)))
}

func (d *remoteDisk) mkdir(name string) error {
	defer d.limit()()
	return d.told("make", name, d.client.Mkdir(d.path(name)))
}

// sync does nothing: SFTP knows no way to put the names in a folder on disk.
func (d *remoteDisk) sync(string) error { return nil }

func (d *remoteDisk) open(name string) (io.ReadCloser, error) {
	defer d.limit()()
	f, err := d.client.Open(d.path(name))
	if err != nil {
		return nil, d.told("open", name, err)
	}
	return &remoteFile{f, d, name}, nil
}

func (d *remoteDisk) create(name string) (file, error) {
	defer d.limit()()
	f, err := d.client.OpenFile(d.path(name), os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return nil, d.told("create", name, err)
	}
	return &remoteFile{f, d, name}, nil
}

// told tells an answer of the server from a connection that gave none.
func (d *remoteDisk) told(what, name string, err error) error {
	if err == nil || errors.Is(err, io.EOF) && what == "read" {
		return err
	}
	_, answered := errors.AsType[*sftp.StatusError](err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return err
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s %s: %w: give the account the right to write there", what, d.place(name), err)
	case answered:
		return fmt.Errorf("%s %s: %w", what, d.place(name), err)
	}
	return lostError{fmt.Errorf("%s %s: connection lost: %w", what, d.place(name), err)}
}

// remoteFile is an open file on a server.
type remoteFile struct {
	f    *sftp.File
	disk *remoteDisk
	name string
}

// chunk is what one answer may be waited for, in bytes.
const chunk = 256 << 10

func (f *remoteFile) Read(b []byte) (int, error) {
	defer f.disk.limit()()
	n, err := f.f.Read(b)
	return n, f.disk.told("read", f.name, err)
}

func (f *remoteFile) ReadAt(b []byte, off int64) (n int, err error) {
	for n < len(b) && err == nil {
		done := f.disk.limit()
		var read int
		read, err = f.f.ReadAt(b[n:min(len(b), n+chunk)], off+int64(n))
		done()
		n += read
	}
	return n, f.disk.told("read", f.name, err)
}

func (f *remoteFile) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		done := f.disk.limit()
		var written int
		written, err = f.f.Write(b[n:min(len(b), n+chunk)])
		done()
		n += written
	}
	return n, f.disk.told("write", f.name, err)
}

// Chmod lets a server pass that keeps no modes.
func (f *remoteFile) Chmod(mode fs.FileMode) error {
	defer f.disk.limit()()
	err := f.f.Chmod(mode)
	if status, ok := errors.AsType[*sftp.StatusError](err); ok && status.FxCode() == sftp.ErrSSHFxOpUnsupported {
		return nil
	}
	return f.disk.told("set the mode of", f.name, err)
}

// Sync lets a server pass that does not announce fsync@openssh.com.
func (f *remoteFile) Sync() error {
	if _, can := f.disk.client.HasExtension("fsync@openssh.com"); !can {
		return nil
	}
	defer f.disk.limit()()
	return f.disk.told("write", f.name, f.f.Sync())
}

func (f *remoteFile) Close() error {
	defer f.disk.limit()()
	return f.disk.told("close", f.name, f.f.Close())
}
