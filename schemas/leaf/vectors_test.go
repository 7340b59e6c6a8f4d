package leaf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The vectors are made once and checked in; a verifier in any language is held to them. They change only with the
// format: go test -update-vectors.
var updateVectors = flag.Bool("update-vectors", false, "write testdata/vectors.json anew")

const vectorsPath = "testdata/vectors.json"

// vectors is the file. Bytes count as in hex; text repeats them where they are short and UTF-8.
type vectors struct {
	About       string       `json:"about"`
	Accepted    []vector     `json:"accepted"`
	Refused     []vector     `json:"refused"`
	Commitments []commitment `json:"commitments"`
	Tokens      []token      `json:"tokens"`
	Rests       []restOf     `json:"rests"`
}

// vector is one leaf or marker. Answer of a refused one: refused, unknown-kind or unknown-version.
type vector struct {
	Name   string `json:"name"`
	What   string `json:"what"` // leaf or marker
	Answer string `json:"answer,omitempty"`
	Reason string `json:"reason,omitempty"`
	Text   string `json:"text,omitempty"`
	Hex    string `json:"hex"`
	SHA256 string `json:"sha256"`
}

// commitment: value in hex, because it may be anything.
type commitment struct {
	Secret     string `json:"secret"`
	Field      string `json:"field"`
	ValueHex   string `json:"value_hex"`
	Commitment string `json:"commitment"`
	Opens      bool   `json:"opens"`
}

// token: what a foreign text becomes.
type token struct {
	InHex string `json:"in_hex"`
	Out   string `json:"out"`
}

// restOf: a whole list, and the leaf (by name) that shows its beginning and the hash of its rest.
type restOf struct {
	Leaf string   `json:"leaf"`
	List string   `json:"list"` // member of body.export
	All  []string `json:"all"`
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	b, err := os.ReadFile(vectorsPath)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v vector) bytes(t *testing.T) []byte {
	t.Helper()
	b, err := hex.DecodeString(v.Hex)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A byte that changes here breaks every leaf already sealed: the vectors are the promise, the code only keeps it.
func TestVectorsAreWhatTheCodeMakes(t *testing.T) {
	made := makeVectors(t)
	b, err := json.MarshalIndent(made, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, '\n')
	if *updateVectors {
		if err := os.WriteFile(vectorsPath, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(vectorsPath); err != nil || !bytes.Equal(have, b) {
		t.Fatalf("%s is not what the code makes (%v); if the format changed on purpose: -update-vectors", vectorsPath, err)
	}
}

// answer is what this package says of b, in the words of the vectors.
func answer(what string, b []byte) (string, []byte, error) {
	var again []byte
	var err error
	if what == "marker" {
		var m *Marker
		if m, err = ParseMarker(b); err == nil {
			again, err = m.Append(nil)
		}
	} else {
		var l *Leaf
		if l, err = Parse(b); err == nil {
			again, err = l.Append(nil)
		}
	}
	var refused *Refused
	switch {
	case err == nil:
		return "", again, nil
	case errors.Is(err, ErrUnknownVersion):
		return "unknown-version", nil, err
	case errors.Is(err, ErrUnknownKind):
		return "unknown-kind", nil, err
	case errors.As(err, &refused):
		return "refused", nil, err
	}
	return "an error of no class", nil, err
}

// The same vectors that bind a foreign verifier bind us.
func TestVectors(t *testing.T) {
	v := readVectors(t)
	if len(v.Accepted) < 12 || len(v.Refused) < 25 {
		t.Fatalf("%d accepted, %d refused", len(v.Accepted), len(v.Refused))
	}
	for _, c := range v.Accepted {
		b := c.bytes(t)
		if got, again, err := answer(c.What, b); got != "" || !bytes.Equal(b, again) {
			t.Errorf("%s: %v\n%s\n%s", c.Name, err, b, again)
		}
		if sum := Sum(b); hex.EncodeToString(sum[:]) != c.SHA256 || (len(b) <= 4096 && string(b) != c.Text) {
			t.Errorf("%s: hash or text", c.Name)
		}
	}
	for _, c := range v.Refused {
		b := c.bytes(t)
		if got, _, err := answer(c.What, b); got != c.Answer || !strings.Contains(err.Error(), c.Reason) {
			t.Errorf("%s: %s: %v, want %s: %s", c.Name, got, err, c.Answer, c.Reason)
		}
		if c.Text != "" && c.Text != string(b) {
			t.Errorf("%s: text is not the bytes", c.Name)
		}
	}
	for _, c := range v.Rests {
		i := slices.IndexFunc(v.Accepted, func(a vector) bool { return a.Name == c.Leaf })
		l, err := Parse(v.Accepted[i].bytes(t))
		if err != nil {
			t.Fatal(err)
		}
		list, more := l.Inspection.Export.Aliases, l.Inspection.Export.AliasesMore
		if c.List == "participants" {
			list, more = l.Inspection.Export.Participants, l.Inspection.Export.ParticipantsMore
		}
		digest := sha256.New()
		for _, item := range c.All[len(list):] {
			fmt.Fprintf(digest, "\x00\x00\x00%c%q", len(item)+2, item)
		}
		if !slices.Equal(list, c.All[:len(list)]) || more.Count != int64(len(c.All)-len(list)) || !bytes.Equal(digest.Sum(nil), more.SHA256[:]) {
			t.Errorf("%s: %s is not the beginning and the hash of the rest", c.Leaf, c.List)
		}
	}
}

// A format that only one program can read is no evidence. The second reader shares no code and no author's table with
// this package: it was written from docs/FORMAT.md.
func TestPythonReadsTheVectors(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3 is missing, and CI must have the second reader")
		}
		t.Skip("python3 is missing: the second reader of the vectors did not run")
	}
	out, err := exec.Command(python, "../../deploy/verify-lite/read_vectors.py", vectorsPath).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

func FuzzParse(f *testing.F) {
	fuzzSeeds(f, "leaf")
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, again, err := answer("leaf", b); got == "" && !bytes.Equal(b, again) || got == "an error of no class" {
			t.Fatalf("%s %v\n%q\n%q", got, err, b, again)
		}
	})
}

func FuzzParseMarker(f *testing.F) {
	fuzzSeeds(f, "marker")
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, again, err := answer("marker", b); got == "" && !bytes.Equal(b, again) || got == "an error of no class" {
			t.Fatalf("%s %v\n%q\n%q", got, err, b, again)
		}
	})
}

func fuzzSeeds(f *testing.F, what string) {
	raw, err := os.ReadFile(vectorsPath)
	if err != nil {
		f.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(raw, &v); err != nil {
		f.Fatal(err)
	}
	for _, c := range append(v.Accepted, v.Refused...) {
		if b, err := hex.DecodeString(c.Hex); err == nil && c.What == what && len(b) < 1<<15 {
			f.Add(b)
		}
	}
}
