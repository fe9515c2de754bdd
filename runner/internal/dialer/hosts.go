package dialer

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"slices"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// hosts are the keys by which servers are known.
type hosts struct {
	file   string
	verify ssh.HostKeyCallback
}

func readHosts(file string) (hosts, error) {
	verify, err := knownhosts.New(file)
	if err != nil {
		return hosts{}, fmt.Errorf("known hosts: %w", err)
	}
	return hosts{file, verify}, nil
}

// check lets only a server pass whose key is in the file.
func (h hosts) check(address string, remote net.Addr, key ssh.PublicKey) error {
	err := h.verify(address, remote, key)
	fault, wrong := errors.AsType[*knownhosts.KeyError](err)
	host, port, _ := net.SplitHostPort(address)
	switch {
	case !wrong:
		return err
	case len(fault.Want) == 0:
		return fmt.Errorf("the server is not in %s, its %s key is %s: ask those who run it whether that is its key, then run ssh-keyscan -p %s %s >> %s",
			h.file, key.Type(), ssh.FingerprintSHA256(key), port, host, h.file)
	}
	known := fault.Want[0]
	return fmt.Errorf("the server has another key than %s:%d says, %s instead of %s: somebody may stand in between; "+
		"ask those who run it, and only when they have changed it, replace that line",
		known.Filename, known.Line, ssh.FingerprintSHA256(key), ssh.FingerprintSHA256(known.Key))
}

// algorithms are those of the keys that are known of a server: asked for
// another one, it would show a key that looks changed. Nil, of an unknown
// server, is all.
func (h hosts) algorithms(address string) (names []string) {
	nobody, err := ssh.NewPublicKey(ed25519.PublicKey(make([]byte, ed25519.PublicKeySize)))
	if err != nil {
		return nil
	}
	fault, _ := errors.AsType[*knownhosts.KeyError](h.verify(address, &net.TCPAddr{}, nobody))
	if fault == nil {
		return nil
	}
	for _, known := range fault.Want {
		if name := known.Key.Type(); name == ssh.KeyAlgoRSA {
			names = append(names, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
