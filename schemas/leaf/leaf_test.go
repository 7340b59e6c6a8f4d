package leaf

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.example/schemas"
	"pgregory.net/rapid"
)

// The writer is written by hand and the checker is driven by the table: if they ever disagree, we sign leaves that our
// own verifier calls tampered. Whatever the foreign input, Append must succeed, the table must accept, and reading and
// writing again must change nothing.
func TestWriterAndTableAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := genLeaf().Draw(t, "leaf")
		first, err := l.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse(first)
		if err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		second, err := back.Append(nil)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%v\n%s\n%s", err, first, second)
		}
		again, err := Parse(second)
		if err != nil || !reflect.DeepEqual(back, again) {
			t.Fatalf("%v\n%+v\n%+v", err, back, again)
		}
		if want := shown(l); !reflect.DeepEqual(want, shown(back)) {
			t.Fatalf("what was written is not what was read\n%s", first)
		}
	})
}

// shown is a dumb twin of the writer: every string of the leaf that a reader must find again, in a fixed order, found
// by reflection instead of by the writer's code. Lists are compared up to TightList, where every cut ends.
func shown(l *Leaf) []string {
	var out []string
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		switch {
		case v.Type() == reflect.TypeFor[*More](), name == "Times", name == "Labels", name == "EvidenceMore", name == "Evidence":
		case v.Type() == reflect.TypeFor[schemas.Hash]():
			h := v.Interface().(schemas.Hash)
			out = append(out, name+string(h[:]))
		case v.Kind() == reflect.Pointer:
			if !v.IsNil() {
				walk(name, v.Elem())
			}
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				walk(v.Type().Field(i).Name, v.Field(i))
			}
		case v.Kind() == reflect.Slice:
			for i := range min(v.Len(), TightList) {
				walk(name, v.Index(i))
			}
		case v.Kind() == reflect.String:
			ok := isToken(v.String()) || name == "Document"
			if strings.HasSuffix(name, "ID") || name == "Participants" {
				ok = isID(v.String())
			}
			if ok {
				out = append(out, name+v.String())
			} else if v.String() != "" || name == "Participants" || name == "Aliases" || name == "Field" {
				out = append(out, name+string(appendHashed(nil, v.String())))
			}
		case v.CanInt() && (name == "Size" || name == "DurationMS") && (v.Int() < 0 || v.Int() > MaxInteger):
		case v.CanInt():
			out = append(out, name, time.Duration(v.Int()).String())
		}
	}
	walk("Leaf", reflect.ValueOf(*l))
	return out
}

// A leaf is read by people and by any JSON library: it must be what encoding/json also reads, with the labels sorted
// and times that time.Parse reads as the same instant.
func TestLeafIsPlainJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := genLeaf().Draw(t, "leaf")
		b, err := l.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		var plain struct {
			At     time.Time
			Labels []string
			Times  []struct{ Lo, Hi time.Time }
		}
		if err := json.Unmarshal(b, &plain); err != nil {
			t.Fatal(err)
		}
		if plain.At.UnixMilli() != l.AtMS || !slices.IsSorted(plain.Labels) || len(b) > MaxBytes {
			t.Fatalf("%s", b)
		}
		for i, got := range plain.Times {
			if in := l.Times[i]; !got.Lo.IsZero() && (got.Lo.UnixMilli() != in.LoMS || got.Hi.UnixMilli() != in.HiMS) {
				t.Fatalf("time %d: %+v is %+v", i, in, got)
			}
		}
	})
}

// A leaf may not fail for what a stranger wrote (L4): the largest a stranger can make every kind must fit.
func TestLargestLeafFits(t *testing.T) {
	long := strings.Repeat("x", MaxToken)
	for _, kind := range Kinds() {
		l := crowded(kind, long)
		b, err := l.Append(nil)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if _, err := Parse(b); err != nil {
			t.Errorf("%s: %v\n%s", kind, err, b)
		}
		t.Logf("%s: %d bytes", kind, len(b))
	}
}

