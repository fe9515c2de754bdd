package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/sftp"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// serveUploads starts an HTTP server that puts what it is sent into a folder,
// and tells the program where it is: inbox FOLDER.
func serveUploads(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: inbox FOLDER")
	}
	folder := ts.MkAbs(args[0])
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := filepath.Join(folder, filepath.FromSlash(strings.TrimPrefix(r.URL.Path, "/in/")))
		content, err := io.ReadAll(r.Body)
		switch {
		case r.Header.Get("Authorization") != "Bearer t0ken":
			w.WriteHeader(http.StatusUnauthorized)
		case r.Method != http.MethodPut:
			w.WriteHeader(http.StatusMethodNotAllowed)
		case err != nil, os.MkdirAll(filepath.Dir(name), 0o755) != nil, os.WriteFile(name, content, 0o600) != nil:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	ts.Defer(server.Close)
	ts.Check(os.WriteFile(ts.MkAbs("token"), []byte("t0ken\n"), 0o600))
	ts.Setenv("CALLSHEET_UPLOAD_URL", server.URL+"/in")
	ts.Setenv("CALLSHEET_UPLOAD_KEY_FILE", ts.MkAbs("token"))
}

// serveSFTP starts an SFTP server over a folder, and tells the program where
// it is: sftpd FOLDER. Its key is in known_hosts.
func serveSFTP(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sftpd FOLDER")
	}
	ts.Check(os.MkdirAll(ts.MkAbs(args[0]), 0o755))
	host, client := newKey(ts), newKey(ts)
	config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil }}
	signer, err := ssh.NewSignerFromKey(host)
	ts.Check(err)
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveFiles(conn, config)
		}
	}()
	block, err := ssh.MarshalPrivateKey(client, "")
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("key"), pem.EncodeToMemory(block), 0o600))
	line := knownhosts.Line([]string{listener.Addr().String()}, signer.PublicKey())
	ts.Check(os.WriteFile(ts.MkAbs("known_hosts"), []byte(line+"\n"), 0o600))
	ts.Setenv("CALLSHEET_SFTP_URL", "sftp://dialer@"+listener.Addr().String()+ts.MkAbs(args[0]))
	ts.Setenv("CALLSHEET_SFTP_KEY_FILE", ts.MkAbs("key"))
	ts.Setenv("CALLSHEET_SFTP_KNOWN_HOSTS", ts.MkAbs("known_hosts"))
}

func newKey(ts *testscript.TestScript) ed25519.PrivateKey {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	ts.Check(err)
	return key
}

func serveFiles(conn net.Conn, config *ssh.ServerConfig) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		server, err := sftp.NewServer(channel)
		if err != nil {
			return
		}
		_ = server.Serve()
		_ = channel.Close()
	}
}
