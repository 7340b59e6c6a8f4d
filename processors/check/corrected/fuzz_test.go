package corrected_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"holdfast.example/processors/check/corrected"
	"holdfast.example/schemas"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/genesys"
)

// Whatever the bytes: it ends, it does not panic, and it refuses what the reader refuses as a whole and no more. With
// nothing said the bytes are the same; JSON stays JSON; and with something said the reader finds the same rows again.
func FuzzWrite(f *testing.F) {
	for _, s := range []string{
		"[" + rec + "]", " {\"x\":[{}],\"r\\u0065c\":[7," + rec + "]}\n", rec + "\n" + rec + "\r\n", rec, "{\"x\n" + rec,
		"conversation_id,start_time\nc,x\nc\n", "\xEF\xBB\xBF\"conversation_id\",\"end_time\",start_time.original\r\n\r\nc,\"x\"\"\",=1\r\nc,,\r",
		`[{"conversation_id":"c","start_time":1,"startTime":1,"holdfast":{}}]`,
	} {
		f.Add([]byte(s), byte(0xFF))
		f.Add([]byte(s), byte(0x12))
	}
	f.Fuzz(func(t *testing.T, raw []byte, says byte) {
		is := exhibit.Recognise(raw, int64(len(raw)))
		if is.Kind != exhibit.Metadata {
			is.Kind = exhibit.Manifest
		}
		before := string(raw)
		refused := refusedBy(is.Kind, before)
		var same bytes.Buffer
		n, err := corrected.Write(&same, bytes.NewReader(raw), int64(len(raw)), is, nil)
		if (err == nil) != (refused == nil) || err == nil && same.String() != before {
			t.Fatalf("%q: %v, the reader %v; %q", raw, err, refused, same.String())
		}
		var out bytes.Buffer
		m, err := corrected.Write(&out, bytes.NewReader(raw), int64(len(raw)), is, some(says))
		if err != nil {
			if refused == nil && !strings.Contains(err.Error(), "no room") {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		if refused != nil || m.Rows != n.Rows || m.Refused != n.Refused {
			t.Fatalf("%q: %+v, then %+v; %v", raw, n, m, refused)
		}
		valid(t, before, out.String())
		if is.Kind == exhibit.Metadata {
			sameMetadata(t, before, out.String())
		} else if m.Crowded == 0 {
			sameRows(t, before, out.String())
		}
	})
}

// some says something of some times: bits of says for the times of a row, in turn.
func some(says byte) corrected.Values {
	return func(_ string, row genesys.Export, _ []byte) map[string]corrected.Value {
		values := map[string]corrected.Value{}
		for i, r := range row.Times {
			v := corrected.Value{Text: text, Clock: "s3", Grade: "ambiguous", Reason: "why"}
			if says>>(i%4)&1 == 0 {
				continue
			}
			if says>>(4+i%4)&1 == 0 {
				v = corrected.Value{Reason: "why not"}
			}
			values[r.Field] = v
		}
		return values
	}
}

func refusedBy(kind exhibit.Kind, text string) error {
	if kind == exhibit.Metadata {
		_, err := genesys.ParseMetadata([]byte(text))
		return err
	}
	_, err := rowsOf(text)
	return err
}

func sameMetadata(t *testing.T, before, after string) {
	old, err := genesys.ParseMetadata([]byte(before))
	now, err2 := genesys.ParseMetadata([]byte(after))
	if err = errors.Join(err, err2); err != nil || len(old.Times) != len(now.Times) {
		t.Fatalf("%q, %q: %v", before, after, err)
	}
	for i := range old.Times {
		if r := now.Times[i]; r.Field != old.Times[i].Field || r.Text != text && r != old.Times[i] {
			t.Fatalf("%q, %q: %+v, was %+v", before, after, r, old.Times[i])
		}
	}
	old.Fact.Projection, now.Fact.Projection = schemas.Hash{}, schemas.Hash{}
	if !reflect.DeepEqual(old.Fact, now.Fact) {
		t.Fatalf("%+v, was %+v", now.Fact, old.Fact)
	}
}
