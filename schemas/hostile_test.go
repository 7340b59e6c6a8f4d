package schemas

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// hostile are bodies that claim more than they hold, for a schema whose first field is a string or an array.
var hostile = map[string]string{
	"nothing":                      "",
	"a string of 2^62 bytes":       "feffffffffffffffff01",
	"a string of negative length":  "03",
	"an endless varint":            "ffffffffffffffffffffffffffffffff",
	"a string beyond the end":      "0a6162",
	"2^24 items in four bytes":     "8080801000",
	"a negative block, size 2^40":  "018080808080200000",
	"blocks of the least long":     "ffffffffffffffffff01ffffffffffffffffff01",
	"an enumeration beyond itself": "0000fe01",
}

// TestHostileBytes: bytes that claim more than they hold are refused, and cost no more memory than a multiple of
// what was sent. Each body is tried at the start of each record type, behind the start of a good one, and at every
// place where a good one can be cut.
func TestHostileBytes(t *testing.T) {
	everyKind(t, func(t *testing.T, k *kind) {
		good := golden(t, k)
		for name, h := range hostile {
			body, err := hex.DecodeString(h)
			if err != nil {
				t.Fatal(err)
			}
			refused := 0
			spent := allocated(func() {
				for cut := headerSize; cut < len(good); cut++ {
					if _, err := Decode(append(bytes.Clone(good[:cut]), body...)); err != nil {
						refused++
					}
				}
			})
			n := len(good) - headerSize
			if limit := 1<<20 + n*64*len(good); spent > limit {
				t.Errorf("%s: %d records of at most %d bytes cost %d bytes of memory", name, n, len(good)+len(body), spent)
			}
			if refused < n*3/4 { // some claims are true where they happen to stand
				t.Errorf("%s: only %d of %d broken records are refused", name, refused, n)
			}
		}
		for cut := range len(good) {
			if _, err := Decode(good[:cut]); err == nil {
				t.Errorf("the first %d of %d bytes are accepted", cut, len(good))
			}
		}
		if _, err := Decode(append(good, 0)); err == nil {
			t.Error("a byte after the record is accepted")
		}
	})
}

// allocated returns how many bytes f allocates, whether they live on or not.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// TestLargestRecord: the worst a record within the limit can cost. An empty label takes one byte on the wire and a
// string header in memory.
func TestLargestRecord(t *testing.T) {
	small, err := Append(nil, sampleObservation())
	if err != nil {
		t.Fatal(err)
	}
	o := sampleObservation()
	o.Labels = make([]string, MaxRecord-len(small)-8)
	b, err := Append(nil, o)
	if err != nil {
		t.Fatal(err)
	}
	spent := allocated(func() { _, err = Decode(b) })
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes cost %d bytes of memory", len(b), spent)
	if spent > 192<<20 {
		t.Errorf("%d bytes cost %d bytes of memory", len(b), spent)
	}
	if _, err := Decode(append(b, make([]byte, MaxRecord)...)); err == nil || !strings.Contains(err.Error(), "more than the limit") {
		t.Errorf("a record beyond the limit: %v", err)
	}
}

// FuzzDecode: no bytes make Decode or JSON panic, and whatever is accepted has one canonical encoding.
func FuzzDecode(f *testing.F) {
	for _, r := range records {
		k := wire.byType[r.typ]
		good := golden(f, k)
		f.Add(good)
		for _, h := range hostile {
			body, _ := hex.DecodeString(h)
			f.Add(append(bytes.Clone(good[:headerSize]), body...))
		}
	}
	f.Add([]byte{0, 0, 0, 0, 1, 2})
	var reused Observation
	f.Fuzz(func(t *testing.T, b []byte) {
		rec, err := Decode(b)
		if err != nil {
			return
		}
		canonical, err := Append(nil, rec)
		if err != nil {
			t.Fatalf("decoded, and cannot be encoded: %v", err)
		}
		again, err := Decode(canonical)
		if err != nil || !reflect.DeepEqual(again, rec) {
			t.Fatalf("decoded %+v, and its encoding to %+v, %v", rec, again, err)
		}
		if o, ok := rec.(*Observation); ok {
			if err := DecodeObservation(b, &reused); err != nil || !reflect.DeepEqual(&reused, o) {
				t.Fatalf("reused %+v, %v; fresh %+v", &reused, err, o)
			}
		}
		if _, err := JSON(b); err != nil {
			t.Fatal(err)
		}
	})
}
