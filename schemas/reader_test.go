package schemas

import (
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/twmb/avro"
)

// shelf is a registry of schemas by id that counts how often it is asked.
type shelf struct {
	schemas map[uint32]string
	asked   int
}

func (s *shelf) Schema(id uint32) (string, error) {
	s.asked++
	text, ok := s.schemas[id]
	if !ok {
		return "", errors.New("no such id")
	}
	return text, nil
}

func confluent(id uint32, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, id), body...)
}

// TestConfluentWireFormat: a customer's producer with a registry is read like one without, also where its schema is
// its own: another order, a field more, an option less.
func TestConfluentWireFormat(t *testing.T) {
	own := `{"type":"record","name":"Regime","namespace":"holdfast","fields":[
		{"name":"team","type":"string"},{"name":"build","type":"string"},{"name":"document","type":"string"}]}`
	reg := &shelf{schemas: map[uint32]string{
		7:  string(schemaText(t, observation)),
		8:  own,
		9:  `{"type":"record","name":"Invoice","namespace":"holdfast","fields":[]}`,
		10: `not json`,
		11: `{"type":"record","name":"Regime","namespace":"holdfast","fields":[{"name":"document","type":"long"},{"name":"build","type":"string"}]}`,
		12: `"` + strings.Repeat("x", maxRegistrySchema) + `"`,
	}}
	r := NewReader(reg)
	for range 3 {
		got, err := r.Decode(confluent(7, golden(t, observation)[headerSize:]))
		if want := observation.make(&full{}); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v; want %+v", got, err, want)
		}
	}
	if reg.asked != 1 {
		t.Errorf("the registry was asked %d times for one id", reg.asked)
	}

	body, err := avro.MustParse(own).Encode(map[string]any{"team": "x", "build": "b", "document": "{}"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Decode(confluent(8, body))
	if want := (&Regime{Document: "{}", Build: "b"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if got, err := r.Decode(golden(t, observation)); err != nil || !reflect.DeepEqual(got, observation.make(&full{})) {
		t.Errorf("single-object encoding through the same reader: %+v, %v", got, err)
	}

	for id, want := range map[uint32]string{9: "none of the wire's", 10: "schema id 10", 11: "cannot be read as the current one", 12: "more than the limit", 13: "no such id"} {
		if _, err := r.Decode(confluent(id, body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("id %d: %v; want %q in it", id, err, want)
		}
	}
}

// TestRegistryIDsAreBounded: whoever may write to a topic must not be able to fill memory with schema ids.
func TestRegistryIDsAreBounded(t *testing.T) {
	reg := &shelf{schemas: map[uint32]string{}}
	for id := range uint32(maxRegistryIDs + 10) {
		reg.schemas[id] = string(schemaText(t, wire.byName["Regime"]))
	}
	r := NewReader(reg)
	body := golden(t, wire.byName["Regime"])[headerSize:]
	for id := range uint32(maxRegistryIDs + 10) {
		if _, err := r.Decode(confluent(id, body)); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.byID) != maxRegistryIDs {
		t.Errorf("%d schemas are kept; want %d", len(r.byID), maxRegistryIDs)
	}
}

// TestNotARecord: each refusal says what the bytes are not and what to do.
func TestNotARecord(t *testing.T) {
	unknown := append([]byte{0xC3, 0x01}, "\x01\x02\x03\x04\x05\x06\x07\x08body"...)
	for _, c := range []struct {
		bytes []byte
		want  string
	}{
		{nil, "tombstone"},
		{[]byte(`{"a":1}`), "neither single-object encoding"},
		{[]byte{0xC3, 0x01, 1}, "neither single-object encoding"},
		{unknown, "fingerprint 0807060504030201 at offset 2 is unknown"},
		{confluent(1, nil), "there is no registry"},
	} {
		if _, err := Decode(c.bytes); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v; want %q in it", c.bytes, err, c.want)
		}
	}
}
