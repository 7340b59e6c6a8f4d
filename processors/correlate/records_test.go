package correlate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// epoch0 is what the tests count time from: 2026-05-04T09:00:00Z.
const epoch0 = 1777885200000

// Planted values are personal, and recognisable wherever they turn up.
const planted = "pii-"

func hashOf(parts ...any) schemas.Hash { return sha256.Sum256([]byte(fmt.Sprint(parts...))) }

func secretOf(entity string) *schemas.Secret {
	h := sha256.Sum256([]byte("secret of " + entity))
	s := schemas.Secret(h[:16])
	return &s
}

// fact starts an observation of a conversation; id tells facts apart.
func fact(conversation, source string, arrival int64, id ...any) *schemas.Observation {
	raw := hashOf(append([]any{"raw ", source, conversation}, id...)...)
	entity := "conversation:" + conversation
	return &schemas.Observation{Entity: entity, FactID: hashOf(append([]any{"fact ", source, conversation}, id...)...), Source: source, ArrivalMS: arrival,
		Lock: schemas.LockHash, RawSHA256: &raw, Secret: secretOf(entity), Labels: []string{}, Times: []schemas.Reading{}}
}

func instantAt(field, clock string, ms int64) schemas.Reading {
	return schemas.Reading{Field: field, Clock: clock, LoMS: ms, HiMS: ms, Zone: "UTC", Text: time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")}
}

func eventOf(conversation, topic, session, user string, arrival, at int64) *schemas.Observation {
	o := fact(conversation, schemas.SourceEvents, arrival, topic, session, user, at)
	if user != "" {
		user = planted + user
	}
	o.Event = &schemas.EventFact{Topic: topic, ParticipantID: "p-" + session, SessionID: session, UserID: user, MediaType: "MESSAGE", Provider: "webmessaging", OrganizationID: "org"}
	o.Times = append(o.Times, instantAt("eventTime", "genesys-cloud", at))
	return o
}

// object names one version of one object of a recording.
type object struct {
	conversation, recording, role, key, version, etag string
	size                                              int64
}

func (x object) name() string {
	if x.key != "" {
		return planted + x.key
	}
	return planted + x.conversation + "/" + x.recording + "/" + x.role
}

func (x object) notified(action string, arrival int64) *schemas.Observation {
	o := fact(x.conversation, schemas.SourceS3, arrival, x, action)
	if x.conversation == "" {
		o.Entity = "unplaced:" + hex.EncodeToString(o.FactID[:])
	}
	o.Object = &schemas.ObjectFact{Action: action, Bucket: "bucket", Key: x.name(), VersionID: x.version, ETag: x.etag, Size: x.size,
		Sequencer: "0A", Principal: planted + "principal", OrganizationID: "org", RecordingID: x.recording, Role: x.role}
	o.Times = append(o.Times, instantAt("eventTime", "s3", arrival-2000))
	return o
}

// answer is what a GET of the object said.
type answer struct {
	outcome, content, hold, mode, request string
	unreadable                            bool
	export                                *schemas.ExportFact
	times                                 []schemas.Reading
}

func (x object) inspected(a answer, arrival int64) *schemas.Observation {
	o := fact(x.conversation, schemas.SourceInspections, arrival, x, a.outcome, a.content, a.hold, a.mode)
	in := &schemas.InspectionFact{Bucket: "bucket", Key: x.name(), VersionID: x.version, ETag: x.etag, OrganizationID: "org", RecordingID: x.recording, Role: x.role,
		Outcome: a.outcome, RequestID: a.request, Pinned: true, Size: -1, LegalHold: a.hold, RetentionMode: a.mode}
	o.Inspection = in
	if a.outcome != schemas.OutcomeOK {
		in.ErrorCode, o.RawSHA256 = "AccessDenied", nil
		return o
	}
	sum := hashOf("content ", a.content)
	in.SHA256, o.RawSHA256, in.Size = &sum, &sum, x.size
	if a.unreadable {
		o.Labels = append(o.Labels, schemas.LabelUnreadable)
	}
	if a.export != nil {
		export := *a.export
		export.FileSHA256 = sum
		o.Export, o.Times = &export, append(o.Times, a.times...)
	}
	return o
}

// exportOfFile is what a metadata file or a row says; a time below zero is not said.
func exportOfFile(form, conversation, recording, session string, start, end, created int64) (*schemas.ExportFact, []schemas.Reading) {
	e := &schemas.ExportFact{Form: form, ConversationID: conversation, RecordingID: recording, SessionID: session, OrganizationID: "org", MediaType: "message",
		Provider: "webmessaging", DurationMS: -1, UserIDs: []string{planted + "agent"}, ParticipantIDs: []string{}, Aliases: []string{},
		Projection: hashOf("projection ", conversation, recording, session, start, end, created)}
	var times []schemas.Reading
	for _, t := range []struct {
		field string
		ms    int64
	}{{"startTime", start}, {"endTime", end}, {"created_at", created}} {
		if t.ms >= 0 {
			times = append(times, instantAt(t.field, "export-metadata", t.ms))
		}
	}
	return e, times
}

func rowOf(conversation, recording, pointer string, e *schemas.ExportFact, times []schemas.Reading, arrival int64) *schemas.Observation {
	o := fact(conversation, schemas.SourceInspections, arrival, "row", recording, pointer)
	e.Pointer, e.FileSHA256 = pointer, hashOf("manifest")
	o.Export, o.Times = e, append(o.Times, times...)
	return o
}

// tickOf is a tick whose sources are all proven through the same moment.
func tickOf(n, t, through, epoch int64, cut bool) *schemas.Tick {
	k := &schemas.Tick{N: n, TMS: t, Cut: cut, Epoch: epoch}
	for _, name := range sourceNames {
		k.Sources = append(k.Sources, schemas.SourceTime{Source: name, ThroughMS: through, FoldedMS: through})
	}
	return k
}

func keyOf(rec any) string {
	switch rec := rec.(type) {
	case *schemas.Observation:
		return rec.Entity
	case *schemas.Measure:
		return rec.To
	case *schemas.Tick:
		return "tick"
	}
	return "regime"
}

func encode(t testing.TB, rec any) []byte {
	t.Helper()
	b, err := schemas.Append(nil, rec)
	if err != nil {
		t.Fatalf("encode %T: %v", rec, err)
	}
	return b
}

func document(t testing.TB, shards int32, change func(*Settings)) string {
	t.Helper()
	s := Defaults()
	if change != nil {
		change(&s)
	}
	d, err := s.Document(shards)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func specOf(t testing.TB, document string) stream.Spec {
	t.Helper()
	spec, err := Spec(document, 0)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// replayOf is the stage to which the whole log is history, whoever it is configured by.
func replayOf(t testing.TB, document string) stream.Spec {
	t.Helper()
	spec, err := Spec(document, math.MaxInt64)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// selfOf tells a measure from other input.
func selfOf(r stream.Record) (from int32, number uint64, ok bool) {
	if schemas.IsObservation(r.Value) {
		return 0, 0, false
	}
	rec, err := schemas.Decode(r.Value)
	if err != nil {
		return 0, 0, false
	}
	m, ok := rec.(*schemas.Measure)
	if !ok {
		return 0, 0, false
	}
	return m.FromShard, uint64(m.Number), m.Number > 0
}

// log is a hand-written observations topic: what is broadcast goes to every partition, all else to its key's.
type log struct {
	t       testing.TB
	shards  int32
	records []stream.Record
	ends    []int64
	at      int64 // append time of what is put; epoch0 until it is set
}

func newLog(t testing.TB, shards int32) *log {
	return &log{t: t, shards: shards, ends: make([]int64, shards)}
}

func (l *log) add(rec any) {
	key := keyOf(rec)
	value := encode(l.t, rec)
	if strings.Contains(key, ":") {
		l.put(schemas.Murmur2Partition([]byte(key), l.shards), key, value)
		return
	}
	for p := range l.shards {
		l.put(p, key, value)
	}
}

func (l *log) put(p int32, key string, value []byte) stream.Record {
	r := stream.Record{Topic: schemas.TopicObservations, Partition: p, Offset: l.ends[p], Key: []byte(key), Value: value, AppendMS: max(epoch0, l.at)}
	l.ends[p]++
	l.records = append(l.records, r)
	return r
}
