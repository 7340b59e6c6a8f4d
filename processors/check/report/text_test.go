package report

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas/exhibit"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a checked-in file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run with -update and read the difference\n%s", name, got)
	}
}

// by shifts start, end and creation of all.
func (s *scene) by(ms int64) *scene {
	return s.each(func(_ int, r *attribute.Recording) { move(r, ms, attribute.Start, attribute.End, attribute.Created) })
}

// handoff makes the creation time late by the gap between two agents.
func (s *scene) handoff() *scene {
	return s.each(func(_ int, r *attribute.Recording) {
		if r.Agents == 2 {
			move(r, r.Readings[attribute.SecondStart].Lo-r.Readings[attribute.FirstEnd].Lo, attribute.Created)
		}
	})
}

// unzoned takes the zone off the export's times.
func (s *scene) unzoned() *scene {
	return s.each(func(_ int, r *attribute.Recording) {
		for _, f := range []attribute.Fact{attribute.Start, attribute.End, attribute.Created} {
			r.Readings[f].Zoned = false
		}
	})
}

// newYork is a zone with the shift of March 2026 (tzdata, America/New_York).
var newYork = attribute.Zone{Name: "America/New_York", Shifts: []attribute.Shift{{From: 0, Offset: -5 * 3_600_000}, {From: 1_772_953_200_000, Offset: -4 * 3_600_000}}}

// local puts every second recording into the winter before, and writes the export's times in the zone as if they were UTC.
func (s *scene) local(z attribute.Zone) *scene {
	s.table.Zones = []attribute.Zone{z}
	return s.each(func(i int, r *attribute.Recording) {
		offset := z.Shifts[1].Offset
		if i%2 == 1 {
			const back = -90 * aDay
			r.Day, r.At, offset = r.Day-90, r.At+back, z.Shifts[0].Offset
			for f := attribute.Start; f < attribute.FactCount; f++ {
				move(r, back, f)
			}
		}
		move(r, offset, attribute.Start, attribute.End, attribute.Created)
	})
}

// keyed names the cohort.
func (s *scene) keyed(channel, provider string) *scene {
	s.key.Channel, s.key.Provider = channel, provider
	return s
}

var platform = []attribute.Fact{attribute.ACDStart, attribute.AgentConnect, attribute.FirstEnd, attribute.SecondStart}

// stories are the results whose texts are golden files.
func stories() map[string]Source {
	storyA := func(n int) *scene { return newScene(1, n).by(720_000) }
	first := judge(storyA(1200).drop(attribute.Finalise, attribute.S3Put))
	first.Files = exports(1200)
	outlier := storyA(1200)
	outlier.recs[7].seen.Readings[attribute.Start] = ms(attribute.FamilyExport, outlier.recs[7].seen.Readings[attribute.SessionStart].Lo+61_777)
	fourth := judge(outlier)
	fourth.Files = append(exports(1200), check.File{Path: "export/notes.docx", Kind: exhibit.Unknown, Size: 12_000, SHA256: sha256.Sum256([]byte("n")), Reason: "bytes of no kind that is known"},
		check.File{Path: "export/old/manifest.json", Kind: exhibit.Manifest, Form: exhibit.Page, Size: 8_191, Refused: 1, Unread: true,
			Refusals: []check.Refusal{{Place: "byte 8191", Reason: "the text ends within an array"}}})
	fourth.Summary.Unread = 1
	mixed := judge(newScene(3, 300).each(func(i int, r *attribute.Recording) {
		by := int64(720_000)
		if i%2 == 1 {
			by = 95_000
		}
		move(r, by, attribute.Start, attribute.End, attribute.Created)
	}))
	small := judge(newScene(11, 61).by(720_000))
	small.Files = exports(61)
	return map[string]Source{
		"small":        small,
		"a3":           first,
		"a4":           fourth,
		"a2":           judge(storyA(300).drop(platform...).drop(attribute.SessionStart, attribute.SessionEnd, attribute.Finalise, attribute.S3Put)),
		"b3":           judge(newScene(2, 500).handoff()),
		"b2":           judge(newScene(2, 500).handoff().drop(platform...).drop(attribute.Header, attribute.Finalise, attribute.S3Put)),
		"aligned":      judge(newScene(5, 300), newScene(6, 40).keyed("CHAT", "").each(func(_ int, r *attribute.Recording) { move(r, newJitter(r), attribute.Start, attribute.End) })),
		"mixture":      mixed,
		"insufficient": judge(newScene(7, 12).by(720_000), newScene(8, 9).keyed("EMAIL", "").drop(attribute.SessionStart, attribute.SessionEnd, attribute.Header)),
		"unzoned":      judge(newScene(4, 100).by(3_600_000).unzoned().drop(attribute.Header), newScene(4, 100).by(3_600_000).unzoned().keyed("CALL", "Edge")),
		"lattice":      judge(newScene(9, 300).by(900_000)),
		"seconds":      judge(whole(newScene(10, 300).by(720_000))),
		"zone":         judge(newScene(12, 200).local(newYork)),
		"nothing":      {Recordings: func(func(*check.Recording) bool) {}},
	}
}

