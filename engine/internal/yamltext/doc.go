// Package yamltext reads the YAML of a rule book strictly and knows the place of every character in it.
//
// YAML is generous where a rule file must not be: it reads `!lead.blocked` as a tag and the condition as empty, cuts an
// expression at ` #`, splits one at a comma inside { }, and takes the second of two equal keys in silence. [Parse] accepts a
// small dialect instead (one document of mappings, lists and scalars, no tags, anchors, aliases or merge keys) and reports
// everything else as a [Fault] with file, line, column and a way to mend it, as many at once as the file allows.
//
// Scalars are never resolved: 08 is the text "08" and no is the text "no". The readers of [Node] say what a value must be;
// [Node.Expression] reads one written in the rule language and reports what YAML did to it. [Node.PosAt] leads from a
// character of a scalar back to its place in the file, whatever the style it is written in.
//
// A value that was already reported is spoiled: it answers every question with nothing and reports no second fault.
package yamltext
