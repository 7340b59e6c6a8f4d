package schemas

import (
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"

	"github.com/twmb/avro"
)

// The current version of every schema. A released version that is changed is first copied to versions/NAME.N.avsc,
// and that folder joins this line: the binary reads whatever any release has written.
//
//go:embed *.avsc
var files embed.FS

// MaxRecord is the largest record that is written or read, in bytes: twice what a door of the world takes (1 MiB), so
// that whatever came in fits with what is written beside it. What the bytes claim takes at most some tens of times
// their own size in memory.
const MaxRecord = 2 << 20

// headerSize is the single-object encoding's: 0xC3 0x01, then the schema's CRC-64-AVRO fingerprint, little-endian.
const headerSize = 10

type header [headerSize]byte

// kind is one record type of the wire.
type kind struct {
	name   string // the record's name in its schema
	schema *avro.Schema
	node   *avro.SchemaNode // the schema's structure, references resolved
	typ    reflect.Type
	header header
	check  check
}

// version is one schema that a kind was written with at some time, resolved into the kind's current one.
type version struct {
	*kind
	schema  *avro.Schema
	current bool
}

// catalogue holds every record type, and every schema version by its fingerprint.
type catalogue struct {
	byType  map[reflect.Type]*kind
	byName  map[string]*kind
	byPrint map[header]version
}

// wire is what this binary knows.
var wire = mustCatalogue(files)

// observation is the kind of the hot path.
var observation = wire.byType[reflect.TypeFor[Observation]()]

var records = []struct {
	file string
	typ  reflect.Type
}{
	{"conversation_event", reflect.TypeFor[ConversationEvent]()},
	{"s3_notification", reflect.TypeFor[S3Notification]()},
	{"s3_inspection", reflect.TypeFor[S3Inspection]()},
	{"world_answer", reflect.TypeFor[WorldAnswer]()},
	{"progress", reflect.TypeFor[Progress]()},
	{"clock_state", reflect.TypeFor[ClockState]()},
	{"observation", reflect.TypeFor[Observation]()},
	{"measure", reflect.TypeFor[Measure]()},
	{"tick", reflect.TypeFor[Tick]()},
	{"regime", reflect.TypeFor[Regime]()},
	{"custody_record", reflect.TypeFor[CustodyRecord]()},
	{"custody_marker", reflect.TypeFor[CustodyMarker]()},
	{"opening", reflect.TypeFor[Opening]()},
	{"alert", reflect.TypeFor[Alert]()},
	{"probe", reflect.TypeFor[Probe]()},
	{"dead_letter", reflect.TypeFor[DeadLetter]()},
}

func mustCatalogue(fsys fs.FS) *catalogue {
	c, err := newCatalogue(fsys)
	if err != nil {
		panic(fmt.Sprintf("schemas: %v", err))
	}
	return c
}

