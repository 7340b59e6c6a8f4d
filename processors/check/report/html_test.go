package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas/exhibit"
)

func page1(t *testing.T, s Source) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.HTML(&b, "v1"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// At stake: the page needs nothing else, is told the same as the text, and holds together as markup.
func TestHTML(t *testing.T) {
	for name, s := range stories() {
		got := page1(t, s)
		if name == "small" {
			golden(t, "small.html", []byte(got))
		}
		for _, never := range []string{"<script", "http:", "https:", "src=", "url(", "<link", "@import", "ZgotmplZ", "NaN"} {
			if strings.Contains(got, never) {
				t.Errorf("%s: the page contains %q", name, never)
			}
		}
		wellFormed(t, name, got)
		told, _ := s.sheet(Options{}, pageRecords, false)
		for _, p := range told.paragraphs {
			for _, l := range append(p.lines, p.decides...) {
				if !strings.Contains(unescaped(got), l.text) {
					t.Errorf("%s: the page does not say %q", name, l.text)
				}
			}
		}
		if n, want := strings.Count(got, "<svg"), plotted(s); n != want {
			t.Errorf("%s: %d plots, want %d", name, n, want)
		}
	}
}

func unescaped(s string) string {
	return strings.NewReplacer("&#39;", "'", "&#43;", "+", "&gt;", ">", "&lt;", "<", "&#34;", `"`, "&amp;", "&").Replace(s)
}

// plotted counts the cohorts of which a field was compared.
func plotted(s Source) int {
	n := 0
	for i := range s.Cohorts {
		if toneOf(&s.Cohorts[i].Verdict) != unjudged || s.Cohorts[i].Verdict.Shape != attribute.NotComparable {
			n++
		}
	}
	return n
}

// wellFormed reads the page as XML, but for its doctype and the two elements that HTML leaves open.
func wellFormed(t *testing.T, name, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(regexp.MustCompile(`(<meta [^>]*)>`).ReplaceAllString(text, "$1/>")))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
	}
}

// hostile is a result whose every name was made by somebody who means harm.
func hostile() (Source, string) {
	const evil = "<script>alert(1)</script>\"'&\x1b[31m\u202e\u0007\xff]]>"
	s := newScene(1, 60).by(720_000)
	s.key = check.Key{Organization: evil, Channel: evil, Provider: evil, Created: "recording-created"}
	s.recs[3].conversation, s.recs[3].id = evil, evil
	s.recs[3].seen.Readings[attribute.Start].Lo += 5_000
	s.recs[3].seen.Readings[attribute.Start].Hi += 5_000
	for _, m := range s.recs {
		m.seen.Job = evil
	}
	src := judge(s)
	src.Cohorts[0].Zones, src.Cohorts[0].Verdict.Zones, src.Cohorts[0].Verdict.Job = []string{evil}, []string{evil}, evil
	src.Files = []check.File{{Path: evil, Kind: exhibit.Unknown, Reason: evil, Refusals: []check.Refusal{{Place: evil, Reason: evil}}, Refused: 2},
		{Path: evil, Kind: exhibit.WAV, Reason: evil}}
	return src, evil
}

// At stake: a name in an export must not write on a lawyer's screen, nor run in a page.
func TestHostileNames(t *testing.T) {
	s, _ := hostile()
	got := page1(t, s)
	for _, never := range []string{"<script", "\x1b", "\u202e", "\x07", "\xff"} {
		if strings.Contains(got, never) {
			t.Errorf("the page contains %q", never)
		}
	}
	wellFormed(t, "hostile", got)
	var text, object bytes.Buffer
	if err := errors.Join(s.Text(&text, Options{Corrected: "a\x1bb"}), s.JSON(&object, "v\u009b")); err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"\x1b", "\u202e", "\x07", "\xff", "\u009b"} {
		if strings.Contains(text.String(), never) || strings.Contains(object.String(), never) {
			t.Errorf("text or JSON contains %q", never)
		}
	}
	if !strings.Contains(text.String(), `\u001b[31m\u202e\u0007\xff`) {
		t.Errorf("what was made harmless is not shown as an escape:\n%s", text.String())
	}
}

// At stake: a page that a browser can open, whatever the size of the export, and a check that fits its memory.
func TestMany(t *testing.T) {
	s := judge(newScene(1, 600).by(720_000))
	var rs []*check.Recording
	for r := range s.Recordings {
		rs = append(rs, r)
	}
	rng := newScene(9, 0)
	var low, high uint64
	s.Recordings = func(yield func(*check.Recording) bool) {
		low = heap()
		for i := range 100_000 {
			r := *rs[i%len(rs)]
			r.Observed.At += rng.among(0, 300*aDay)
			r.Offsets = append([]check.FieldOffset(nil), r.Offsets...)
			for j := range r.Offsets {
				r.Offsets[j].Lo += rng.among(-4_000_000, 4_000_000)
				r.Offsets[j].Hi = r.Offsets[j].Lo
			}
			if !yield(&r) {
				return
			}
		}
		high = heap()
	}
	got := page1(t, s)
	if n := strings.Count(got, "<circle") + strings.Count(got, "<polygon"); n > maxMarks || n < maxMarks/4 {
		t.Errorf("%d marks", n)
	}
	if !strings.Contains(got, "100,000 recordings") {
		t.Error("the plot does not count what it stands for")
	}
	if len(got) > 4<<20 {
		t.Errorf("the page has %d bytes", len(got))
	}
	if high > low+16<<20 {
		t.Errorf("the heap grew by %d bytes", high-low)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
