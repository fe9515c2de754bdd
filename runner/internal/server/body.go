package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// maxBody is the most bytes that a request may bring.
const maxBody = 1 << 20

// body reads a JSON text whole and gives it on one line. What is no JSON at all
// is refused; what is JSON and no object that can be read has a flaw.
func body(r *http.Request) ([]byte, *flaw, error) {
	text, err := whole(r)
	if err != nil {
		return nil, nil, err
	}
	line, f, err := content(text)
	if err != nil {
		return nil, nil, refuse(http.StatusBadRequest, "the body is no valid JSON: %v", err)
	}
	return line, f, nil
}

// content gives a JSON text on one line; the error says why it is none.
func content(text []byte) ([]byte, *flaw, error) {
	var f *flaw
	if !utf8.Valid(text) {
		text, f = latin1(text), &flaw{notUTF8, "the text is not UTF-8: send it as UTF-8"}
	}
	var line bytes.Buffer
	if err := json.Compact(&line, text); err != nil {
		return nil, nil, err
	}
	if f == nil && line.Bytes()[0] != '{' {
		f = &flaw{notAnObject, "it is no JSON object: write {\"callId\": …}"}
	}
	return line.Bytes(), f, nil
}

// whole is the body of a request, every byte of it.
func whole(r *http.Request) ([]byte, error) {
	text, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, refuse(http.StatusRequestEntityTooLarge, "the body has more than %d bytes: send one report or one lead at a time", maxBody)
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "the body breaks off")
	}
	return text, nil
}

// latin1 reads the bytes that are no UTF-8 as ISO 8859-1, so that people can
// read what was meant.
func latin1(text []byte) []byte {
	var out []byte
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			r = rune(text[0])
		}
		out, text = utf8.AppendRune(out, r), text[n:]
	}
	return out
}

// texts reads the named fields of a JSON object; the others are not looked at.
// A number or a truth value is as good as its text, null is no text. The error
// is a *flaw.
func texts(object []byte, names []string) (map[string]string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		return nil, &flaw{wrongType, err.Error()}
	}
	found := make(map[string]string, len(names))
	for _, name := range names {
		raw := fields[name]
		switch {
		case len(raw) == 0 || string(raw) == "null":
			continue
		case raw[0] == '{' || raw[0] == '[':
			return nil, &flaw{wrongType, name + " is a list or an object: write a text or null"}
		case raw[0] != '"':
			found[name] = string(raw)
			continue
		}
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return nil, &flaw{wrongType, name + " is no valid text"}
		}
		if strings.ContainsRune(text, 0) {
			// No database stores it in a text.
			return nil, &flaw{wrongType, name + " holds a NUL character"}
		}
		if len(text) > longestID && strings.HasSuffix(name, "Id") {
			return nil, &flaw{unusable, fmt.Sprintf("%s has more than %d bytes", name, longestID)}
		}
		found[name] = text
	}
	return found, nil
}
