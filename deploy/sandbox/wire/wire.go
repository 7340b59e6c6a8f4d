// Package wire reads holdfast's output records the way a stranger would: from the published .avsc files, by another
// Avro library than the one that wrote them.
//
// The library is linkedin/goavro, the reference; the framing is the Avro specification's single-object encoding (0xC3
// 0x01, then the CRC-64-AVRO fingerprint of the schema, little-endian, then the data). The .avsc files here are copies
// of those in schemas/, held equal byte for byte by a test: what is embedded is what a reader of the repository sees,
// and nothing of the writer's code is used.
//
// Invariants:
//
//  1. A value decodes whole or not at all: an unknown fingerprint, bytes left over, or a value of another type than
//     its topic carries is an error.
//  2. Nothing is normalised: bytes and hashes come out as they stand.
package wire

import (
	"embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"

	"github.com/linkedin/goavro/v2"
)

//go:embed avsc/*.avsc
var files embed.FS

// Limits of one decoded block, against a length that lies.
const (
	maxBlockCount = 1 << 20
	maxBlockSize  = 16 << 20
	headerSize    = 10
)

// Hash is a SHA-256.
type Hash [32]byte

// String is the lower-case hex form.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Custody is a value of custody.records: the JSON of a leaf or of a marker.
type Custody struct {
	Marker bool
	JSON   []byte
}

// Opening is a value of custody.openings.
type Opening struct {
	Entity  string
	Secret  [16]byte
	Fields  []Field
	Spilled int64
}

// Field is one committed value.
type Field struct{ Name, Value string }

// Alert is a value of drift.alerts.
type Alert struct {
	Finding                                             Hash
	Rule, Severity, Step, Entity, Subject, Grade, Shape string
	N                                                   int64
	OffsetMS, SpreadMS                                  *int64
	Summary                                             string
	Evidence                                            []Hash
	Leaf                                                Hash
	AtMS                                                int64
	Late                                                bool
}

// DeadLetter is a value of dead.letters.
type DeadLetter struct {
	Stage, Topic string
	Partition    int32
	Offset       int64
	Size         int64
	Code, Reason string
	RawSHA256    *Hash
}

// Clock is what of a value of capture.progress, key clock, says how far each source is proven.
type Clock struct {
	TMS     int64
	Through map[string]int64 // by source, Unix ms; 0: nothing proven yet
}

var codecs = map[[headerSize]byte]*schema{}

type schema struct {
	name  string
	codec *goavro.Codec
}

func init() {
	goavro.MaxBlockCount, goavro.MaxBlockSize = maxBlockCount, maxBlockSize
	for _, name := range []string{"custody_record", "custody_marker", "opening", "alert", "dead_letter", "clock_state"} {
		text, err := files.ReadFile("avsc/" + name + ".avsc")
		if err != nil {
			panic(err)
		}
		codec, err := goavro.NewCodec(string(text))
		if err != nil {
			panic(fmt.Errorf("read %s.avsc: %w", name, err))
		}
		header := [headerSize]byte{0xC3, 0x01}
		binary.LittleEndian.PutUint64(header[2:], codec.Rabin)
		codecs[header] = &schema{name, codec}
	}
}

// decode returns the record's name and its members.
func decode(b []byte) (string, members, error) {
	if len(b) < headerSize {
		return "", nil, fmt.Errorf("%d bytes are no single-object message", len(b))
	}
	s := codecs[[headerSize]byte(b[:headerSize])]
	if s == nil {
		return "", nil, fmt.Errorf("a schema nobody published: fingerprint %x", b[2:headerSize])
	}
	v, rest, err := s.codec.NativeFromBinary(b[headerSize:])
	if err != nil {
		return "", nil, fmt.Errorf("decode %s: %w", s.name, err)
	}
	if len(rest) != 0 {
		return "", nil, fmt.Errorf("decode %s: %d bytes after the record", s.name, len(rest))
	}
	m, ok := v.(map[string]any)
	if !ok {
		return "", nil, fmt.Errorf("decode %s: a %T", s.name, v)
	}
	return s.name, m, nil
}

