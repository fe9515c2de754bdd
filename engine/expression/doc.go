// Package expression checks and evaluates the conditions and values that analysts write.
//
// An expression is written in expr-lang over a closed vocabulary, the [Schema]. It is checked once, and all its
// mistakes are told together, each a [Fault] with its place and how to mend it. What is accepted becomes a
// [Condition] or a [Value], which is evaluated over a [Batch] of up to 4096 leads column by column; a single lead is a
// batch of one.
//
// What means the same in different rules is computed once over a batch and remembered while the facts it reads stay as
// they are; what depends on one text alone is computed once for each distinct text; comparisons with constants make 64
// answers a word without a jump.
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
package expression
