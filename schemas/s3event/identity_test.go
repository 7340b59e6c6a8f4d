package s3event

import (
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.example/schemas"
)

// One PUT reaches us as often and by as many ways as a customer has wired; it is one fact (E1). The envelope may
// differ in everything, also in the precision of its time.
func TestIdentityIsOnePerThing(t *testing.T) {
	for _, group := range [][]string{
		{"direct", "sns", "eventbridge", "sns-eventbridge"},
		{"delete", "eventbridge-delete"},
		{"delete-marker", "eventbridge-delete-marker"},
	} {
		for _, name := range group[1:] {
			if one(t, name).Identity != one(t, group[0]).Identity {
				t.Errorf("%s and %s are two things", name, group[0])
			}
		}
	}
	direct := sample(t, "direct")
	for pointer, value := range map[string]any{
		"/Records/0/responseElements/x-amz-request-id": "REQ2",
		"/Records/0/s3/configurationId":                "another",
		"/Records/0/awsRegion":                         "eu-west-1",
		"/Records/0/eventVersion":                      "2.6",
		"/Records/0/s3/object/size":                    nil,
		"/Records/0/userIdentity":                      nil,
		"/Records/0/eventTime":                         "2026-05-06T10:41:07Z",
	} {
		if m, err := Parse(set(t, direct, pointer, value)); err != nil || m.Notifications[0].Identity != one(t, "direct").Identity {
			t.Errorf("a delivery that differs in %s is another thing: %v", pointer, err)
		}
	}
}

// Two facts under one identity are one fact to the fold: the second, perhaps the tampering, would vanish (E2).
func TestIdentityTellsThingsApart(t *testing.T) {
	seen := map[schemas.Hash]string{}
	note := func(name string, id schemas.Hash) {
		if before, ok := seen[id]; ok {
			t.Errorf("%s has the identity of %s", name, before)
		}
		seen[id] = name
	}
	note("direct", one(t, "direct").Identity)
	for _, sampleAndChange := range []struct {
		sample, pointer string
		value           any
	}{
		{"direct", "/Records/0/s3/bucket/name", "other-bucket"},
		{"direct", "/Records/0/s3/object/key", "k"},
		{"direct", "/Records/0/s3/object/versionId", "v2x"},
		{"direct", "/Records/0/s3/object/versionId", nil},
		{"direct", "/Records/0/s3/object/sequencer", "0064D3901D00059243"},
		{"direct", "/Records/0/s3/object/sequencer", nil},
		{"direct", "/Records/0/eventName", "ObjectRemoved:Delete"},
		{"direct", "/Records/0/eventName", "ObjectTagging:Put"},
		{"direct", "/Records/0/eventName", "ObjectTagging:Delete"},
		// A sequencer that is a constant: the content still tells two PUTs apart.
		{"moto-eventbridge", "/detail/object/size", 5},
		{"moto-eventbridge", "/detail/object/eTag", "ffffffffffffffffffffffffffffffff"},
		// No sequencer, or a counter that begins again: the time does.
		{"moto", "/Records/0/s3/object/size", 5},
		{"moto", "/Records/0/eventTime", "2026-05-06T10:41:07.314160"},
		{"versitygw", "/Records/0/s3/object/size", 5},
		{"versitygw", "/Records/0/eventTime", "2026-05-06T10:41:08Z"},
		{"versitygw", "/Records/0/s3/object/sequencer", "2"},
	} {
		m, err := Parse(set(t, sample(t, sampleAndChange.sample), sampleAndChange.pointer, sampleAndChange.value))
		if err != nil {
			t.Fatal(err)
		}
		note(sampleAndChange.sample+" "+sampleAndChange.pointer, m.Notifications[0].Identity)
	}
}

// Where one field ends and the next begins is part of the identity: bucket "ab" with key "c" is not "a" with "bc".
func TestIdentityBoundsItsFields(t *testing.T) {
	a := schemas.ObjectFact{Action: schemas.ActionCreated, Bucket: "ab", Key: "c"}
	b := schemas.ObjectFact{Action: schemas.ActionCreated, Bucket: "a", Key: "bc"}
	if Identity(&a, "", "") == Identity(&b, "", "") {
		t.Error("one identity for two objects")
	}
}

// The recipe is in the log of every customer from the first day on: another hash for the same event would make every
// redelivery across an upgrade a second fact. The values were made from the recipe in Identity's comment by another
// program (Python's hashlib and struct), not by this one.
func TestIdentityGolden(t *testing.T) {
	for name, want := range map[string]string{
		"direct": "45be2ff91552bcc01766370413144d69de654c6deb9c3fa41ee2d07fc7733d8b",
		"moto":   "bca3eac7ee31d165244a2149c3c23109f0ed582bafd20963d6b85a535844cc2e",
	} {
		id := one(t, name).Identity
		if got := hex.EncodeToString(id[:]); got != want {
			t.Errorf("%s: %s; want %s", name, got, want)
		}
	}
}

// The order of two events of one key decides which version stands. The oracle pads and compares as numbers.
func TestCompareSequencer(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"0064D3901D00059242", "0064D3901D00059242", 0},
		{"0064D3901D00059242", "0064D3901D00059300", -1},
		{"0064D3901D000593", "0064D3901D00059242", 1}, // the shorter is ...59300
		{"0064D3901D0005924", "0064D3901D00059240", 0},
		{"", "00", 0},
		{"", "01", -1},
	} {
		if got := CompareSequencer(c.a, c.b); got != c.want {
			t.Errorf("CompareSequencer(%q, %q) = %d; want %d", c.a, c.b, got, c.want)
		}
		if got := CompareSequencer(c.b, c.a); got != -c.want {
			t.Errorf("CompareSequencer(%q, %q) = %d; want %d", c.b, c.a, got, -c.want)
		}
	}
	number := func(s string, n int) *big.Int {
		v, _ := new(big.Int).SetString(s+strings.Repeat("0", n-len(s)), 16)
		return v
	}
	rapid.Check(t, func(t *rapid.T) {
		hexText := rapid.StringMatching(`[0-9A-F]{1,20}`)
		a, b := hexText.Draw(t, "a"), hexText.Draw(t, "b")
		if rapid.Bool().Draw(t, "alike") {
			b = a + rapid.StringMatching(`0{0,3}[0-9A-F]{0,2}`).Draw(t, "more")
		}
		n := max(len(a), len(b))
		if got, want := CompareSequencer(a, b), number(a, n).Cmp(number(b, n)); got != want {
			t.Fatalf("CompareSequencer(%q, %q) = %d; want %d", a, b, got, want)
		}
	})
}
