package s3object

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

func sample(t testing.TB, name string) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// all is what Versions gives, and what it refuses by code and place.
func all(raw []byte) (got []Version, refusals []string) {
	for v, err := range Versions(iotest.HalfReader(bytes.NewReader(raw))) {
		var r *Refused
		if err == nil {
			got = append(got, v)
		} else if errors.As(err, &r) {
			refusals = append(refusals, r.Code+" "+r.Pointer)
		} else {
			refusals = append(refusals, err.Error())
		}
	}
	return got, refusals
}

func modified(text string) []schemas.Reading {
	return []schemas.Reading{instant.Read("LastModified", instant.S3, text, instant.RoundingUnknown)}
}

const zip = "11111111-2222-4333-8444-555555555555/year=2026/month=5/day=4/hour=9/conversation_id=c0ffee00-0000-4000-8000-000000000001/7ec00000-0000-4000-8000-000000000001.zip"

// At stake: which versions of an exhibit there are, and which of them only says that it was deleted.
func TestVersions(t *testing.T) {
	want := []Version{
		{Key: zip, VersionID: "v1x", Latest: new(false), ETag: "0123456789abcdef0123456789abcdef", Size: 184221, StorageClass: "STANDARD", ChecksumType: "FULL_OBJECT", Times: modified("2026-05-06T10:41:07+00:00")},
		{Key: "manifest é.json", VersionID: "null", Latest: new(true), ETag: "fedcba9876543210fedcba9876543210-2", Size: 0, StorageClass: "STANDARD", Times: modified("2026-05-06T10:41:09.000Z")},
		{Key: zip, VersionID: "v2x", DeleteMarker: true, Latest: new(true), Size: -1, Times: modified("2026-05-08T00:00:00+00:00")},
	}
	if got, refusals := all(sample(t, "list-object-versions.json")); !reflect.DeepEqual(got, want) || refusals != nil {
		t.Errorf("%v\n got %+v\nwant %+v", refusals, got, want)
	}
	if w := want[0].Times[0]; w.Refused != "" || w.HiMS-w.LoMS != 1499 || w.Zone != "UTC" {
		t.Errorf("a whole second is %+v", w)
	}
}

