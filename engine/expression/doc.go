// Package expression checks and evaluates the conditions and values that analysts write.
//
// An expression is written in expr-lang over a closed vocabulary, the [Schema]. It is checked once, and all its
// mistakes are told together, each a [Fault] with its place and how to mend it. What is accepted becomes a
// [Condition] or a [Value], which is evaluated over a [Batch] of up to 4096 leads column by column; a single lead is a
// batch of one.
//
// What means the same in different rules is computed once over a batch and remembered while the facts it reads stay as
// they are; what depends on one text alone is computed once for each distinct text; comparisons with constants make 64
// answers a word without a jump. A column of which the same batch is asked often is laid out for it: numbers by binary
// digit, so that a comparison takes a few operations for each digit and 64 leads; the ends of texts likewise; texts one
// behind the other, so that looking for a part of them runs through memory once. A layout holds facts, never results,
// and is made again after a fact of its column was set.
//
// Fields may be empty. As in SQL, a comparison, a text operator or a sum with an empty value is unknown, that is empty
// itself; and, or and not are Kleene's; == nil, != nil, ?? and is_empty settle what an empty value means. An error
// while evaluating is unknown too.
//
// The language is a part of expr-lang: operators, conditionals, lists behind in, any(list, ...) and its like, and a
// closed list of functions. Beyond it there are
//
//	days(n)         n calendar dates: t + days(1) is the same time of day on the next date of the schema's zone; a
//	                fraction counts as that part of 24 hours, and so does the whole when lengths of time are compared
//	hours(n)        n times 3600 seconds
//	days_since(t)   calendar dates from t to now, a whole number
//	hours_since(t)  hours from t to now, a number
//	local_hour(t)   the hour of the day, 0 to 23
//	is_empty(x)     whether x has no value, or is a text or a list without content; never unknown
//	date("...")     an instant that is written out, in the schema's zone unless it says its own
//
// # Three back ends
//
// One checked tree is used in three ways, which agree with each other and, where no value is empty, with expr's own
// machine:
//
//   - Columns: Eval decides a batch, a predicate at a time. The few functions that have no kernel are computed lead by
//     lead by expr's machine; Fallback names them.
//   - SQL: SQL and SQLNot write a WHERE for SQLite or PostgreSQL, and [Schema.SQL] one for several conditions, so that
//     an index finds the few leads that matter.
//   - Explanation: Explain shows for one lead each part of a condition with the values it read, where the decision
//     stopped, and the nearest change that would turn it; as a value, as text, as JSON.
//
// # What SQL promises
//
// The rows of a WHERE are never fewer than those the engine takes, so that the engine can look at them again and lose
// nothing. Negations are pushed down to the comparisons; each becomes SQL that is true whenever the engine's is; what
// cannot be written in SQL counts as true in both senses: it vanishes from and, and swallows or. The clock and other
// facts that are the same for all rows are bound once. Where all of a condition could be written the WHERE is Exact, and
// a LIMIT may be pushed too.
//
// # Limits
//
// A source has at most [MaxSource] bytes, is nested at most [MaxDepth] deep and has at most [MaxNodes] parts; beyond,
// it is refused with a Fault before anything is built. Regular expressions are those of RE2, which takes time in
// proportion to the text whatever the pattern: none can hang a run. Sums of whole numbers wrap around, a division by
// zero is unknown, and so is a number that is infinite or none; nothing in a lead can make an evaluation panic.
package expression
