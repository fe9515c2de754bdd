package expression

// Type says what a field or a result holds.
type Type uint8

// The types of the vocabulary. Choice is text from a closed list, Phone is text that holds a phone number; both
// behave as text. Time is an instant in milliseconds, Duration a length of time in milliseconds.
const (
	Text Type = iota + 1
	Choice
	Integer
	Number
	Boolean
	Time
	Duration
	Phone
	TextList
)

// Types that only the checker knows.
const (
	// untyped is the type of what already has a fault, so that one mistake is reported once.
	untyped Type = 0
	// emptyType is the type of a bare nil.
	emptyType Type = iota + 100
	// calendarDays is what days(n) gives: a number of dates, which only becomes a length of time when it is compared.
	calendarDays
)

// String is the word an analyst writes for the type in fields.yaml, such as "text_list".
func (t Type) String() string {
	switch t {
	case Text:
		return "text"
	case Choice:
		return "choice"
	case Integer:
		return "integer"
	case Number:
		return "number"
	case Boolean:
		return "boolean"
	case Time:
		return "time"
	case Duration, calendarDays:
		return "duration"
	case Phone:
		return "phone"
	case TextList:
		return "text_list"
	case emptyType:
		return "nil"
	}
	return "unknown"
}

// phrase is the type with its article, for messages: "a number".
func (t Type) phrase() string {
	switch t {
	case Text, Choice, Phone:
		return "a text"
	case Integer:
		return "a whole number"
	case Number:
		return "a number"
	case Boolean:
		return "true or false"
	case Time:
		return "a time"
	case Duration, calendarDays:
		return "a length of time"
	case TextList:
		return "a list of texts"
	case emptyType:
		return "nil"
	}
	return "nothing"
}

func (t Type) isText() bool     { return t == Text || t == Choice || t == Phone }
func (t Type) isNumeric() bool  { return t == Integer || t == Number }
func (t Type) isDuration() bool { return t == Duration || t == calendarDays }