// A lock that is not in the answer may be one that the asker may not see: UNKNOWN, never OFF.
func TestHead(t *testing.T) {
	for file, want := range map[string]Head{
		"head-object.json": {VersionID: "v1x", ETag: "0123456789abcdef0123456789abcdef", Size: 184221, ContentType: "application/zip", ChecksumType: "FULL_OBJECT", LegalHold: schemas.HoldOn, RetentionMode: schemas.RetentionCompliance,
			Times: append(modified("2026-05-06T10:41:07+00:00"), instant.Read("ObjectLockRetainUntilDate", instant.S3, "2033-05-04T00:00:00.123000+00:00", instant.RoundingUnknown))},
		"head-object-v1.json": {ETag: "0123456789abcdef0123456789abcdef", Size: 184221, ContentType: "application/zip", LegalHold: schemas.HoldUnknown, RetentionMode: schemas.RetentionUnknown,
			Times: []schemas.Reading{instant.ReadHTTPDate("LastModified", instant.S3, "Wed, 06 May 2026 10:41:07 GMT", instant.RoundingUnknown)}},
	} {
		got, err := ParseHead(sample(t, file))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", file, err, got, want)
		}
		for _, r := range got.Times {
			if r.Refused != "" {
				t.Errorf("%s: %+v", file, r)
			}
		}
	}
	got, err := ParseHead([]byte(`{"ETag":"e","Bucket":"b","Key":"k","ObjectLockLegalHoldStatus":null,"ObjectLockMode":"GOVERNANCE","LastModified":7}`))
	if err != nil || got.Bucket != "b" || got.Key != "k" || got.LegalHold != schemas.HoldUnknown || got.RetentionMode != schemas.RetentionGovernance || got.Times[0].Refused == "" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		text     string
		n        int
		refusals []string
	}{
		{`{"Versions":[7,{"Key":"k"},{"Key":"k","VersionId":"v"},{"Key":"` + strings.Repeat("k", MaxKey+1) + `","VersionId":"v"},{"Key":"k","VersionId":"v","Size":-1}]}`, 1,
			[]string{"shape /Versions/0", "no-identity /Versions/1", "too-long /Versions/3/Key", "wrong-type /Versions/4/Size"}},
		{`{"Versions":[{"Key":"k","VersionId":"v","key":"l"}]}`, 0, []string{"json-duplicate /Versions/0/key"}},
		{`{"Versions":[{"Key":1,"VersionId":"v"},{"Key":"k","VersionId":"v","IsLatest":"yes"}]}`, 0, []string{"wrong-type /Versions/0/Key", "wrong-type /Versions/1/IsLatest"}},
		{`{"Versions":[{"Key":"k","VersionId":"v"}`, 1, []string{"json-syntax /Versions/0"}},
		{`{"DeleteMarkers":[{"Key":"k","VersionId":"v","x":"` + strings.Repeat("x", MaxVersion) + `"},{"Key":"k","VersionId":"v"}]}`, 1, []string{"json-size /DeleteMarkers/0"}},
		{`{"Contents":[]}`, 0, []string{"no-identity "}},
	} {
		got, refusals := all([]byte(c.text))
		if len(got) != c.n || !reflect.DeepEqual(refusals, c.refusals) {
			t.Errorf("%.80s: %d, %q; want %d, %q", c.text, len(got), refusals, c.n, c.refusals)
		}
	}
	for _, c := range []struct{ text, code, pointer string }{
		{`[]`, CodeShape, ""}, {`{}`, CodeNoKey, ""}, {`{"ETag":"e","etag":"f"}`, "json-duplicate", "/etag"}, {`{"ETag":7}`, CodeType, "/ETag"}, {`{"ETag":"e","ObjectLockMode":"SOFT"}`, CodeType, "/ObjectLockMode"},
		{`{"ETag":"e","ObjectLockLegalHoldStatus":"on"}`, CodeType, "/ObjectLockLegalHoldStatus"}, {`{"ETag":"e","ContentLength":"5"}`, CodeType, "/ContentLength"}, {`{"ETag":"e","DeleteMarker":0}`, CodeType, "/DeleteMarker"},
		{`{"ETag":"e","x":"` + strings.Repeat("x", MaxHead) + `"}`, "json-size", ""}, {`{"ETag":"` + strings.Repeat("e", MaxField+1) + `"}`, CodeTooLong, "/ETag"},
	} {
		_, err := ParseHead([]byte(c.text))
		var r *Refused
		if !errors.As(err, &r) || r.Code != c.code || r.Pointer != c.pointer || r.Reason == "" {
			t.Errorf("%.80s: %v; want %s at %q", c.text, err, c.code, c.pointer)
		}
	}
}

// Foreign bytes may not panic; what is refused says why; what is kept is bounded, and its lock is of the known words.
func FuzzObjects(f *testing.F) {
	for _, name := range []string{"list-object-versions.json", "head-object.json", "head-object-v1.json"} {
		f.Add(sample(f, name))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, _ := all(raw)
		for _, v := range got {
			if v.Key == "" || len(v.Key) > MaxKey || len(v.VersionID) > MaxField || len(v.ETag) > MaxField || v.Size < -1 || len(v.Times) > 1 {
				t.Fatalf("%q: %+v", raw, v)
			}
		}
		h, err := ParseHead(raw)
		var r *Refused
		if err != nil && (!errors.As(err, &r) || r.Code == "" || r.Reason == "") {
			t.Fatalf("%q: %v", raw, err)
		}
		if err == nil && (h.Size < -1 || len(h.Times) > 2 || h.LegalHold == "" || h.RetentionMode == "") {
			t.Fatalf("%q: %+v", raw, h)
		}
	})
}
