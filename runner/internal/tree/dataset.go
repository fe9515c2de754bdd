package tree

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxRows keeps the products that compare gains within 128 bits.
const maxRows = 1 << 21

// maxTexts is how many different texts a column may hold to be of use: beyond
// that it names rows instead of telling something about them.
const maxTexts = 256

// Dataset is a table to learn from.
type Dataset struct {
	SHA256  string // of the file, hex
	Label   string // name of the column to foretell
	Columns []*Column
	// Classes are the values of the label: in the order of numbers when all
	// are, else of bytes.
	Classes []string
	class   []uint32 // of each row
	// Unlabelled are the lines of the file whose label is empty; they are no
	// rows of the dataset. The header is line 1.
	Unlabelled []int
	// Unused are the columns with too many different texts.
	Unused []string
}

// Column is what all rows say about one thing.
type Column struct {
	Name    string
	Numeric bool
	numbers []float64 // the different ones, ascending
	texts   []string  // likewise
	// code is the place of each row's value in one of them; that of an empty
	// one is their length.
	code []uint32
}

// Rows counts the rows.
func (d *Dataset) Rows() int { return len(d.class) }

// size is the number of different values, the empty one left out.
func (c *Column) size() int {
	if c.Numeric {
		return len(c.numbers)
	}
	return len(c.texts)
}

// raw is a column as it is read: its different texts in the order in which
// they came, and the place of each row's in them.
type raw struct {
	name  string
	texts []string
	index map[string]uint32
	code  []uint32
}

func (r *raw) add(cell string) {
	cell = strings.TrimSpace(cell)
	at, known := r.index[cell]
	if !known {
		at = uint32(len(r.texts))
		r.texts = append(r.texts, strings.Clone(cell))
		r.index[r.texts[at]] = at
	}
	r.code = append(r.code, at)
}

// Read reads a CSV file with a header line, delimited by commas, or by
// semicolons where the header has more of those. A column whose filled cells
// are all numbers is a number column. Rows without a label are left out and
// listed.
func Read(file io.Reader, label string) (*Dataset, error) {
	sum := sha256.New()
	buffered := bufio.NewReaderSize(io.TeeReader(file, sum), 1<<16)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = buffered.Discard(3)
	}
	reader := csv.NewReader(buffered)
	reader.ReuseRecord = true
	if start, _ := buffered.Peek(4096); semicolons(string(start)) {
		reader.Comma = ';'
	}
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: it needs a header line and rows")
	}
	if err != nil {
		return nil, err
	}
	table, target, err := columnsOf(header, label)
	if err != nil {
		return nil, err
	}
	d := &Dataset{Label: label}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(record[target]) == "" {
			line, _ := reader.FieldPos(target)
			d.Unlabelled = append(d.Unlabelled, line)
			continue
		}
		for i := range table {
			table[i].add(record[i])
		}
		if len(table[target].code) > maxRows {
			return nil, fmt.Errorf("more than %d rows: take a sample", maxRows)
		}
	}
	// The reader may stop short of what is no row.
	if _, err := io.Copy(io.Discard, buffered); err != nil {
		return nil, err
	}
	d.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return d, d.settle(table, target)
}

func semicolons(start string) bool {
	line, _, _ := strings.Cut(start, "\n")
	return strings.Count(line, ";") > strings.Count(line, ",")
}

func columnsOf(header []string, label string) ([]raw, int, error) {
	table := make([]raw, len(header))
	for i, name := range header {
		name = strings.TrimSpace(name)
		if name == "" {
			return nil, 0, fmt.Errorf("column %d of the header has no name", i+1)
		}
		if slices.ContainsFunc(table[:i], func(r raw) bool { return r.name == name }) {
			return nil, 0, fmt.Errorf("the header names column %s twice", name)
		}
		table[i] = raw{name: strings.Clone(name), index: map[string]uint32{}}
	}
	target := slices.IndexFunc(table, func(r raw) bool { return r.name == label })
	if target < 0 {
		names := make([]string, len(table))
		for i := range table {
			names[i] = table[i].name
		}
		return nil, 0, fmt.Errorf("no column %s to learn: the header has %s; name one with --label", label, strings.Join(names, ", "))
	}
	return table, target, nil
}

// settle sorts the different values of every column.
func (d *Dataset) settle(table []raw, target int) error {
	for i := range table {
		c := column(&table[i])
		if i == target {
			d.class, d.Classes = c.code, c.words()
			continue
		}
		if !c.Numeric && len(c.texts) > maxTexts {
			d.Unused = append(d.Unused, c.Name)
			continue
		}
		d.Columns = append(d.Columns, c)
	}
	switch {
	case len(d.class) == 0:
		return errors.New("no row has a label: there is nothing to learn from")
	case len(d.Classes) == 1:
		return fmt.Errorf("every row has the label %s: a tree needs rows of two kinds at least", d.Classes[0])
	case len(d.Classes) > maxTexts:
		return fmt.Errorf("the label has %d different values: a tree tells classes apart, at most %d", len(d.Classes), maxTexts)
	}
	return nil
}

func column(r *raw) *Column {
	c := &Column{Name: r.name, Numeric: true}
	numbers := make([]float64, len(r.texts))
	filled := false
	for i, text := range r.texts {
		if text == "" {
			continue
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n-n != 0 { // "nan" and "inf" are words
			c.Numeric = false
			break
		}
		filled = true
		numbers[i] = n + 0 // makes 0 of -0
	}
	c.Numeric = c.Numeric && filled
	place := make([]uint32, len(r.texts))
	if c.Numeric {
		c.numbers = sortedBy(r.texts, numbers, place)
	} else {
		c.texts = sortedBy(r.texts, r.texts, place)
	}
	c.code = r.code
	for row, at := range c.code {
		c.code[row] = place[at]
	}
	return c
}

// sortedBy sorts the different values of the filled texts and says at which
// place the value of each text stands; empty texts stand behind the last.
func sortedBy[T float64 | string](texts []string, values []T, place []uint32) []T {
	var sorted []T
	for i, text := range texts {
		if text != "" {
			sorted = append(sorted, values[i])
		}
	}
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	for i, text := range texts {
		at := len(sorted)
		if text != "" {
			at, _ = slices.BinarySearch(sorted, values[i])
		}
		place[i] = uint32(at)
	}
	return sorted
}

// words are the different values as texts.
func (c *Column) words() []string {
	if !c.Numeric {
		return c.texts
	}
	words := make([]string, len(c.numbers))
	for i, n := range c.numbers {
		words[i] = number(n)
	}
	return words
}

// number is the shortest decimal that reads back as n.
func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
