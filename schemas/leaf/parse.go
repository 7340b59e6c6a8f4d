package leaf

import (
	"encoding/hex"
	"errors"
	"fmt"

	"holdfast.example/schemas"
)

// What Parse cannot judge, as opposed to what it refuses. A verifier answers NOT-CHECKED to both.
var (
	ErrUnknownVersion = errors.New("unknown version: read it with a newer holdfast")
	ErrUnknownKind    = errors.New("unknown kind: read it with a newer holdfast")
)

// Parse reads one leaf in its canonical form. Of bytes in canonical form with another v it answers ErrUnknownVersion; of
// those whose common members are right and whose kind is reserved or unknown, ErrUnknownKind; of all else a [*Refused].
func Parse(b []byte) (*Leaf, error) {
	n, err := open(b, leafShape)
	if err != nil {
		return nil, fmt.Errorf("parse leaf: %w", err)
	}
	body, kind := n.get("body"), n.get("kind").str
	of := bodyShapes[kind]
	if of == nil {
		return nil, fmt.Errorf("parse leaf: kind %s: %w", kind, ErrUnknownKind)
	}
	if err := check(body, of, "/body"); err != nil {
		return nil, fmt.Errorf("parse leaf: %w", err)
	}
	l := readLeaf(n)
	if l.RegimeBody != nil {
		if err := checkRegime(l.RegimeBody.Document, l.Regime); err != nil {
			return nil, fmt.Errorf("parse leaf: %w", err)
		}
	}
	return l, nil
}

// ParseMarker reads one marker in its canonical form; errors as Parse's, without ErrUnknownKind.
func ParseMarker(b []byte) (*Marker, error) {
	n, err := open(b, markerShape)
	if err != nil {
		return nil, fmt.Errorf("parse marker: %w", err)
	}
	m := &Marker{
		Epoch: n.int("epoch"), Shard: int32(n.int("shard")), Shards: int32(n.int("shards")),
		First: n.int("first"), Count: n.int("count"),
	}
	if through := n.get("through"); through != nil {
		for i := range through.kids {
			ms, _ := parseTime(through.kids[i].str)
			m.ThroughMS = append(m.ThroughMS, SourceTime{Source: through.kids[i].name, ThroughMS: ms})
		}
	}
	return m, nil
}

// open is what leaf and marker share: size, canonical form, version, members.
func open(b []byte, of *shape) (*node, error) {
	if len(b) > MaxBytes {
		return nil, &Refused{Offset: MaxBytes, Reason: fmt.Sprintf("longer than %d bytes", MaxBytes)}
	}
	n, err := scan(b, MaxDepth)
	if err != nil {
		return nil, err
	}
	switch v := n.get("v"); {
	case v == nil || v.kind != '0' || v.num < 1:
		return nil, refuse(n, "/v", "no version, from 1")
	case v.num != Version:
		return nil, fmt.Errorf("v %d: %w", v.num, ErrUnknownVersion)
	}
	return n, check(n, of, "")
}

// The readers of checked members; an absent one gives the type's "left out".

func (n *node) text(name string) string {
	if m := n.get(name); m != nil {
		return m.str
	}
	return ""
}

func (n *node) int(name string) int64 { return n.intOr(name, 0) }

func (n *node) intOr(name string, absent int64) int64 {
	if m := n.get(name); m != nil {
		return m.num
	}
	return absent
}

func (n *node) mayInt(name string) *int64 {
	if m := n.get(name); m != nil {
		return &m.num
	}
	return nil
}

func (n *node) time(name string) int64 {
	ms, _ := parseTime(n.text(name))
	return ms
}

func toHash(s string) (h schemas.Hash) {
	hex.Decode(h[:], []byte(s))
	return h
}

func (n *node) hash(name string) schemas.Hash { return toHash(n.text(name)) }

func (n *node) mayHash(name string) *schemas.Hash {
	if n.get(name) == nil {
		return nil
	}
	h := n.hash(name)
	return &h
}

func (n *node) more(list string) *More {
	m := n.get(list + "_more")
	if m == nil {
		return nil
	}
	return &More{Count: m.int("count"), SHA256: m.hash("sha256")}
}

// items reads a list; nil where it is absent.
func items[T any](n *node, name string, read func(*node) T) (out []T) {
	if m := n.get(name); m != nil {
		for i := range m.kids {
			out = append(out, read(&m.kids[i]))
		}
	}
	return out
}

func itself(n *node) string { return n.str }

func readLeaf(n *node) *Leaf {
	l := &Leaf{
		Kind: n.text("kind"), Entity: n.text("entity"), Seq: n.int("seq"), Prev: n.mayHash("prev"),
		Epoch: n.int("epoch"), Shard: int32(n.int("shard")), Index: n.int("index"), Regime: n.hash("regime"),
		AtMS: n.time("at"), Lock: n.text("lock"), EvidenceMore: n.int("evidence_more"),
		Evidence: items(n, "evidence", func(n *node) schemas.Hash { return toHash(n.str) }),
		Labels:   items(n, "labels", itself), Times: items(n, "times", readTime), TimesMore: n.more("times"),
	}
	body := n.get("body")
	switch l.Kind {
	case KindEvent:
		l.Event = readEvent(body)
	case KindObject:
		l.Object = readObject(body)
	case KindInspection:
		l.Inspection = readInspection(body)
	case KindLock:
		l.Hold = readHold(body)
	case KindPairing:
		l.Pairing = readPairing(body)
	case KindVerdict:
		l.Verdict = readVerdict(body)
	case KindAlert:
		l.Alert = readAlert(body)
	case KindCohort:
		l.Cohort = readCohort(body)
	case KindRegime:
		l.RegimeBody = &Regime{Document: body.text("document")}
	}
	return l
}

func readTime(n *node) Time {
	t := Time{
		Field: n.text("field"), Clock: n.text("clock"), LoMS: 0, HiMS: -1, Zone: n.text("zone"), Text: n.text("text"),
		TextSHA256: n.mayHash("text_sha256"), Refused: n.text("refused"),
	}
	if t.Refused == "" {
		t.LoMS, t.HiMS = n.time("lo"), n.time("hi")
	}
	return t
}