func newCatalogue(fsys fs.FS) (*catalogue, error) {
	c := &catalogue{byType: map[reflect.Type]*kind{}, byName: map[string]*kind{}, byPrint: map[header]version{}}
	for _, r := range records {
		s, err := parseFile(fsys, r.file+".avsc")
		if err != nil {
			return nil, err
		}
		root := s.Root()
		k := &kind{name: root.Name, schema: s, node: root.ExpandReferences(), typ: r.typ, header: headerOf(s)}
		k.check = compileCheck(k.node, k.typ)
		c.byType[k.typ], c.byName[k.name] = k, k
		c.byPrint[k.header] = version{k, s, true}
	}
	older, err := fs.Glob(fsys, "versions/*.avsc")
	if err != nil {
		return nil, err
	}
	for _, name := range older {
		s, err := parseFile(fsys, name)
		if err != nil {
			return nil, err
		}
		v, err := c.resolve(s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if h := headerOf(s); !c.byPrint[h].current {
			c.byPrint[h] = v
		}
	}
	return c, nil
}

func parseFile(fsys fs.FS, name string) (*avro.Schema, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	s, err := avro.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// resolve makes a version of the schema that some writer used. Names decide which of our records it is.
func (c *catalogue) resolve(writer *avro.Schema) (version, error) {
	root := writer.Root()
	k := c.byName[root.Name]
	if k == nil {
		return version{}, fmt.Errorf("schema %q is none of the wire's", root.Name)
	}
	s, err := avro.Resolve(writer, k.schema)
	if err != nil {
		return version{}, fmt.Errorf("schema %q cannot be read as the current one: %w", root.Name, err)
	}
	return version{kind: k, schema: s}, nil
}

func headerOf(s *avro.Schema) header {
	h := header{0xC3, 0x01}
	binary.LittleEndian.PutUint64(h[2:], binary.BigEndian.Uint64(s.Fingerprint(avro.NewRabin())))
	return h
}

// Append appends the single-object encoding of rec, a pointer to one of this package's records, to dst (Avro 1.12
// specification, "Single-object encoding"). The error names the field that does not fit its schema: a value outside
// its enumeration, text that is not UTF-8; or says that the record is larger than MaxRecord. It panics if rec is no
// record of the wire.
func Append(dst []byte, rec any) ([]byte, error) {
	v := reflect.ValueOf(rec)
	if v.Kind() != reflect.Pointer || wire.byType[v.Type().Elem()] == nil || v.IsNil() {
		panic(fmt.Sprintf("schemas: append %T: not a pointer to a record of the wire", rec))
	}
	k := wire.byType[v.Type().Elem()]
	if err := k.check(v.Elem(), false); err != nil {
		return dst, fmt.Errorf("encode %s: %w", k.name, err)
	}
	start := len(dst)
	out, err := k.schema.AppendEncode(append(dst, k.header[:]...), rec)
	if err != nil {
		return dst, fmt.Errorf("encode %s: %w", k.name, err)
	}
	if n := len(out) - start; n > MaxRecord {
		return dst, fmt.Errorf("encode %s: %d bytes are more than the limit of %d", k.name, n, MaxRecord)
	}
	return out, nil
}

// Decode decodes one record in single-object encoding, of whatever schema version was ever released. The answer is a
// pointer to one of this package's records and shares no memory with b. It has one form whatever bytes it came from:
// see check. Bytes in Confluent's wire format need a Reader with a registry.
func Decode(b []byte) (any, error) { return unregistered.Decode(b) }

// IsObservation says whether b begins as an Observation of the current schema version, for which DecodeObservation is
// made.
func IsObservation(b []byte) bool {
	return len(b) >= headerSize && header(b[:headerSize]) == observation.header
}

// DecodeObservation is Decode for the hot path: it overwrites o and everything o points to, and allocates little but
// the strings, which share no memory with b. Of an earlier observation in o the caller may keep strings; hashes,
// readings and facts it must have copied. A record of another type is an error. After an error o is undefined.
func DecodeObservation(b []byte, o *Observation) error {
	if !IsObservation(b) || len(b) > MaxRecord {
		rec, err := Decode(b)
		if err != nil {
			return err
		}
		older, ok := rec.(*Observation)
		if !ok {
			return fmt.Errorf("decode Observation: the record is of type %s", strings.TrimPrefix(fmt.Sprintf("%T", rec), "*schemas."))
		}
		*o = *older
		return nil
	}
	return observation.decode(observation.schema, b[headerSize:], reflect.ValueOf(o))
}

// decode decodes body, written with the schema that s resolves from, into v, a pointer to the kind's type.
func (k *kind) decode(s *avro.Schema, body []byte, v reflect.Value) error {
	rest, err := s.Decode(body, v.Interface())
	if err != nil {
		return fmt.Errorf("decode %s: %w", k.name, err)
	}
	if len(rest) != 0 {
		return fmt.Errorf("decode %s: %d bytes after the record", k.name, len(rest))
	}
	if err := k.check(v.Elem(), true); err != nil {
		return fmt.Errorf("decode %s: %w", k.name, err)
	}
	return nil
}

var errEmpty = errors.New("decode: no bytes; a tombstone is not a record")