// crowded is a leaf of a kind whose every foreign text is s and whose every list is beyond its limit.
func crowded(kind, s string) *Leaf {
	h := Sum([]byte("h"))
	n := int64(-MaxInteger)
	l := &Leaf{
		Kind: kind, Entity: "conversation:" + strings.Repeat("x", MaxToken), Seq: MaxInteger, Prev: &h, Epoch: MaxInteger,
		Shard: maxShard, Index: MaxInteger, Regime: h, AtMS: maxMS, Lock: schemas.LockBrokerAppend, Labels: labelWords,
	}
	for range 40 {
		l.Evidence = append(l.Evidence, h)
		l.Times = append(l.Times, Time{Field: s, Clock: "genesys-provider", HiMS: -1, Zone: "+05:30", Text: s, Refused: s})
	}
	commit := Commit(schemas.Secret{}, FieldObject, s)
	switch kind {
	case KindEvent:
		l.Event = &Event{s, s, s, s, s, s, s, s, s, commit}
	case KindObject:
		l.Object = &Object{"delete_marker", "transcript", s, s, commit, s, s, s, MaxInteger, commit}
	case KindInspection:
		x := &Export{"metadata", s, h, s, s, s, s, s, s, MaxInteger, nil, nil, nil, nil, nil, nil, h}
		for range 40 {
			x.Users, x.Participants, x.Aliases = append(x.Users, commit), append(x.Participants, s), append(x.Aliases, s)
		}
		l.Inspection = &Inspection{"throttled", s, "transcript", s, s, commit, s, s, MaxInteger, &h, s, s, s, x}
	case KindLock:
		l.Hold = &Hold{s, commit, s, "UNKNOWN", "GOVERNANCE"}
	case KindPairing:
		l.Pairing = &Pairing{RecordingID: s, SessionID: s, By: "customer-session", Agents: MaxInteger, WindowMS: MaxInteger}
		for range 40 {
			l.Pairing.Objects = append(l.Pairing.Objects, Part{"transcript", s, &h})
		}
	case KindVerdict:
		w := strings.Repeat("w", MaxToken)
		l.Verdict = &Verdict{s, w, w, w, w, &n, nil, nil, MaxInteger, "cohort:" + commit, s}
		for range 40 {
			l.Verdict.Offsets = append(l.Verdict.Offsets, Offset{s, "genesys-provider", "genesys-provider", n, n})
		}
	case KindAlert:
		l.Alert = &Alert{h, s, "critical", "resolved", s, s, s, MaxInteger, &n, &n}
	case KindCohort:
		l.Cohort = &Cohort{s, s, s, MaxInteger, s, s, s, s, s, &n, &n, MaxInteger, MaxInteger, h}
	case KindRegime:
		l.RegimeBody = &Regime{`{"rules":"` + strings.Repeat("r", 4000) + `"}`}
		l.Regime = Sum([]byte(l.RegimeBody.Document))
	}
	return l
}

