package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"sync"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// Log is what Read took in: of every record what Check needs to know of it.
type Log struct {
	partitions int32
	names      *names
	noted      *found // what a record shows by itself

	raws     map[string]*rawTopic
	observed *observed
	custody  *custody
	openings *openings
	alerts   []alert
	probes   []probe
	letters  []letter
	refused  map[origin]int // how many dead letters name a record
	shards   []changelog    // by partition
	clock    int64          // n of the newest ClockState; 0: none
	groups   map[string]map[int32]int64
	endings  *endings
	ends     map[string][]int64 // end offsets by topic and partition, uncommitted, as they were at the start
}

// record is one record as it is taken in; key and value are valid only meanwhile.
type record struct {
	topic      string // without prefix
	partition  int32
	offset     int64
	ms         int64 // append time
	key, value []byte
}

func (r *record) place() place { return place{r.topic, r.partition, r.offset} }

// taker takes in one topic's records, each partition's in their order, one partition after the other.
type taker interface {
	take(r *record)
	found() *found
}

// newLog returns an empty Log.
func newLog(partitions int32) *Log {
	l := &Log{partitions: partitions, names: newNames(), noted: newFound(), raws: map[string]*rawTopic{}, refused: map[origin]int{},
		groups: map[string]map[int32]int64{}, ends: map[string][]int64{}, endings: newEndings(), shards: make([]changelog, partitions)}
	return l
}

// takers returns what takes the topics in. Those of the second list need what those of the first took.
func (l *Log) takers() (first, then map[string]taker) {
	letters := &lettersTaker{notes: newFound(), log: l}
	first = map[string]taker{schemas.TopicDeadLetters: letters}
	then = map[string]taker{
		schemas.TopicWorldAnswers:    &ignored{notes: newFound()},
		schemas.TopicCaptureProgress: &progressTaker{notes: newFound(), log: l},
		schemas.TopicObservations:    newObserved(l),
		schemas.TopicCorrelateState:  &changelogTaker{notes: newFound(), log: l},
		schemas.TopicCustodyRecords:  newCustody(l),
		schemas.TopicCustodyOpenings: newOpenings(l),
		schemas.TopicDriftAlerts:     &alertsTaker{notes: newFound(), log: l},
		schemas.TopicProbes:          &probesTaker{notes: newFound(), log: l},
	}
	for _, name := range []string{schemas.TopicConversationEvents, schemas.TopicS3Notifications, schemas.TopicS3Inspections} {
		then[name] = newRawTopic(l, name)
	}
	return first, then
}

// ignored is the taker of a topic that nothing reads yet.
type ignored struct{ notes *found }

func (t *ignored) take(*record)  {}
func (t *ignored) found() *found { return t.notes }

type progressTaker struct {
	notes *found
	log   *Log
}

func (t *progressTaker) found() *found { return t.notes }
func (t *progressTaker) take(r *record) {
	if r.value == nil {
		return
	}
	rec, err := schemas.Decode(r.value)
	if err != nil {
		t.notes.add(ruleWire, Wrong, r.place(), "%v", err)
		return
	}
	switch rec := rec.(type) {
	case *schemas.Progress, *schemas.Regime: // the regime that an operator asked for; in force is what observations holds
	case *schemas.ClockState:
		t.log.clock = max(t.log.clock, rec.N)
	default:
		t.notes.add(ruleWire, Wrong, r.place(), "a %T does not belong here", rec)
	}
}

// entity is a name of names.
type entity uint32

// names gives every entity one number.
type names struct {
	mu     sync.Mutex
	byText map[string]entity
	texts  []string
}

func newNames() *names {
	return &names{byText: map[string]entity{"": 0}, texts: []string{""}}
}

func (n *names) of(text string) entity {
	n.mu.Lock()
	defer n.mu.Unlock()
	e, ok := n.byText[text]
	if !ok {
		text = strings.Clone(text)
		e = entity(len(n.texts))
		n.byText[text] = e
		n.texts = append(n.texts, text)
	}
	return e
}

func (n *names) text(e entity) string { return n.texts[e] }

func (n *names) len() int { return len(n.texts) }

// half is the first half of a SHA-256: enough to tell things of one log apart.
type half [16]byte

func halfOf(b []byte) half {
	h := sha256.Sum256(b)
	return half(h[:16])
}

// short is eight bytes of one, to join things within an entity.
func short(text string) uint64 {
	if text == "" {
		return 0
	}
	h := sha256.Sum256([]byte(text))
	return binary.BigEndian.Uint64(h[:8]) | 1
}

// digest is a SHA-256 over fields, each with its length.
type digest struct{ b []byte }

func (d *digest) reset() { d.b = d.b[:0] }

func (d *digest) text(list ...string) {
	for _, s := range list {
		d.b = binary.AppendUvarint(d.b, uint64(len(s)))
		d.b = append(d.b, s...)
	}
}

func (d *digest) num(list ...int64) {
	for _, n := range list {
		d.b = binary.AppendVarint(d.b, n)
	}
}

func (d *digest) hash(h *schemas.Hash) {
	if h == nil {
		d.b = append(d.b, 0)
		return
	}
	d.b = append(append(d.b, 1), h[:]...)
}

func (d *digest) may(n *int64) {
	if n == nil {
		d.b = append(d.b, 0)
		return
	}
	d.b = binary.AppendVarint(append(d.b, 1), *n)
}

func (d *digest) sum() half { return halfOf(d.b) }

// Foreign texts as a leaf shows them (docs/FORMAT.md, section 3).

func token(s string) string { return leaf.Token(s) }

func id(s string) string {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '.', c == ':', c == '-':
		default:
			return hashed(s)
		}
	}
	if len(s) > leaf.MaxToken {
		return hashed(s)
	}
	return s
}

func hashed(s string) string {
	const digits = "0123456789abcdef"
	out := []byte("sha256:")
	for _, c := range sha256.Sum256([]byte(s)) {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}

func count(n int64) int64 {
	if n < 0 || n > leaf.MaxInteger {
		return -1
	}
	return n
}