// DecodeCustody reads a value of custody.records.
func DecodeCustody(b []byte) (Custody, error) {
	name, m, err := decode(b)
	switch {
	case err != nil:
		return Custody{}, err
	case name == "custody_record":
		return Custody{JSON: m.bytes("leaf")}, nil
	case name == "custody_marker":
		return Custody{Marker: true, JSON: m.bytes("marker")}, nil
	}
	return Custody{}, fmt.Errorf("a %s among the custody records", name)
}

// DecodeOpening reads a value of custody.openings.
func DecodeOpening(b []byte) (Opening, error) {
	m, err := decodeAs("opening", b)
	if err != nil {
		return Opening{}, err
	}
	o := Opening{Entity: m.text("entity"), Secret: [16]byte(m.bytes("secret")), Spilled: m.long("spilled")}
	for _, f := range m.list("fields") {
		one := members(f.(map[string]any))
		o.Fields = append(o.Fields, Field{one.text("field"), one.text("value")})
	}
	return o, nil
}

// DecodeAlert reads a value of drift.alerts.
func DecodeAlert(b []byte) (Alert, error) {
	m, err := decodeAs("alert", b)
	if err != nil {
		return Alert{}, err
	}
	a := Alert{
		Finding: m.hash("finding"), Rule: m.text("rule"), Severity: m.text("severity"), Step: m.text("step"),
		Entity: m.text("entity"), Subject: m.text("subject"), Grade: m.text("grade"), Shape: m.text("shape"),
		N: m.long("n"), OffsetMS: m.maybeLong("offset_ms"), SpreadMS: m.maybeLong("spread_ms"), Summary: m.text("summary"),
		Leaf: m.hash("leaf"), AtMS: m.long("at_ms"), Late: m["late"] == true,
	}
	for _, h := range m.list("evidence") {
		a.Evidence = append(a.Evidence, Hash(h.([]byte)))
	}
	return a, nil
}

// DecodeDeadLetter reads a value of dead.letters.
func DecodeDeadLetter(b []byte) (DeadLetter, error) {
	m, err := decodeAs("dead_letter", b)
	if err != nil {
		return DeadLetter{}, err
	}
	d := DeadLetter{
		Stage: m.text("stage"), Topic: m.text("topic"), Partition: int32(m.long("partition")), Offset: m.long("offset"),
		Size: m.long("size"), Code: m.text("code"), Reason: m.text("reason"),
	}
	if raw, ok := m["raw_sha256"].(map[string]any); ok {
		for _, v := range raw {
			h := Hash(v.([]byte))
			d.RawSHA256 = &h
		}
	}
	return d, nil
}

// DecodeClock reads the clock's own record among those of capture.progress.
func DecodeClock(b []byte) (Clock, error) {
	m, err := decodeAs("clock_state", b)
	if err != nil {
		return Clock{}, err
	}
	c := Clock{TMS: m.long("t_ms"), Through: map[string]int64{}}
	for _, s := range m.list("sources") {
		one := members(s.(map[string]any))
		c.Through[one.text("source")] = one.long("through_ms")
	}
	return c, nil
}

func decodeAs(want string, b []byte) (members, error) {
	name, m, err := decode(b)
	if err != nil {
		return nil, err
	}
	if name != want {
		return nil, fmt.Errorf("a %s where a %s belongs", name, want)
	}
	return m, nil
}

// members is a decoded record. Its getters trust the codec, which has checked every type.
type members map[string]any

func (m members) text(name string) string  { return m[name].(string) }
func (m members) bytes(name string) []byte { return m[name].([]byte) }
func (m members) hash(name string) Hash    { return Hash(m[name].([]byte)) }
func (m members) list(name string) []any   { return m[name].([]any) }

func (m members) long(name string) int64 {
	switch v := m[name].(type) {
	case int64:
		return v
	case int32:
		return int64(v)
	}
	return math.MinInt64
}

func (m members) maybeLong(name string) *int64 {
	if u, ok := m[name].(map[string]any); ok {
		if v, ok := u["long"].(int64); ok {
			return &v
		}
	}
	return nil
}
