package main

import (
	"bytes"
	"os"
	"testing"
)

// The compiled rules are those of the package ruleset.
func TestHandIsCurrent(t *testing.T) {
	t.Parallel()
	want, err := source()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../hand.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("hand.go is not what the rules say: run go generate in bench")
	}
}
