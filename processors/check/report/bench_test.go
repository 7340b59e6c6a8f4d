package report

import (
	"io"
	"testing"

	"holdfast.example/processors/check"
)

// Writing is a small part of a check's minute: 100,000 recordings, as JSON and as text.
func BenchmarkWrite(b *testing.B) {
	s := judge(newScene(1, 1000).by(720_000))
	was := s.Recordings
	s.Recordings = func(yield func(*check.Recording) bool) {
		for range 100 {
			for r := range was {
				if !yield(r) {
					return
				}
			}
		}
	}
	for name, write := range map[string]func() error{
		"json": func() error { return s.JSON(io.Discard, "v1") },
		"text": func() error { return s.Text(io.Discard, Options{}) },
		"html": func() error { return s.HTML(io.Discard, "v1") },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := write(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
