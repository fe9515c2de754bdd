package yamltext

// Codes of the faults of this package. A code never changes its meaning: people look it up and search for it.
const (
	CodeSyntax       = "R001" // YAML cannot read this place
	CodeUnknownKey   = "R002" // a key that does not exist here
	CodeDuplicateKey = "R003" // the same key twice in one mapping
	CodeMissingKey   = "R004" // a required key is not there
	CodeTag          = "R005" // `!` makes a YAML tag of what was meant as a condition
	CodeNoValue      = "R006" // a key or list item with nothing behind it
	CodeKind         = "R007" // a list where a mapping is wanted, and the like
	CodeValue        = "R008" // a scalar that is not of the wanted form or not in the allowed list

	CodeEncoding   = "R010" // not UTF-8
	CodeCharacter  = "R011" // NUL, control and invisible characters
	CodeSize       = "R012" // more than MaxSize bytes
	CodeEmptyFile  = "R013" // nothing but comments, or nothing at all
	CodeDocument   = "R014" // a second document
	CodeDirective  = "R015" // a line that begins with %
	CodeAnchor     = "R016" // &name
	CodeAlias      = "R017" // *name
	CodeMerge      = "R018" // <<
	CodeFolded     = "R019" // a text block under >
	CodeKey        = "R020" // a key that is not a simple text
	CodeEmptyBlock = "R021" // | or > without a text below it
	CodeDepth      = "R022" // nested deeper than MaxDepth

	CodeTab      = "R030" // a tab in the indentation
	CodeIndent   = "R031" // a line that is indented like no line above it
	CodeQuote    = "R032" // a quote that is never closed
	CodeBracket  = "R033" // a bracket that is never closed, or closed by another one
	CodeLeftover = "R034" // text after a closing quote or bracket
	CodeColon    = "R035" // a second `: ` in one value
	CodeNoColon  = "R036" // a line that is neither `key: value` nor `- item`
	CodeFlow     = "R037" // brackets, ? or quotes inside an unquoted text between { } or [ ]
	CodeStart    = "R038" // a character that cannot begin a value
	CodeEscape   = "R039" // an escape between double quotes that YAML does not know

	CodeCut          = "R040" // an expression that YAML cut at ` #`
	CodeComment      = "R041" // a // comment in an expression outside of |
	CodeInFlow       = "R042" // an expression between { } or [ ]
	CodeSplit        = "R043" // an expression that YAML split at a comma
	CodeBeginning    = "R044" // an expression that begins with a sign YAML may take for its own
	CodeNoExpression = "R045" // an expression of no characters
)

// Words that several messages share.
const (
	hintDepth          = "a rule file needs less than ten levels"
	hiddenRest         = "the rest of the file is checked once this is mended"
	hintOwnLine        = "put the expression on its own line under |"
	hintBlockStyle     = "write the expression in block style, on a line of its own: `when: lead.score > 1`"
	hintQuoteOrOwnLine = "put an expression on its own line under |, or the whole text between single quotes"
)
