package leaf

import (
	"encoding/hex"
	"errors"
	"fmt"

	"holdfast.example/schemas"
)

// Append appends the leaf's one canonical form to dst. It allocates nothing but room in dst, except to hash a long
// foreign text, to cut a list and to check a regime document. On an error it returns dst as it was. Errors are mistakes of the caller (L4), not of foreign input; they name the member and
// never its value.
func (l *Leaf) Append(dst []byte) ([]byte, error) {
	if err := l.whole(); err != nil {
		return dst, fmt.Errorf("append leaf: %w", err)
	}
	start := len(dst)
	w := writer{b: dst, limit: MaxList}
	l.write(&w)
	if w.err == nil && len(w.b)-start > MaxBytes {
		w = writer{b: dst, limit: TightList}
		l.write(&w)
	}
	switch size := len(w.b) - start; {
	case w.err != nil:
		return dst, fmt.Errorf("append leaf: %w", w.err)
	case size > MaxBytes:
		return dst, fmt.Errorf("append leaf: %d bytes, the limit is %d", size, MaxBytes)
	}
	return w.b, nil
}

// whole checks what no single member can: the chain, and that the one body is the kind's.
func (l *Leaf) whole() error {
	if (l.Seq == 1) != (l.Prev == nil) {
		return errors.New("write prev: absent exactly where seq is 1")
	}
	bodies := [...]struct {
		kind string
		set  bool
	}{
		{KindEvent, l.Event != nil}, {KindObject, l.Object != nil}, {KindInspection, l.Inspection != nil},
		{KindLock, l.Hold != nil}, {KindPairing, l.Pairing != nil}, {KindVerdict, l.Verdict != nil},
		{KindAlert, l.Alert != nil}, {KindCohort, l.Cohort != nil}, {KindRegime, l.RegimeBody != nil},
	}
	known := false
	for i := range bodies {
		known = known || bodies[i].kind == l.Kind
		if bodies[i].set != (bodies[i].kind == l.Kind) {
			return errors.New("write body: exactly one, the one the kind names")
		}
	}
	if !known {
		return errors.New("write kind: not one that is written")
	}
	if l.RegimeBody != nil {
		return checkDocument(l.RegimeBody.Document, l.Regime)
	}
	return nil
}

func (l *Leaf) write(w *writer) {
	w.b = append(w.b, '{')
	w.time("at", l.AtMS)
	w.open("body")
	l.body(w)
	w.close()
	if !isEntity(l.Entity) {
		w.fail("entity", "not an entity key")
	}
	w.text("entity", l.Entity)
	w.count("epoch", l.Epoch)
	l.evidence(w)
	w.count("index", l.Index)
	w.text("kind", l.Kind)
	l.labels(w)
	w.mayWord("lock", l.Lock, lockWords)
	w.mayHash("prev", l.Prev)
	w.hash("regime", &l.Regime)
	w.integer("seq", l.Seq, 1, MaxInteger)
	w.integer("shard", int64(l.Shard), 0, maxShard)
	w.list("times", len(l.Times), MaxTimes, l.TimesMore, func(b []byte, i int) ([]byte, error) {
		iw := writer{b: b}
		l.Times[i].write(&iw)
		return iw.b, iw.err
	})
	w.b = append(w.b, `"v":1}`...)
}

func (l *Leaf) body(w *writer) {
	switch l.Kind {
	case KindEvent:
		l.Event.write(w)
	case KindObject:
		l.Object.write(w)
	case KindInspection:
		l.Inspection.write(w)
	case KindLock:
		l.Hold.write(w)
	case KindPairing:
		l.Pairing.write(w)
	case KindVerdict:
		l.Verdict.write(w)
	case KindAlert:
		l.Alert.write(w)
	case KindCohort:
		l.Cohort.write(w)
	case KindRegime:
		w.name("document")
		w.b = appendString(w.b, l.RegimeBody.Document)
		w.b = append(w.b, ',')
	}
}

