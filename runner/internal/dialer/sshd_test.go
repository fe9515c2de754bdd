package dialer_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"callsheet/runner/internal/dialer"
)

// nobody is the account of the server when the tests run as root.
const nobody = 65534

// sshServer is the sshd of OpenSSH, one process a connection, as inetd starts
// it, with a folder that belongs to its account.
type sshServer struct {
	t       testing.TB
	binary  string
	user    string
	address string
	home    string // of keys and configuration
	folder  string // of the dialer

	mutex    sync.Mutex
	listener net.Listener
	serving  map[*exec.Cmd]bool
	options  []string
}

// startSSH starts a server, or skips the test where there is no sshd.
func startSSH(t testing.TB, options ...string) *sshServer {
	t.Helper()
	binary, err := exec.LookPath("/usr/sbin/sshd")
	if err != nil {
		if strings.Contains(os.Getenv("CALLSHEET_TEST_REQUIRE"), "sshd") {
			t.Fatal("CALLSHEET_TEST_REQUIRE wants sshd, and there is no /usr/sbin/sshd")
		}
		t.Skip("no /usr/sbin/sshd (Debian: openssh-server)")
	}
	s := &sshServer{t: t, binary: binary, home: openTempDir(t), serving: map[*exec.Cmd]bool{}, options: options}
	s.folder = filepath.Join(s.home, "in")
	if err := os.Mkdir(s.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	s.user = accountOf(t)
	s.writeKey("host_key", 0o600)
	client := s.writeKey("client_key", 0o600)
	s.write("authorized_keys", string(ssh.MarshalAuthorizedKey(client)))
	s.own(s.folder, s.path("host_key"), s.path("authorized_keys"))
	s.listen("127.0.0.1:0")
	t.Cleanup(s.stop)
	s.know(s.hostKey())
	return s
}

// openTempDir is a folder that another account may enter.
func openTempDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func accountOf(t testing.TB) string {
	t.Helper()
	command := []string{"-un"}
	if os.Getuid() == 0 {
		command = append(command, fmt.Sprint(nobody))
	}
	name, err := exec.CommandContext(t.Context(), "id", command...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(name))
}

func (s *sshServer) path(name string) string { return filepath.Join(s.home, name) }

func (s *sshServer) write(name, text string) {
	if err := os.WriteFile(s.path(name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sshServer) own(names ...string) {
	for _, name := range names {
		if os.Getuid() == 0 {
			if err := os.Chown(name, nobody, nobody); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

// writeKey makes a key and gives its public half.
func (s *sshServer) writeKey(name string, mode os.FileMode) ssh.PublicKey {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), pem.EncodeToMemory(block), mode); err != nil {
		s.t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		s.t.Fatal(err)
	}
	return key
}

func (s *sshServer) hostKey() ssh.PublicKey {
	text, err := os.ReadFile(s.path("host_key"))
	if err != nil {
		s.t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return signer.PublicKey()
}

// know writes the file of known hosts.
func (s *sshServer) know(keys ...ssh.PublicKey) {
	text := "# known\n"
	for _, key := range keys {
		text += knownhosts.Line([]string{s.address}, key) + "\n"
	}
	s.write("known_hosts", text)
}

// listen begins to serve.
func (s *sshServer) listen(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.mutex.Lock()
	s.listener, s.address = listener, listener.Addr().String()
	s.mutex.Unlock()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.serve(conn.(*net.TCPConn))
		}
	}()
}

func (s *sshServer) serve(conn *net.TCPConn) {
	defer conn.Close()
	socket, err := conn.File()
	if err != nil {
		return
	}
	args := []string{
		"-i", "-e", "-f", "/dev/null", "-h", s.path("host_key"), "-o", "AuthorizedKeysFile=" + s.path("authorized_keys"),
		"-o", "StrictModes=no", "-o", "UsePAM=yes", "-o", "Subsystem=sftp internal-sftp",
	}
	for _, option := range s.options {
		args = append(args, "-o", option)
	}
	cmd := exec.Command(s.binary, args...)
	cmd.Stdin, cmd.Stdout = socket, socket
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if cmd.Start() == nil {
		s.serving[cmd] = true
		go func() {
			_ = cmd.Wait()
			s.mutex.Lock()
			delete(s.serving, cmd)
			s.mutex.Unlock()
		}()
	}
	_ = socket.Close()
}

// kill ends every connection at once.
func (s *sshServer) kill() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for cmd := range s.serving {
		_ = cmd.Process.Kill()
	}
}

func (s *sshServer) stop() {
	s.mutex.Lock()
	_ = s.listener.Close()
	s.mutex.Unlock()
	s.kill()
}

// url is the address of the dialer's folder.
func (s *sshServer) url() string { return "sftp://" + s.user + "@" + s.address + s.folder }

func (s *sshServer) transport() func(string) (dialer.Transport, error) {
	return func(string) (dialer.Transport, error) {
		return dialer.NewSFTP(s.url(), s.path("client_key"), s.path("known_hosts"))
	}
}
