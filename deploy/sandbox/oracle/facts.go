package oracle

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"holdfast.example/deploy/sandbox/truth"
)

// expectation is one leaf that must be there, once.
type expectation struct {
	entity   string // or a prefix that ends in ':'
	kind     string
	says     []string   // lines the leaf must say, exactly
	labels   []string   // exactly
	may      []string   // labels it may have besides
	times    []interval // each must be among its times
	evidence [][]byte   // raw bytes, one of which it must rest on; nil: not checked
	found    bool
}

type interval struct {
	field, clock string
	lo, hi       int64
}

// facts compares every leaf of a fact with what the truth predicts: an exact multiset.
func (j *judge) facts() {
	var want []*expectation
	for _, c := range j.world.Conversations {
		for _, e := range c.Events {
			want = append(want, eventLeaf(c, e))
		}
	}
	for o := range j.world.Objects() {
		want = append(want, j.objectLeaves(o)...)
	}
	for _, m := range j.world.Manifests {
		for _, row := range m.Rows {
			if m.Object.Put {
				want = append(want, rowLeaf(row))
			}
		}
	}
	j.report.Expected.Facts = len(want) + 1 // and the regime
	index := map[string][]*expectation{}
	for _, x := range want {
		id := x.id()
		index[id] = append(index[id], x)
	}
	for _, l := range j.leaves {
		if !slices.Contains([]string{"event", "object", "inspection", "lock"}, l.kind) {
			continue
		}
		id := strings.Join(append([]string{placeOf(l.entity), l.kind}, l.says()...), "\n")
		if !j.claim(l, index[id]) {
			j.object(l.kind, "%s, seq %d: nothing like it happened, or not twice: %s", l.entity, l.seq, short80(l.says()))
		}
	}
	for _, x := range want {
		if !x.found {
			j.object(x.kind, "%s: no leaf of what happened: %s", x.entity, short80(x.says))
		}
	}
}

// claim gives the leaf to the first expectation nobody has claimed.
func (j *judge) claim(l *leaf, of []*expectation) bool {
	for _, x := range of {
		if x.found {
			continue
		}
		x.found, l.matched = true, true
		j.compare(l, x)
		return true
	}
	return false
}

// compare checks what is not part of the leaf's identity: labels, times, evidence, and how it is held.
func (j *judge) compare(l *leaf, x *expectation) {
	labels := slices.DeleteFunc(l.tree.texts("labels"), func(s string) bool { return slices.Contains(x.may, s) })
	if !slices.Contains(x.labels, "late") && slices.Contains(labels, "late") && j.excusedLate(l, recordingOf(l)) {
		labels = slices.DeleteFunc(labels, func(s string) bool { return s == "late" })
	}
	if !slices.Equal(labels, x.labels) {
		j.object(l.kind, "%s, seq %d: labels %v, want %v: %s", l.entity, l.seq, labels, x.labels, short80(x.says))
	}
	for _, want := range x.times {
		if !hasTime(l.tree.list("times"), want) {
			j.object(l.kind, "%s, seq %d: no time %s by %s within %d to %d", l.entity, l.seq, want.field, want.clock, want.lo, want.hi)
		}
	}
	if x.evidence != nil {
		rests := false
		for _, raw := range x.evidence {
			sum := sha256.Sum256(raw)
			rests = rests || slices.Contains(l.tree.texts("evidence"), hex.EncodeToString(sum[:]))
		}
		if !rests {
			j.object(l.kind, "%s, seq %d: rests on no bytes that were sent", l.entity, l.seq)
		}
	}
	if l.tree.text("lock") != "hash" {
		j.object(l.kind, "%s, seq %d: lock is %q, want hash", l.entity, l.seq, l.tree.text("lock"))
	}
}

// recordingOf is the recording a leaf of a fact speaks of, empty where it names none.
func recordingOf(l *leaf) string {
	if id := l.body.text("recording_id"); id != "" {
		return id
	}
	return l.body.object("export").text("recording_id")
}

