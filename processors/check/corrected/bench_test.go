package corrected_test

import (
	"io"
	"strings"
	"testing"

	"holdfast.example/processors/check/corrected"
	"holdfast.example/schemas/exhibit"
)

func BenchmarkWrite(b *testing.B) {
	for name, text := range map[string]string{"array": "[" + strings.Repeat(rec+",\n", 999) + rec + "]", "table": "conversation_id,start_time\n" + strings.Repeat("c,2026-05-04 09:27:02\n", 1000)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := corrected.Write(io.Discard, strings.NewReader(text), int64(len(text)), exhibit.Finding{Kind: exhibit.Manifest}, start); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
