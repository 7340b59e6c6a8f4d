//go:build unix && !linux

package demo

// kib is ru_maxrss in KiB; the BSDs and macOS give bytes.
func kib(maxrss int64) int64 { return maxrss / 1024 }
