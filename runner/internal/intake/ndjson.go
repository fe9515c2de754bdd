package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// ndjsonRecords reads one JSON object a line.
type ndjsonRecords struct{ lines *lines }

// ndjsonColumns are the cells of a rejected record: its line of text.
func ndjsonColumns() []string { return []string{"record"} }

// checkNDJSON refuses the one JSON file that is often given instead.
func checkNDJSON(first []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(first), []byte("[")) {
		return errors.New("is a JSON array: write one object a line, without brackets and commas around them")
	}
	return nil
}

func (n *ndjsonRecords) next() (Record, error) {
	for {
		line, err := n.lines.next()
		if err != nil {
			return Record{Line: n.lines.number}, err
		}
		text := bytes.TrimSpace(line)
		if len(text) == 0 {
			continue
		}
		r := Record{Line: n.lines.number, Raw: []string{string(text)}}
		if err := r.parseJSON(text); err != nil {
			r.Fault = err.Error()
		}
		return r, nil
	}
}

// parseJSON reads one object with texts, numbers, booleans, nulls and lists of
// these.
func (r *Record) parseJSON(text []byte) error {
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	if open, err := in.Token(); err != nil || open != json.Delim('{') {
		return errors.New("the line is no JSON object: write {\"id\": …} on one line")
	}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return jsonFault(err)
		}
		name, _ := key.(string)
		if slices.Contains(r.names, name) {
			return fmt.Errorf("key %q stands twice", name)
		}
		value, err := jsonCell(in)
		if err != nil {
			return fmt.Errorf("key %q: %w", name, err)
		}
		r.names, r.cells = append(r.names, name), append(r.cells, value)
	}
	if _, err := in.Token(); err != nil {
		return jsonFault(err)
	}
	if _, err := in.Token(); err != io.EOF {
		return errors.New("something follows the JSON object: write one object a line")
	}
	return nil
}

func jsonFault(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errors.New("the JSON object does not end on its line")
	}
	return fmt.Errorf("the line is no valid JSON: %w", err)
}

func jsonCell(in *json.Decoder) (cell, error) {
	token, err := in.Token()
	if err != nil {
		return cell{}, jsonFault(err)
	}
	if token == json.Delim('[') {
		return jsonList(in)
	}
	text, err := jsonText(token)
	return cell{text: text}, err
}

func jsonList(in *json.Decoder) (cell, error) {
	list := cell{isList: true}
	for in.More() {
		token, err := in.Token()
		if err != nil {
			return cell{}, jsonFault(err)
		}
		item, err := jsonText(token)
		if err != nil {
			return cell{}, err
		}
		list.items = append(list.items, item)
	}
	if _, err := in.Token(); err != nil {
		return cell{}, jsonFault(err)
	}
	return list, nil
}

func jsonText(token json.Token) (string, error) {
	switch v := token.(type) {
	case string:
		// No database stores it in a text.
		if strings.Contains(v, "\x00") {
			return "", errors.New("the text holds a NUL character")
		}
		return v, nil
	case json.Number:
		return plainNumber(v), nil
	case bool:
		return strconv.FormatBool(v), nil
	case nil:
		return "", nil
	}
	return "", errors.New("objects and lists inside the value are not read: write text, number, true, false, null or one list")
}

// plainNumber writes 4.5e5 as 450000, the form in which a CSV has it.
func plainNumber(n json.Number) string {
	if f, err := n.Float64(); err == nil && strings.ContainsAny(n.String(), "eE") {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return n.String()
}
