package correlate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/avro"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// Limits of one entity's state. What goes beyond is counted in the state and labelled in the leaf; no fact is dropped.
// Together they keep a blob below a broker's own limit of 1 MiB for a record, whatever hostile lengths come.
const (
	maxSeen       = 4096 // fact identities remembered: beyond, a redelivery is a fact again
	maxSessions   = 1024
	maxRecordings = 256
	maxParts      = 64  // objects of one recording
	maxOpenings   = 256 // committed values kept in the opening
	maxSample     = 1024
	maxFindings   = 1024      // open at one time
	maxBody       = 600 << 10 // bytes of sessions, recordings, parts and openings together
)

// mark is the first half of a SHA-256: an identity inside one entity, never evidence.
type mark [16]byte

// chain is the head of an entity's chain of leaves, and the findings open on it.
type chain struct {
	Seq      int64        // of the last leaf; 0: none yet
	Prev     schemas.Hash // its SHA-256
	Findings []finding    // open, in the order they were opened
	Unraised int64        // findings beyond the limit
}

// finding is one open finding; its identity is (rule, the entity, subject).
type finding struct {
	Rule, Subject, Grade, Shape string
	N                           int64
}

// conversation is the state of a conversation entity, and of an unplaced one.
type conversation struct {
	Chain      chain
	Secret     *schemas.Secret // the first a fact brought; nil: personal fields are withheld
	Seen       []mark          // ascending
	Duplicates int64           // redeliveries that said nothing new
	Spilled    int64           // facts, sessions, recordings and parts beyond a limit
	Bytes      int64           // about what sessions, recordings, parts and openings take
	Unopened   int64           // committed values beyond a limit, not kept
	Events     int64           // distinct events so far
	Sessions   []session       // customer's and agents', in the order they were first seen
	Recordings []recording     // in the order they were first seen
	Waits      []wait          // what deadlines it has
	Openings   []opened        // ascending by field, value
}

// session is what start and end events say of one session. A bound that is not known is the empty interval.
type session struct {
	ID, Role, Media, Provider string // Role: customer or user
	User                      mark   // of the user id; of the session id where there is none
	StartLo, StartHi          int64
	EndLo, EndHi              int64
}

// wait is one deadline: what is waited for, about what, on which lane.
type wait struct {
	Lane    int32
	At      int64 // Unix ms, broker time
	Rule    string
	Subject string
}

// opened is one committed value.
type opened struct{ Field, Value string }

// recording is everything known of one recording.
type recording struct {
	ID, Organization       string
	MediaAt, MetaAt, RowAt int64 // arrival of the first notification, or row; 0: none
	FactAt                 int64 // arrival of the newest fact
	Metadata, Row          *export
	Parts                  []part
	Evidence               []schemas.Hash // newest raw hashes, at most 4
	Measured               bool
	Pairing, Verdict       mark // of the last pairing and verdict, to tell whether a new one says anything new
}

// export is what the first metadata file, or the first row, says.
type export struct {
	Session, Channel, Provider string
	DurationMS                 int64 // -1: not said
	Times                      []instantOf
	Projection                 mark
}

// instantOf is one reading that the field table knows.
type instantOf struct {
	Role, Field, Clock string // Role: start, end, created, exported
	Lo, Hi             int64
	Zoned              bool // false: the text names no zone, so it compares with nothing
}

// part is one version of one object of a recording; an unversioned one is known by its ETag.
type part struct {
	Role, Version, ETag string
	Object              mark  // of bucket/key
	Size                int64 // notified; -1: not said
	PutLo, PutHi        int64 // S3's own time of the put
	Last                mark  // the inspection fact that was last folded
	Unreadable          bool  // and it was not ok
	Read                bool  // an inspection answered ok
	Bytes               int64 // read
	SHA256              schemas.Hash
	Projection          mark // metadata only
	Hold, Mode          string
	Held, Removed       bool // the last hold that was not UNKNOWN was ON; it was OFF, and ON before
}

// cohort is the state of a cohort entity.
type cohort struct {
	Chain                           chain
	Organization, Channel, Provider string
	N                               int64    // distinct recordings measured
	Sample                          []member // the maxSample smallest by Key, ascending
	Waits                           []wait
	Judged                          judgement // the last leaf's
	JudgedN                         int64     // n at that leaf; 0: none yet
	Candidate                       judgement // a departing verdict that the next judgement must repeat
	Fresh                           []member  // departed since the last judgement and are not in the sample, at most maxSample
	Patience                        bool      // cohort_patience has passed once
}

// member is one measured recording of the sample.
type member struct {
	Key       mark // of the recording id
	Recording string
	Agents    int32
	Shape     string
	Offset    int64
	Width     int64 // of the offset's interval, ms
	Leaf      schemas.Hash
}

// register is the state of the log entity.
type register struct{ Chain chain }