// hasTime: an interval no wider than a second on each side of what was written, and holding it.
func hasTime(times []any, want interval) bool {
	for _, v := range times {
		t, _ := v.(object)
		if t.text("field") != want.field || t.text("clock") != want.clock {
			continue
		}
		lo, err1 := readTime(t.text("lo"))
		hi, err2 := readTime(t.text("hi"))
		width := want.hi - want.lo + 2
		if err1 == nil && err2 == nil && lo <= want.hi && hi >= want.lo && hi-lo <= max(width, 2)*2 {
			return true
		}
	}
	return false
}

func (x *expectation) id() string {
	slices.Sort(x.says)
	return strings.Join(append([]string{placeOf(x.entity), x.kind}, x.says...), "\n")
}

// placeOf leaves out the name of an unplaced entity: which one it is, is holdfast's to choose.
func placeOf(entity string) string {
	if strings.HasPrefix(entity, "unplaced:") {
		return "unplaced:"
	}
	return entity
}

// says renders a leaf's identifying members, commitments opened, as sorted lines.
func (l *leaf) says() []string {
	var out []string
	add := func(prefix string, o object, names ...string) {
		for _, name := range names {
			switch v := o[name].(type) {
			case string:
				if opened, ok := l.opened[v]; ok {
					_, v, _ = strings.Cut(opened, "=")
				}
				out = append(out, prefix+name+"="+v)
			case int64:
				out = append(out, fmt.Sprintf("%s%s=%d", prefix, name, v))
			}
		}
	}
	list := func(name string, values []string) {
		values = slices.Clone(values)
		for i, v := range values {
			if opened, ok := l.opened[v]; ok {
				_, values[i], _ = strings.Cut(opened, "=")
			}
		}
		slices.Sort(values)
		if len(values) > 0 {
			out = append(out, name+"="+strings.Join(values, ","))
		}
	}
	b := l.body
	switch l.kind {
	case "event":
		add("", b, "topic", "participant_id", "session_id", "media_type", "message_type", "provider", "direction",
			"disconnect_type", "organization_id", "user")
	case "object":
		add("", b, "action", "object", "version_id", "etag", "sequencer", "size", "role", "recording_id", "organization_id", "principal")
	case "lock":
		add("", b, "object", "version_id", "recording_id", "legal_hold", "retention_mode")
	case "inspection":
		if b.text("outcome") != "" { // a row is no reading of an object
			add("", b, "object", "version_id", "outcome", "size", "sha256", "role", "recording_id", "organization_id", "content_type")
		}
		if x := b.object("export"); x != nil {
			add("export.", x, "form", "conversation_id", "recording_id", "media_type", "provider", "direction", "duration_ms", "file_sha256", "pointer")
			list("export.users", x.texts("users"))
			list("export.aliases", x.texts("aliases"))
		}
	}
	slices.Sort(out)
	return out
}

// lines makes says of name and value pairs; an empty value is left out.
func lines(pairs ...string) []string {
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, pairs[i]+"="+pairs[i+1])
		}
	}
	return out
}

func short80(says []string) string {
	s := strings.Join(says, " ")
	if len(s) > 240 {
		s = s[:240] + "…"
	}
	return s
}

func conversationEntity(c *truth.Conversation) string { return "conversation:" + c.ID }

func eventLeaf(c *truth.Conversation, e *truth.Event) *expectation {
	return &expectation{
		entity: conversationEntity(c), kind: "event",
		says: lines("topic", e.Topic, "participant_id", e.ParticipantID, "session_id", e.SessionID, "media_type", e.MediaType,
			"message_type", e.MessageType, "provider", e.Provider, "direction", e.Direction,
			"disconnect_type", e.DisconnectType, "organization_id", e.OrganizationID, "user", e.UserID),
		times:    []interval{{"eventTime", "genesys-cloud", e.AtMS, e.AtMS}},
		evidence: e.Deliveries,
	}
}
