// Package dialer writes the CSV files that a dialer imports: it renders planned
// calls as the lines of a dialect of rules/dialers.yaml ([Sheet]), turns a
// committed file into its exact bytes ([Content], [Seal]), and hands it over,
// once, whatever fails or is killed meanwhile ([Publisher]): into the output
// folder, by SFTP ([SFTP]) or to an HTTP server ([Upload]).
//
// The dialects of CSV with comma or semicolon quote as RFC 4180 does. Those
// with pipe or tab know no quotes, as the list loader of VICIdial, which
// removes them: there a delimiter inside a cell becomes a space, and quotes
// are dropped.
package dialer
