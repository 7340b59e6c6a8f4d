package wire

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"holdfast.example/schemas"
)

// The copies are only worth something while they are what the repository publishes.
func TestCopiesAreThePublishedFiles(t *testing.T) {
	names, err := files.ReadDir("avsc")
	if err != nil || len(names) == 0 {
		t.Fatal(len(names), err)
	}
	for _, n := range names {
		ours, err := files.ReadFile("avsc/" + n.Name())
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := os.ReadFile(filepath.Join("..", "..", "..", "schemas", n.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(ours, theirs) {
			t.Errorf("%s differs from schemas/%s: copy it", n.Name(), n.Name())
		}
	}
}

// What holdfast's own encoder writes must read here, through another library and without its code: else the oracle
// would object to everything, or to nothing.
func TestReadsWhatHoldfastWrites(t *testing.T) {
	offset := int64(-7)
	h := schemas.Hash{1, 2, 3}
	enc := func(rec any) []byte {
		b, err := schemas.Append(nil, rec)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	a, err := DecodeAlert(enc(&schemas.Alert{
		Finding: h, Rule: "r", Severity: "high", Step: "opened", Entity: "e", Subject: "s", Grade: "g", Shape: "x", N: 4,
		OffsetMS: &offset, Summary: "text", Evidence: []schemas.Hash{h}, Leaf: schemas.Hash{9}, AtMS: 5, Late: true,
	}))
	if err != nil {
		t.Fatal(err)
	}
	if a.Finding != Hash(h) || a.Rule != "r" || a.Step != "opened" || a.N != 4 || a.OffsetMS == nil || *a.OffsetMS != -7 ||
		a.SpreadMS != nil || len(a.Evidence) != 1 || a.Leaf[0] != 9 || !a.Late || a.Severity != "high" || a.AtMS != 5 {
		t.Errorf("alert reads %+v", a)
	}
	d, err := DecodeDeadLetter(enc(&schemas.DeadLetter{Stage: "observe", Topic: "t", Partition: 2, Offset: 3, Size: 4, Code: "c", Reason: "why", RawSHA256: &h}))
	if err != nil || d.Partition != 2 || d.Offset != 3 || d.RawSHA256 == nil || *d.RawSHA256 != Hash(h) {
		t.Errorf("dead letter reads %+v, %v", d, err)
	}
	o, err := DecodeOpening(enc(&schemas.Opening{Entity: "e", Secret: schemas.Secret{7}, Fields: []schemas.OpenedField{{Field: "f", Value: "v"}}, Spilled: 1}))
	if err != nil || o.Entity != "e" || o.Secret[0] != 7 || len(o.Fields) != 1 || o.Fields[0] != (Field{"f", "v"}) || o.Spilled != 1 {
		t.Errorf("opening reads %+v, %v", o, err)
	}
	c, err := DecodeCustody(enc(&schemas.CustodyRecord{Leaf: []byte("{}")}))
	if err != nil || c.Marker || string(c.JSON) != "{}" {
		t.Errorf("leaf reads %+v, %v", c, err)
	}
	c, err = DecodeCustody(enc(&schemas.CustodyMarker{Marker: []byte("[]")}))
	if err != nil || !c.Marker {
		t.Errorf("marker reads %+v, %v", c, err)
	}
	k, err := DecodeClock(enc(&schemas.ClockState{TMS: 9, Sources: []schemas.SourceState{{Source: "s3", ThroughMS: 7}, {Source: "events"}}}))
	if err != nil || k.TMS != 9 || k.Through["s3"] != 7 || len(k.Through) != 2 {
		t.Errorf("clock reads %+v, %v", k, err)
	}
	if _, err := DecodeCustody(enc(&schemas.Opening{})); err == nil {
		t.Error("an opening passed as a custody record")
	}
	if _, err := DecodeAlert(append(enc(&schemas.Alert{Severity: "info", Step: "opened"}), 0)); err == nil {
		t.Error("a byte after the record passed")
	}
	if _, err := DecodeAlert([]byte{0xC3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1}); err == nil {
		t.Error("an unknown fingerprint passed")
	}
}
