package expression

// Column is the facts of one field of the schema, as they were set.
func (b *Batch) Column(col int) *Vector { return &b.fields[col] }