// newJitter is more than the platform's, by the recording's id.
func newJitter(r *attribute.Recording) int64 { return int64(r.ID[0]%64) - 32 }

// whole writes the export in whole seconds, cut.
func whole(s *scene) *scene {
	return s.each(func(_ int, r *attribute.Recording) {
		for _, f := range []attribute.Fact{attribute.Start, attribute.End, attribute.Created} {
			at := r.Readings[f].Lo / 1000 * 1000
			r.Readings[f].Lo, r.Readings[f].Hi = at, at
		}
	})
}

// At stake: what a person reads. Every line of these files was read for truth and for tone.
func TestText(t *testing.T) {
	for name, s := range stories() {
		var b bytes.Buffer
		if err := s.Text(&b, Options{}); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", b.Bytes())
	}
}

// A page of 100 columns stays one, colours change nothing but colour, and one cause is told once however many bear it.
func TestLayout(t *testing.T) {
	escape := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for name, s := range stories() {
		var bare, coloured, narrow bytes.Buffer
		for o, b := range map[Options]*bytes.Buffer{{}: &bare, {Colour: true}: &coloured, {Width: 72}: &narrow} {
			if err := s.Text(b, o); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(bare.String(), "\x1b") || escape.ReplaceAllString(coloured.String(), "") != bare.String() {
			t.Errorf("%s: colour is more or less than colour", name)
		}
		for line := range strings.Lines(bare.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
				t.Errorf("%s: %d columns: %s", name, n, line)
			}
		}
		for line := range strings.Lines(narrow.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 72 && !strings.HasPrefix(line, "  c0ffee") && !strings.HasPrefix(line, "  conversation ") {
				t.Errorf("%s: %d columns: %s", name, n, line)
			}
		}
		if n := strings.Count(bare.String(), "\n"); n > 70 {
			t.Errorf("%s: %d lines", name, n)
		}
	}
}

// At stake: a sentence for every word that a verdict can say, and grounds for every row of every table.
func TestEveryWordHasASentence(t *testing.T) {
	for h := range attribute.HypothesisCount {
		if Claim(h) == "" {
			t.Errorf("%v claims nothing", h)
		}
	}
	for f := attribute.Start; f < attribute.FactCount; f++ {
		if FactName(f) == "" {
			t.Errorf("%v is nothing", f)
		}
	}
	for n := attribute.NeedFact; n.String() != "invalid"; n++ {
		if d := (attribute.Decider{Need: n, Fact: attribute.S3Put, Count: 2}); strings.Contains(Decide(d), "no words") || Decide(d) == "" {
			t.Errorf("%v: %q", n, Decide(d))
		}
	}
	said := map[string]bool{}
	for _, l := range check.Lacks() {
		if said[Add(l)] {
			t.Errorf("%s: said of another too", l)
		}
		said[Add(l)] = true
	}
	for l := attribute.LocusUnknown; l.String() != "invalid"; l++ {
		if strings.HasPrefix(Departs(l), ":") {
			t.Errorf("%v has no name", l)
		}
	}
	for name, s := range stories() {
		for i := range s.Cohorts {
			for h := range attribute.HypothesisCount {
				v := &s.Cohorts[i].Verdict
				if text := Grounds(v, h); text == "" || v.Hypotheses[h].State == attribute.Excluded && !strings.ContainsAny(text, "0123456789") {
					t.Errorf("%s: %v %v: %q", name, h, v.Hypotheses[h].State, text)
				}
			}
		}
	}
}
