package expression

// dictionary is a text column by its distinct texts, so that what depends on the text alone is computed once for each.
type dictionary struct {
	// values are the texts in the order in which they appeared, behind "", which stands for empty.
	values []string
	// codes are the positions in values, lead by lead.
	codes []uint16
	// planes hold, for each value, the leads that have it, one behind the other; nil where there are too many values.
	planes []uint64
	index  map[string]uint16
	near   [256]uint16
	// said is what a truth is for each value: 1 true, 2 known.
	said []uint8
	reading
	// endless says that the column has too many distinct texts to pay.
	endless bool
}

const (
	// fewest is the length of a batch below which the leads are looked at one by one.
	fewest = 64
	// patience is how many distinct texts are looked up before a column may turn out not to pay.
	patience = 1024
	// mostPlanes is up to how many texts each has its own plane.
	mostPlanes = 256
	// mostElements is up to how many elements lists are looked through by element.
	mostElements = 32
)

// dictionary is the text column by its distinct texts, or nil where that does not pay.
func (b *Batch) dictionary(col int) *dictionary {
	if b.flat {
		return nil
	}
	d := b.indexOf(col)
	if v := &b.fields[col]; b.ask(&d.reading, v) == 1 {
		d.read(v, b.n)
	}
	if d.endless {
		return nil
	}
	return d
}

// indexOf is the memory for looking through a column.
func (b *Batch) indexOf(col int) *dictionary {
	d := layoutOf(&b.texts, len(b.fields), col)
	if d.index == nil {
		d.index = map[string]uint16{}
	}
	return d
}

// read looks through a column of n leads.
func (d *dictionary) read(v *Vector, n int) {
	clear(d.index)
	clear(d.near[:])
	d.values, d.codes, d.endless = append(d.values[:0], ""), room(d.codes, n), false
	for i := range d.codes {
		if !v.Has(i) {
			d.codes[i] = 0
			continue
		}
		d.codes[i] = d.code(v.texts[i&v.mask])
		if len(d.values) > patience && len(d.values) > i/2 {
			d.endless = true
			return
		}
	}
	d.drawPlanes(n)
}

// code is the position of a text among the values. Most texts are found by their length and three of their bytes.
func (d *dictionary) code(text string) uint16 {
	at := &d.near[0]
	if last := len(text) - 1; last >= 0 {
		at = &d.near[(len(text)*31+int(text[0])+int(text[last])*7+int(text[last/2])*13)&255]
	}
	if code := *at; code != 0 && d.values[code] == text {
		return code
	}
	code, known := d.index[text]
	if !known {
		code = uint16(len(d.values))
		d.values = append(d.values, text)
		d.index[text] = code
	}
	*at = code
	return code
}

func (d *dictionary) drawPlanes(n int) {
	d.planes = d.planes[:0]
	if len(d.values) > mostPlanes {
		return
	}
	width := words(n)
	d.planes = room(d.planes, width*len(d.values))
	clear(d.planes)
	for i, code := range d.codes {
		setBit(d.planes[int(code)*width:], i)
	}
}

// decide computes a truth that depends on the column alone.
func (d *dictionary) decide(b *Batch, n node) *Vector {
	s := b.spelling(d, n.meaning().spelled)
	v := s.eval(n)
	defer s.release(v)
	out := b.take(Boolean)
	if len(d.planes) > 0 {
		d.gather(out.bools, v.bools, b.n)
		d.gather(out.known, v.known, b.n)
		return out
	}
	d.said = room(d.said, len(d.values))
	for code := range d.said {
		d.said[code] = uint8(flag(bit(v.bools, code)) | flag(bit(v.known, code))<<1)
	}
	for w := range out.known {
		var truth, known uint64
		for i, code := range d.codes[w<<6 : min(w<<6+64, len(d.codes))] {
			said := uint64(d.said[code])
			truth |= said & 1 << (uint(i) & 63)
			known |= said >> 1 << (uint(i) & 63)
		}
		out.bools[w], out.known[w] = truth, known
	}
	return out
}

// gather gives the n leads whose value has its bit set. Every lead has one value, so that those of the other values are
// as good to know: the fewer planes are joined.
func (d *dictionary) gather(out, which []uint64, n int) {
	clear(out)
	invert := uint64(0)
	if count(which) > len(d.values)/2 {
		invert = ^uint64(0)
	}
	for code := range d.values {
		if (which[code>>6]^invert)>>(uint(code)&63)&1 == 0 {
			continue
		}
		for w, leads := range d.planes[code*len(out) : (code+1)*len(out)] {
			out[w] |= leads
		}
	}
	if invert == 0 {
		return
	}
	for w := range out {
		out[w] = ^out[w]
	}
	if rest := uint(n) & 63; rest != 0 {
		out[len(out)-1] &= 1<<rest - 1
	}
}

// spelling is a batch whose leads are the distinct texts of a column, the first one empty.
func (b *Batch) spelling(d *dictionary, col int) *Batch {
	s := b.spelledBatch()
	if s.spells != d || s.spelledAt != d.made {
		s.Reset(len(d.values))
		v := s.touch(col)
		copy(v.texts, d.values)
		fill(v.known, s.n)
		clearBit(v.known, 0)
		s.spells, s.spelledAt = d, d.made
	}
	return s
}

func (b *Batch) spelledBatch() *Batch {
	if b.spelled == nil {
		b.spelled = b.schema.NewBatch(0)
		b.spelled.flat = true
	}
	return b.spelled
}

// Distinct is a text column by its distinct texts: Values[Codes[i]] is the text of lead i. Code 0 stands for empty.
// Version is another one whenever the column was looked through again.
type Distinct struct {
	Codes   []uint16
	Values  []string
	Version uint64
}

// Distinct gives a text column by its distinct texts, or nothing for a batch of few leads and where most leads have a
// text of their own. What it gives must not be changed, and is valid until the column is set.
func (b *Batch) Distinct(col int) (Distinct, bool) {
	if b.n < fewest || !b.fields[col].typ.isText() {
		return Distinct{}, false
	}
	d := b.dictionary(col)
	if d == nil {
		return Distinct{}, false
	}
	return Distinct{d.codes, d.values, d.made}, true
}
