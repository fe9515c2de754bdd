package crm

// Kinds and states of emitted files.
const (
	FileInject = "inject"
	FileStop   = "stop"

	FileClaimed   = "claimed"   // committed, and nothing of it written anywhere
	FileStaged    = "staged"    // written beside the dialer's folder; from here on only publication removes it there
	FileSending   = "sending"   // handed to a server that may have taken it
	FilePublished = "published" // handed over
	FileCancelled = "cancelled" // its run was stopped before anything was written
)

// File is one CSV for a dialer: committed with its lines in the transaction
// that claims the calls, written out afterwards. Its bytes follow from what
// is stored here and nothing else.
type File struct {
	Name     string // below the output folder: "PVI/20261123-1000-IDF-01.csv"
	Kind     string
	State    string
	RunID    string
	SlotKey  string
	Campaign string
	Dialer   string
	Mode     uint32 // permission bits
	Encoding string // "utf-8", "utf-8-bom", "windows-1252"
	LineEnd  string // "\n" or "\r\n"
	Header   string // empty when the dialect has none
	HasHead  bool   // the header line is written
	SHA256   string // of the bytes, hex
	Bytes    int64
	Version  string // rule book
	At       Instant
	Lines    []Line
}

// Line is one row of an injection file, rendered.
type Line struct {
	CallID string
	LeadID string
	Text   string // without line end
}
