// Package tree learns a decision tree from a CSV file and writes it out, as
// JSON or as point rules that analysts can read and change.
//
// Trees are grown as in CART (Breiman, Friedman, Olshen, Stone, 1984): each
// node asks the question that lowers Gini's impurity most. Gains are compared
// as exact fractions; equal ones go to the column further left, then to the
// lower threshold or value. So the same file gives the same tree, to the byte,
// on every machine.
//
// A number column is asked "at most t?", where t lies half-way between two
// neighbouring values; a text column is asked "is it v?". Rows that say yes to
// the first go left, rows that say yes to the second go right. An empty number
// goes right, an empty text left: it is not v.
package tree
