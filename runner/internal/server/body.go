package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"
)

// maxBody is the most bytes that a request may bring.
const maxBody = 1 << 20

// body reads one JSON object whole and gives it on one line.
func body(r *http.Request) ([]byte, error) {
	text, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, refuse(http.StatusRequestEntityTooLarge, "the body has more than %d bytes: send one report or one lead at a time", maxBody)
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "the body breaks off")
	case !utf8.Valid(text):
		return nil, refuse(http.StatusBadRequest, "the body is not UTF-8")
	}
	var line bytes.Buffer
	if err := json.Compact(&line, text); err != nil {
		return nil, refuse(http.StatusBadRequest, "the body is no valid JSON: %v", err)
	}
	if !bytes.HasPrefix(line.Bytes(), []byte("{")) {
		return nil, refuse(http.StatusBadRequest, "the body is no JSON object: write {\"callId\": …}")
	}
	return line.Bytes(), nil
}

// texts reads the named fields of a JSON object; the others are not looked at.
// A number or a truth value is as good as its text, null is no text.
func texts(object []byte, names []string) (map[string]string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		return nil, refuse(http.StatusBadRequest, "the body is no valid JSON: %v", err)
	}
	found := make(map[string]string, len(names))
	for _, name := range names {
		raw := fields[name]
		switch {
		case len(raw) == 0 || string(raw) == "null":
			continue
		case raw[0] == '{' || raw[0] == '[':
			return nil, refuse(http.StatusUnprocessableEntity, "%s is a list or an object: write a text or null", name)
		case raw[0] != '"':
			found[name] = string(raw)
			continue
		}
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return nil, refuse(http.StatusBadRequest, "%s is no valid text", name)
		}
		if bytes.IndexByte([]byte(text), 0) >= 0 {
			// No database stores it in a text.
			return nil, refuse(http.StatusUnprocessableEntity, "%s holds a NUL character", name)
		}
		found[name] = text
	}
	return found, nil
}
