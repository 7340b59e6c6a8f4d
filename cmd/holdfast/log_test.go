package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// A log is read by machines that do not know Go: a number alone would not say of what.
func TestLoggedDurationHasItsUnit(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var b bytes.Buffer
		newLogger(&b, "info", format).Info("x", "elapsed", 1500*time.Millisecond)
		if !strings.Contains(strings.ReplaceAll(b.String(), `"`, ""), "1.5s") {
			t.Errorf("%s: %s", format, b.String())
		}
	}
}
