package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"holdfast.example/stream"
)

// TestProgress. At stake: whoever starts a worker with a lost disk looks at a screen that says nothing for an hour, and
// kills it; or a pipe fills with thousands of lines.
func TestProgress(t *testing.T) {
	at := time.UnixMilli(1_800_000_000_000)
	var out bytes.Buffer
	p := newProgress(&out, func() time.Time { return at })
	p.log = newLogger(p, "info", "text")
	o := p.observer()
	began := at
	for i := range 1000 {
		at = at.Add(25 * time.Millisecond)
		o.Restoring(stream.RestoreInfo{Stage: "correlate", Partition: 3, From: 1000, Position: 1000 + int64(i)*1000, Target: 1_001_000, Elapsed: at.Sub(began)})
	}
	o.Restored(stream.RestoreInfo{Stage: "correlate", Partition: 3})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `msg=restoring stage=correlate partition=3 position=400000 target=1001000 percent=39 elapsed=10s`) {
		t.Errorf("25 s of restore in a pipe:\n%s", out.String())
	}

	out.Reset()
	p = newProgress(&out, func() time.Time { return at })
	p.log, p.terminal = newLogger(p, "info", "text"), true
	o = p.observer()
	o.Restoring(stream.RestoreInfo{Stage: "correlate", Partition: 3, Position: 1_250_000, Target: 5_000_000, Elapsed: 10 * time.Second})
	const line = "restoring 1 partition: 25%, 1,250,000 of 5,000,000 records, about 30s left"
	if got := out.String(); got != clearLine+line {
		t.Errorf("on a terminal: %q", got)
	}
	out.Reset()
	o.Restoring(stream.RestoreInfo{Stage: "correlate", Partition: 3, Position: 1_250_001, Target: 5_000_000})
	if out.Len() != 0 {
		t.Errorf("drawn again at once: %q", out.String())
	}
	p.log.Info("other")
	if got := out.String(); !strings.HasPrefix(got, clearLine+"time=") || !strings.HasSuffix(got, "msg=other\n"+line) {
		t.Errorf("a log line while it stands there: %q", got)
	}
	out.Reset()
	at = at.Add(drawEvery)
	o.Restoring(stream.RestoreInfo{Stage: "correlate", Partition: 4, From: 10, Position: 10, Target: 10})
	if got := out.String(); got != clearLine+"restoring 2 partitions: 25%, 1,250,001 of 5,000,000 records" {
		t.Errorf("two at once: %q", got)
	}
	o.Restored(stream.RestoreInfo{Stage: "correlate", Partition: 4})
	out.Reset()
	o.Restored(stream.RestoreInfo{Stage: "correlate", Partition: 3})
	p.log.Info("after")
	if got := out.String(); !strings.HasPrefix(got, clearLine+"time=") || strings.Contains(got, "restoring") {
		t.Errorf("after its end: %q", got)
	}
}
