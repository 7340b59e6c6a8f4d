package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/instant"
)

const schemaFile = "../../../docs/check.schema.json"

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("check.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("check.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func object(t *testing.T, s Source) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.JSON(&b, "v1"); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// At stake: whoever reads the object by its schema never meets one that breaks it, whatever the verdict.
func TestSchemaHolds(t *testing.T) {
	schema := compiled(t)
	all := stories()
	all["hostile"], _ = hostile()
	unpaired := judge(newScene(1, 3))
	unpaired.Cohorts = nil
	was := unpaired.Recordings
	unpaired.Recordings = func(yield func(*check.Recording) bool) {
		for r := range was {
			r.Verdict = attribute.NewModel(attribute.Table{}).Record(&attribute.Recording{Pairing: attribute.PairingUnpinned}, nil)
			r.Cohort, r.ID, r.Offsets, r.Lack = -1, "", nil, check.LackPairing
			if !yield(r) {
				return
			}
		}
	}
	unpaired.Summary.Lacks = []check.Lacking{{Lack: check.LackPairing, Recordings: 3}}
	all["unpaired"] = unpaired
	for name, s := range all {
		text := object(t, s)
		if name == "small" {
			golden(t, "small.json", text)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(string(text), "e+") {
			t.Errorf("%s: a float", name)
		}
	}
}

// The schema refuses what the contract does not name: else a test by it would show nothing.
func TestSchemaRefuses(t *testing.T) {
	schema := compiled(t)
	good := object(t, judge(newScene(1, 40).by(720_000)))
	for _, c := range []struct{ was, is string }{
		{`"shape":"translation"`, `"shape":"constant"`}, {`"offset_ms":`, `"offset":`}, {`"slope_ppm":`, `"slope":`}, {`"agents_n":1`, `"agents_n":1.5`},
		{`"schema_version": 1`, `"schema_version": 2`}, {`"clock_b":"genesys-cloud"`, `"clock_b":"wall"`}, {`"exit":1`, `"exit":4`},
	} {
		bad := bytes.Replace(good, []byte(c.was), []byte(c.is), 1)
		if bytes.Equal(bad, good) {
			t.Fatalf("%s is not in the object", c.was)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(doc) == nil {
			t.Errorf("%s for %s passes", c.is, c.was)
		}
	}
}

// words are those of a closed list of attribution's.
func words[T ~uint8](from T, word func(T) string) []string {
	var out []string
	for x := from; word(x) != "invalid"; x++ {
		out = append(out, word(x))
	}
	return out
}

// At stake: a word that code can write and the schema does not name, or the reverse.
func TestClosedLists(t *testing.T) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Defs map[string]struct{ Enum []string } `json:"$defs"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	kinds, clocks := []string{}, []string{}
	for _, k := range exhibit.Kinds() {
		kinds = append(kinds, string(k))
	}
	for _, c := range instant.Clocks() {
		clocks = append(clocks, string(c))
	}
	lacks := []string{}
	for _, l := range check.Lacks() {
		lacks = append(lacks, string(l))
	}
	mechanisms := words(attribute.NoCause, attribute.Cause.Mechanism)
	for name, want := range map[string][]string{
		"kind": kinds, "clock": clocks, "lack": lacks, "cause": words(attribute.NoCause, attribute.Cause.String), "mechanism": mechanisms,
		"shape": words(attribute.NotComparable, attribute.Shape.String), "grade": words(attribute.GradeNotComparable, attribute.Grade.String),
		"locus": words(attribute.LocusUnknown, attribute.Locus.String), "need": words(attribute.NeedNothing, attribute.Need.String),
		"stratum": words(attribute.StratumNone, attribute.Stratum.String), "state": words(attribute.NotTestable, attribute.State.String),
		"hypothesis": words(attribute.Rounding, attribute.Hypothesis.String), "fact": words(attribute.Start, attribute.Fact.String),
		"form": {string(exhibit.One), string(exhibit.Array), string(exhibit.Page), string(exhibit.Lines), string(exhibit.Table), string(exhibit.Bytes)},
	} {
		got := slices.Clone(doc.Defs[name].Enum)
		slices.Sort(got)
		slices.Sort(want)
		if want = slices.Compact(want); !slices.Equal(got, want) {
			t.Errorf("%s: the schema says %v, the code %v", name, got, want)
		}
	}
	for _, w := range []string{timeline.BySession, timeline.ByCustomer, timeline.ByWindow, timeline.ByNone} {
		if !strings.Contains(string(text), `"`+w+`"`) {
			t.Errorf("the schema does not name %s", w)
		}
	}
}

// The words of the issue that asked for them: a change of one is a change of SchemaVersion.
func TestWordsOfTheContract(t *testing.T) {
	for _, c := range []struct {
		want string
		got  []string
	}{
		{"aligned translation start-only end-only cut degenerate mixture not-comparable", words(attribute.NotComparable, attribute.Shape.String)},
		{"established consistent-with ambiguous unexplained not-comparable insufficient", words(attribute.GradeNotComparable, attribute.Grade.String)},
		{"none zone dst-split finalisation handoff definition pause-cut after-call-work queue-wait header-write-time rate-skew access-trim transfer mispaired",
			words(attribute.NoCause, attribute.Cause.Mechanism)},
		{"tested excluded not-testable", words(attribute.NotTestable, attribute.State.String)},
	} {
		want := strings.Fields(c.want)
		slices.Sort(want)
		slices.Sort(c.got)
		if got := slices.Compact(c.got); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// failing is a writer that fails after n bytes.
type failing struct{ n int }

var errFull = errors.New("full")

func (f *failing) Write(b []byte) (int, error) {
	if f.n -= len(b); f.n < 0 {
		return 0, errFull
	}
	return len(b), nil
}

// At stake: a report that was cut off must not pass for a whole one, and a reader that went away must stop the walk.
func TestWriterFails(t *testing.T) {
	s := judge(newScene(1, 2000))
	walked := 0
	was := s.Recordings
	s.Recordings = func(yield func(*check.Recording) bool) {
		for r := range was {
			if walked++; !yield(r) {
				return
			}
		}
	}
	if err := s.JSON(&failing{100_000}, "v1"); !errors.Is(err, errFull) || walked > 1000 {
		t.Errorf("JSON: %v after %d recordings", err, walked)
	}
	if err := s.HTML(&failing{1000}, "v1"); !errors.Is(err, errFull) {
		t.Errorf("HTML: %v", err)
	}
	if err := s.Text(&failing{100}, Options{}); !errors.Is(err, errFull) {
		t.Errorf("Text: %v", err)
	}
}
