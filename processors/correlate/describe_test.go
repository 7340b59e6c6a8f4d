package correlate

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

func asPoison(err error, p **stream.PoisonError) bool { return errors.As(err, p) }

// describe says an output in a line; loud is what a brief block shows. An alert's record is shown by its leaf.
func describe(t testing.TB, o stream.Output) (line string, loud bool) {
	t.Helper()
	rec, err := schemas.Decode(o.Value)
	if err != nil {
		t.Fatal(err)
	}
	switch rec := rec.(type) {
	case *schemas.CustodyRecord:
		l, err := leaf.Parse(rec.Leaf)
		if err != nil {
			t.Fatalf("%v: %s", err, rec.Leaf)
		}
		return describeLeaf(l)
	case *schemas.CustodyMarker:
		m, err := leaf.ParseMarker(rec.Marker)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("marker of epoch %d: %d from %d", m.Epoch, m.Count, m.First), true
	case *schemas.Opening:
		return fmt.Sprintf("opening of %s: %d, %d spilled", rec.Entity, len(rec.Fields), rec.Spilled), false
	case *schemas.Probe:
		return strings.TrimSpace(fmt.Sprintf("probe for an %s of %s: %s %s", rec.Question, rec.Entity, rec.Rule, rec.Subject)), true
	case *schemas.Measure:
		return fmt.Sprintf("measure %d of %s: %s, %d agents%s", rec.Number, rec.RecordingID, rec.Shape, rec.Agents, map[bool]string{true: ", revises"}[rec.Revises]), false
	case *schemas.Alert:
		return "", false
	}
	t.Fatalf("an output of type %T", rec)
	return "", false
}

func describeLeaf(l *leaf.Leaf) (line string, loud bool) {
	var b strings.Builder
	entity := l.Entity
	if strings.HasPrefix(entity, "cohort:") || strings.HasPrefix(entity, "unplaced:") {
		entity = entity[:strings.Index(entity, ":")]
	}
	fmt.Fprintf(&b, "%s %s#%d", l.Kind, entity, l.Seq)
	say := func(pairs ...any) {
		for i := 0; i < len(pairs); i += 2 {
			if v := fmt.Sprint(pairs[i+1]); v != "" {
				fmt.Fprintf(&b, " %s=%s", pairs[i], v)
			}
		}
	}
	number := func(n *int64) string {
		if n == nil {
			return ""
		}
		return fmt.Sprint(*n)
	}
	switch l.Kind {
	case leaf.KindEvent:
		say("topic", l.Event.Topic, "session", l.Event.SessionID, "user", kept(l.Event.User))
	case leaf.KindObject:
		say("action", l.Object.Action, "role", l.Object.Role, "recording", l.Object.RecordingID, "object", kept(l.Object.Object), "version", l.Object.VersionID)
	case leaf.KindInspection:
		x := l.Inspection
		say("outcome", x.Outcome, "role", x.Role, "recording", x.RecordingID, "object", kept(x.Object), "version", x.VersionID)
		if x.Export != nil {
			say("export", x.Export.Form, "of", x.Export.RecordingID)
		}
	case leaf.KindLock:
		say("recording", l.Hold.RecordingID, "version", l.Hold.VersionID, "hold", l.Hold.LegalHold, "mode", l.Hold.RetentionMode)
	case leaf.KindPairing:
		say("recording", l.Pairing.RecordingID, "by", l.Pairing.By, "session", l.Pairing.SessionID, "agents", l.Pairing.Agents)
		for _, p := range l.Pairing.Objects {
			say("object", p.Role+" "+p.VersionID+map[bool]string{true: " read"}[p.SHA256 != nil])
		}
	case leaf.KindVerdict:
		v := l.Verdict
		say("recording", v.RecordingID, "shape", v.Shape, "grade", v.Grade, "offset", number(v.OffsetMS), "missing", v.Missing)
		for _, o := range v.Offsets {
			say(o.Field, fmt.Sprintf("[%d,%d]", o.LoMS, o.HiMS))
		}
	case leaf.KindAlert:
		a := l.Alert
		say("rule", a.Rule, "step", a.Step, "subject", a.Subject, "severity", a.Severity, "grade", a.Grade, "shape", a.Shape, "n", a.N, "offset", number(a.OffsetMS), "spread", number(a.SpreadMS))
	case leaf.KindCohort:
		c := l.Cohort
		say("n", c.N, "shape", c.Shape, "stratum", c.Stratum, "grade", c.Grade, "departing", fmt.Sprintf("%d/%d", c.Departing, c.StratumN), "offset", number(c.OffsetMS), "spread", number(c.SpreadMS))
	}
	if len(l.Labels) > 0 {
		say("labels", strings.Join(l.Labels, ","))
	}
	say("at", time.Duration(l.AtMS-epoch0)*time.Millisecond)
	return b.String(), l.Kind == leaf.KindAlert || l.Kind == leaf.KindCohort
}

// kept says what stands in place of a personal value.
func kept(commitment string) string {
	switch commitment {
	case "", leaf.Withheld:
		return commitment
	}
	return "committed"
}

func mustBeSame(t testing.TB, want, got []streamtest.Output) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		w, g := want[i], got[i]
		if w.From != g.From || w.Topic != g.Topic || w.Partition != g.Partition || !bytes.Equal(w.Key, g.Key) || !bytes.Equal(w.Value, g.Value) {
			t.Fatalf("output %d\nwant %d %s %q\ngot  %d %s %q", i, w.From, w.Topic, w.Value, g.From, g.Topic, g.Value)
		}
	}
	if len(want) != len(got) {
		t.Fatalf("%d outputs, want %d", len(got), len(want))
	}
}