// evidence: what is beyond the limit joins the count.
func (l *Leaf) evidence(w *writer) {
	shown := min(len(l.Evidence), MaxEvidence)
	more := l.EvidenceMore + int64(len(l.Evidence)-shown)
	if shown > 0 {
		w.name("evidence")
		w.b = append(w.b, '[')
		for i := range shown {
			w.b = append(w.b, '"')
			w.b = hex.AppendEncode(w.b, l.Evidence[i][:])
			w.b = append(w.b, '"', ',')
		}
		w.b[len(w.b)-1] = ']'
		w.b = append(w.b, ',')
	}
	switch {
	case more != 0 && shown < MaxEvidence:
		w.fail("evidence_more", "only after a full list of evidence")
	case more != 0:
		w.integer("evidence_more", more, 1, MaxInteger)
	}
}

// labels writes each label once, ascending, however they were given.
func (l *Leaf) labels(w *writer) {
	if len(l.Labels) == 0 {
		return
	}
	for _, label := range l.Labels {
		if !contains(labelWords, label) {
			w.fail("labels", "not a label of a leaf")
		}
	}
	w.name("labels")
	w.b = append(w.b, '[')
	for _, label := range labelWords {
		if contains(l.Labels, label) {
			w.b = append(w.b, '"')
			w.b = append(w.b, label...)
			w.b = append(w.b, '"', ',')
		}
	}
	w.b[len(w.b)-1] = ']'
	w.b = append(w.b, ',')
}

// Why Append refuses an interval itself: a foreign clock may say year 1 or 20,000, and must not stop the writer.
const (
	refusedRange = "outside 1970-9999"
	refusedOrder = "no interval"
)

func (t *Time) write(w *writer) {
	refused := t.Refused
	switch {
	case refused != "":
	case t.LoMS > t.HiMS:
		refused = refusedOrder
	case t.LoMS < minMS || t.HiMS > maxMS:
		refused = refusedRange
	}
	w.b = append(w.b, '{')
	w.word("clock", t.Clock, clockWords)
	w.needToken("field", t.Field)
	if refused == "" {
		w.time("hi", t.HiMS)
		w.time("lo", t.LoMS)
	}
	w.token("refused", refused)
	switch {
	case t.Text == "":
		w.mayHash("text_sha256", t.TextSHA256)
	case isTimeText(t.Text):
		w.text("text", t.Text)
	default:
		sum := sumText(t.Text)
		w.hash("text_sha256", &sum)
	}
	if t.Zone != "" {
		if !isZone(t.Zone) {
			w.fail("zone", "neither UTC nor an offset")
		}
		w.text("zone", t.Zone)
	}
	w.close()
}

// Append appends the marker's one canonical form to dst; on an error it returns dst as it was.
func (m *Marker) Append(dst []byte) ([]byte, error) {
	w := writer{b: append(dst, '{')}
	w.count("count", m.Count)
	w.count("epoch", m.Epoch)
	w.count("first", m.First)
	w.integer("shard", int64(m.Shard), 0, int64(m.Shards)-1)
	w.integer("shards", int64(m.Shards), 1, maxShard)
	open := false
	for _, source := range sourceWords {
		for _, s := range m.ThroughMS {
			if s.Source == source && s.ThroughMS != 0 {
				if !open {
					w.open("through")
					open = true
				}
				w.time(source, s.ThroughMS)
			}
		}
	}
	if open {
		w.close()
	}
	for i, s := range m.ThroughMS {
		if !contains(sourceWords, s.Source) {
			w.fail("through", "not a source")
		}
		for _, other := range m.ThroughMS[:i] {
			if other.Source == s.Source {
				w.fail("through", "a source twice")
			}
		}
	}
	if w.err != nil {
		return dst, fmt.Errorf("append marker: %w", w.err)
	}
	return append(w.b, `"v":1}`...), nil
}

const maxShard = 1<<31 - 1

func sumText(s string) schemas.Hash { return Sum([]byte(s)) }