// What is our own mistake must never become a leaf: a plain user id where a commitment belongs would stand in WORM
// storage for ever. The error must not repeat the value.
func TestAppendRefusesMistakes(t *testing.T) {
	for name, spoil := range map[string]func(l *Leaf){
		"plain user":       func(l *Leaf) { l.Event.User = "jane.doe@example.com" },
		"upper-case hash":  func(l *Leaf) { l.Event.User = strings.Repeat("A", 64) },
		"first with prev":  func(l *Leaf) { l.Seq = 1 },
		"later, no prev":   func(l *Leaf) { l.Prev = nil },
		"no body":          func(l *Leaf) { l.Event = nil },
		"two bodies":       func(l *Leaf) { l.Hold = &Hold{} },
		"other body":       func(l *Leaf) { l.Event, l.Hold = nil, &Hold{} },
		"reserved kind":    func(l *Leaf) { l.Kind, l.Event = KindClosed, nil },
		"no kind":          func(l *Leaf) { l.Kind, l.Event = "", nil },
		"entity":           func(l *Leaf) { l.Entity = "conversation:+49 30 1234567" },
		"entity prefix":    func(l *Leaf) { l.Entity = "person:1" },
		"label":            func(l *Leaf) { l.Labels = []string{"alias-fields"} },
		"lock":             func(l *Leaf) { l.Lock = "none" },
		"at":               func(l *Leaf) { l.AtMS = -1 },
		"seq":              func(l *Leaf) { l.Seq = 0 },
		"seq too large":    func(l *Leaf) { l.Seq = MaxInteger + 1 },
		"index":            func(l *Leaf) { l.Index = -1 },
		"shard":            func(l *Leaf) { l.Shard = -1 },
		"clock":            func(l *Leaf) { l.Times = []Time{{Clock: "sundial"}} },
		"zone":             func(l *Leaf) { l.Times = []Time{{Clock: "s3", Zone: "Europe/Berlin"}} },
		"more, not full":   func(l *Leaf) { l.Times, l.TimesMore = []Time{{Clock: "s3"}}, &More{Count: 1} },
		"more, no list":    func(l *Leaf) { l.TimesMore = &More{Count: 1} },
		"more, and longer": func(l *Leaf) { *l = *crowded(KindEvent, "x"); l.TimesMore = &More{Count: 1} },
		"evidence more":    func(l *Leaf) { l.EvidenceMore = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			prev := Sum(nil)
			l := &Leaf{Kind: KindEvent, Entity: "conversation:c-1", Seq: 2, Prev: &prev, Event: &Event{}}
			if _, err := l.Append(nil); err != nil {
				t.Fatal(err)
			}
			spoil(l)
			dst := []byte("before")
			got, err := l.Append(dst)
			if err == nil || string(got) != "before" {
				t.Fatalf("%v, %s", err, got)
			}
			if strings.Contains(err.Error(), "jane") || strings.Contains(err.Error(), "1234567") {
				t.Errorf("the error repeats the value: %v", err)
			}
		})
	}
}

// The regime leaf is where a replay finds its rules: it must show the very document that every leaf names.
func TestRegimeDocument(t *testing.T) {
	for document, ok := range map[string]bool{
		`{"a":1,"b":"é"}`: true, `{}`: true, `{"b":1,"a":1}`: false, `{"a": 1}`: false, `{"a":1.5}`: false, `[]`: false, ``: false,
	} {
		l := &Leaf{Kind: KindRegime, Entity: "log:shard-0", Seq: 1, Regime: Sum([]byte(document)), RegimeBody: &Regime{document}}
		if _, err := l.Append(nil); (err == nil) != ok {
			t.Errorf("%s: %v", document, err)
		}
		l.Regime[0]++
		if _, err := l.Append(nil); err == nil {
			t.Errorf("%s: under another hash", document)
		}
	}
}

// A verifier must say "not checked" to the future and "tampered" to a broken leaf; confusing the two accuses or
// acquits wrongly.
func TestUnknownIsNotRefused(t *testing.T) {
	l := &Leaf{Kind: KindEvent, Entity: "conversation:c-1", Seq: 1, Event: &Event{}}
	b, _ := l.Append(nil)
	for name, c := range map[string]struct {
		old, new string
		want     error
	}{
		"version":                      {`"v":1`, `"v":2`, ErrUnknownVersion},
		"reserved":                     {`"kind":"event"`, `"kind":"closed"`, ErrUnknownKind},
		"new kind, new body":           {`"body":{},"entity":"conversation:c-1","epoch":0,"index":0,"kind":"event"`, `"body":{"x":true},"entity":"conversation:c-1","epoch":0,"index":0,"kind":"new"`, ErrUnknownKind},
		"reserved, common member bad":  {`"index":0,"kind":"event"`, `"index":-1,"kind":"closed"`, nil},
		"reserved, body not canonical": {`"body":{},"entity":"conversation:c-1","epoch":0,"index":0,"kind":"event"`, `"body":{"x":1.0},"entity":"conversation:c-1","epoch":0,"index":0,"kind":"closed"`, nil},
	} {
		changed := strings.Replace(string(b), c.old, c.new, 1)
		_, err := Parse([]byte(changed))
		var refused *Refused
		switch {
		case changed == string(b):
			t.Errorf("%s: nothing changed", name)
		case c.want == nil && !errors.As(err, &refused):
			t.Errorf("%s: %v", name, err)
		case c.want != nil && !errors.Is(err, c.want):
			t.Errorf("%s: %v", name, err)
		}
	}
}
