package audit

import (
	"crypto/sha256"
	"sort"
	"strings"

	"holdfast.example/schemas"
)

// stamp is what a dead letter says of the record it refuses.
type stamp struct {
	key, value half
	size       int32
}

func stampOf(r *record) stamp { return stamp{halfOf(r.key), halfOf(r.value), int32(len(r.value))} }

// rawRecord is one record of a raw topic.
type rawRecord struct {
	partition int32
	offset    int64
	ms        int64
	stamp     stamp
	raw       half // of the source's bytes
	secret    schemas.Secret
	hasRaw    bool
	hasSecret bool
	decodes   bool
	nothing   bool     // it makes none
	main      bool     // it makes one observation of itself
	lock      string   // how its observations are held
	where     entity   // of its own observation, where the record alone says it; 0: the content does
	rows      []uint64 // short pointers of its rows, ascending
}

// rawTopic is one raw topic.
type rawTopic struct {
	log     *Log
	notes   *found
	name    string
	source  string
	records []rawRecord // partition by partition, ascending by offset
}

func newRawTopic(l *Log, name string) *rawTopic {
	t := &rawTopic{log: l, notes: newFound(), name: name}
	switch name {
	case schemas.TopicConversationEvents:
		t.source = schemas.SourceEvents
	case schemas.TopicS3Notifications:
		t.source = schemas.SourceS3
	case schemas.TopicS3Inspections:
		t.source = schemas.SourceInspections
	}
	l.raws[name] = t
	return t
}

func (t *rawTopic) found() *found { return t.notes }

func (t *rawTopic) take(r *record) {
	x := rawRecord{partition: r.partition, offset: r.offset, ms: r.ms, stamp: stampOf(r)}
	rec, err := schemas.Decode(r.value)
	if err == nil {
		x.read(t, rec)
	}
	t.records = append(t.records, x)
}

// read takes in what the record is to make. What does not belong in the topic is left as what does not decode: it makes
// a dead letter.
func (x *rawRecord) read(t *rawTopic, rec any) {
	var (
		secret               *schemas.Secret
		conversation, source string
	)
	switch rec := rec.(type) {
	case *schemas.ConversationEvent:
		x.decodes = t.name == schemas.TopicConversationEvents
		x.main, secret, conversation, source = true, rec.Secret, rec.ConversationID, rec.SourceID
		x.bytes(rec.Raw, rec.RawSHA256)
		x.nothing = eventOfNobody(rec)
	case *schemas.S3Notification:
		x.decodes = t.name == schemas.TopicS3Notifications
		x.main, secret, conversation, source = true, rec.Secret, rec.ConversationID, rec.SourceID
		x.bytes(rec.Raw, rec.RawSHA256)
		x.nothing = rec.Raw != nil && testMessage(rec.Raw, false)
	case *schemas.S3Inspection:
		x.decodes = t.name == schemas.TopicS3Inspections
		x.main, secret, conversation, source = rec.Part == 0, rec.Secret, rec.ConversationID, rec.SourceID
		if x.hasRaw = rec.SHA256 != nil; x.hasRaw {
			x.raw = half(rec.SHA256[:16])
		}
		x.lock = schemas.LockHash
		if rec.Transport.Kind != schemas.TransportInspection {
			x.lock = schemas.LockBrokerAppend
		}
		for i := range rec.Rows {
			x.rows = append(x.rows, short("row "+rec.Rows[i].Pointer))
		}
		sort.Slice(x.rows, func(i, j int) bool { return x.rows[i] < x.rows[j] })
	}
	if secret != nil {
		x.secret, x.hasSecret = *secret, true
	}
	if conversation != "" {
		x.where = t.log.names.of("conversation:" + conversation)
	} else if source != "" {
		x.where = t.log.names.of(unplacedOf(source)) // unless the bytes name a conversation; see founded
	}
}

// unplacedOf is the entity of facts that name no conversation: SHA-256 of the source id.
func unplacedOf(source string) string {
	return "unplaced:" + strings.TrimPrefix(hashed(source), "sha256:")
}

func (x *rawRecord) bytes(raw []byte, want *schemas.Hash) {
	x.lock = schemas.LockBrokerAppend
	if raw == nil {
		return
	}
	h := sha256.Sum256(raw)
	x.raw, x.hasRaw = half(h[:16]), true
	if want != nil {
		x.lock = schemas.LockHash
	}
}

// find returns the record at a place, nil if there is none.
func (t *rawTopic) find(partition int32, offset int64) *rawRecord {
	i := sort.Search(len(t.records), func(i int) bool {
		x := &t.records[i]
		return x.partition > partition || x.partition == partition && x.offset >= offset
	})
	if i == len(t.records) || t.records[i].partition != partition || t.records[i].offset != offset {
		return nil
	}
	return &t.records[i]
}

// indexOf is the record's place in the list.
func (t *rawTopic) indexOf(x *rawRecord) int {
	return sort.Search(len(t.records), func(i int) bool {
		y := &t.records[i]
		return y.partition > x.partition || y.partition == x.partition && y.offset >= x.offset
	})
}