// meta is what a shard keeps besides entities.
type meta struct {
	Regime   string // document in force; empty: none yet
	Tick     int64  // last n
	T        int64
	FirstT   int64
	Through  [sources]lane64
	Folded   [sources]lane64
	Epoch    int64 // open
	Next     int64 // index of the next leaf
	First    int64 // index of the open epoch's first leaf
	Measures int64 // running number
	Draining bool
	Cut      bool // the tick being drained closes CutEpoch
	CutEpoch int64
}

// lane64 is an int64 in a fixed array, which Avro has none of.
type lane64 struct{ V int64 }

var (
	conversationSchema = avro.MustSchemaFor[conversation]()
	cohortSchema       = avro.MustSchemaFor[cohort]()
	registerSchema     = avro.MustSchemaFor[register]()
)

func (c *conversation) AppendState(dst []byte) ([]byte, error) {
	return conversationSchema.AppendSingleObject(dst, c)
}
func (c *cohort) AppendState(dst []byte) ([]byte, error) {
	return cohortSchema.AppendSingleObject(dst, c)
}
func (r *register) AppendState(dst []byte) ([]byte, error) {
	return registerSchema.AppendSingleObject(dst, r)
}

func (c *conversation) Deadlines(yield func(lane int, at int64)) { earliest(c.Waits, yield) }
func (c *cohort) Deadlines(yield func(lane int, at int64))       { earliest(c.Waits, yield) }
func (*register) Deadlines(func(lane int, at int64))             {}

func earliest(waits []wait, yield func(lane int, at int64)) {
	for l := range int32(lanes) {
		at, ok := int64(0), false
		for i := range waits {
			if waits[i].Lane == l && (!ok || waits[i].At < at) {
				at, ok = waits[i].At, true
			}
		}
		if ok {
			yield(int(l), at)
		}
	}
}

// decode reads the blob of an entity; its key says which kind it is.
func decode(key string, blob []byte) (stream.Value, error) {
	var (
		v      stream.Value
		schema *avro.Schema
	)
	switch kind, _, _ := strings.Cut(key, ":"); kind {
	case "conversation", "unplaced":
		v, schema = new(conversation), conversationSchema
	case "cohort":
		v, schema = new(cohort), cohortSchema
	case "log":
		v, schema = new(register), registerSchema
	default:
		return nil, fmt.Errorf("state of %s: no such kind of entity", key)
	}
	if rest, err := schema.DecodeSingleObject(blob, v); err != nil {
		return nil, fmt.Errorf("state of %s: %w", key, err)
	} else if len(rest) != 0 {
		return nil, fmt.Errorf("state of %s: %d bytes too many", key, len(rest))
	}
	return v, nil
}

// see remembers a fact and says whether it was known.
func (c *conversation) see(id schemas.Hash) (known bool) {
	m := mark(id[:16])
	i, known := slices.BinarySearchFunc(c.Seen, m, func(a, b mark) int { return bytes.Compare(a[:], b[:]) })
	switch {
	case known:
	case len(c.Seen) < maxSeen:
		c.Seen = slices.Insert(c.Seen, i, m)
	default:
		c.Spilled++
	}
	return known
}

// room takes n bytes of the entity's blob, if there are as many.
func (c *conversation) room(n int) bool {
	if c.Bytes+int64(n) > maxBody {
		c.Spilled++
		return false
	}
	c.Bytes += int64(n)
	return true
}

// waitFor sets a deadline; one of the same rule and subject is replaced.
func waitFor(waits *[]wait, lane int32, at int64, rule, subject string) {
	for i := range *waits {
		if w := &(*waits)[i]; w.Rule == rule && w.Subject == subject {
			w.Lane, w.At = lane, at
			return
		}
	}
	*waits = append(*waits, wait{lane, at, rule, subject})
}

// stopWaiting removes the deadline of a rule and subject, on whatever lane it is.
func stopWaiting(waits *[]wait, rule, subject string) (was bool) {
	n := len(*waits)
	*waits = slices.DeleteFunc(*waits, func(w wait) bool { return w.Rule == rule && w.Subject == subject })
	return len(*waits) < n
}

// waiting says whether a deadline of the rule and subject is set.
func waiting(waits []wait, rule, subject string) bool {
	return slices.ContainsFunc(waits, func(w wait) bool { return w.Rule == rule && w.Subject == subject })
}

// take removes and returns the smallest (rule, subject) due at that moment on that lane.
func take(waits *[]wait, lane int32, at int64) (wait, bool) {
	best := -1
	for i, w := range *waits {
		if w.Lane == lane && w.At == at && (best < 0 || w.Rule < (*waits)[best].Rule || w.Rule == (*waits)[best].Rule && w.Subject < (*waits)[best].Subject) {
			best = i
		}
	}
	if best < 0 {
		return wait{}, false
	}
	w := (*waits)[best]
	*waits = slices.Delete(*waits, best, best+1)
	return w, true
}
