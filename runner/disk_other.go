//go:build !linux && !darwin

package main

// freeOn is known of other systems only.
func freeOn(string) (bytes uint64, known bool) { return 0, false }
