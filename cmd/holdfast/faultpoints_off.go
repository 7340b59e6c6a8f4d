//go:build !faultpoints

package main

import (
	"holdfast.example/processors/observe/clock"
	"holdfast.example/stream"
)

// faultpoints does nothing: the program that is shipped cannot be told to break itself. The one that can is built with
// -tags faultpoints, for the soak and the mutants.
func faultpoints(*stream.Config) {}

func clockFaultpoints(*clock.Config) {}
