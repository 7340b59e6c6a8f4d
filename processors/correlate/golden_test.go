package correlate

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

const goldenPin = "testdata/golden.pin"

// theGolden is the whole golden log; it is made once, and nobody changes it.
var theGolden = sync.OnceValue(func() *golden { return newGolden(panics{}, goldenTold) })

// theTenth is a log a tenth as long, for what folds it many times.
var theTenth = sync.OnceValue(func() *golden { return newGolden(panics{}, goldenTenth) })

// panics is what a log is made under when no one test makes it.
type panics struct{ testing.TB }

func (panics) Helper()                        {}
func (panics) Fatal(args ...any)              { panic(fmt.Sprint(args...)) }
func (panics) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }

// sum adds fields to a hash, each after its length, so that no two lists of fields look alike.
func sum(h hash.Hash, fields ...[]byte) {
	var n [4]byte
	for _, f := range fields {
		binary.BigEndian.PutUint32(n[:], uint32(len(f)))
		h.Write(n[:])
		h.Write(f)
	}
}

func number(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

func sumOutput(h hash.Hash, o *stream.Output) {
	sum(h, []byte(o.Topic), number(int64(o.Partition)), o.Key, o.Value)
}

// shard returns the outputs of one shard.
func (g *golden) shard(p int) []stream.Output {
	if p+1 < len(g.from) {
		return g.made[g.from[p]:g.from[p+1]]
	}
	return g.made[g.from[p]:]
}

// sums are the log and the outputs by their SHA-256. Who changes a byte of them changes the regime.
func (g *golden) sums() string {
	var b strings.Builder
	h := sha256.New()
	for _, r := range g.records {
		sum(h, number(int64(r.Partition)), number(r.AppendMS), r.Key, r.Value)
	}
	fmt.Fprintf(&b, "log %x records %d shards %d seed %d\n", h.Sum(nil), len(g.records), goldenShards, goldenSeed)
	all := sha256.New()
	for p := range goldenShards {
		h.Reset()
		for _, o := range g.shard(p) {
			sumOutput(h, &o)
		}
		fmt.Fprintf(&b, "shard %d %x outputs %d\n", p, h.Sum(nil), len(g.shard(p)))
		all.Write(h.Sum(nil))
	}
	fmt.Fprintf(&b, "outputs %x\n", all.Sum(nil))
	return b.String()
}

// theCounts are those of the whole golden log, as they stand in testdata/golden.pin below its sums.
var theCounts = sync.OnceValue(func() map[string]int { return theGolden().counts(panics{}) })

func countsText(n map[string]int) string {
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(n)) {
		fmt.Fprintf(&b, "%7d %s\n", n[what], what)
	}
	return b.String()
}

// counts says what is in the log and in the outputs, by kind.
func (g *golden) counts(t testing.TB) map[string]int {
	n := map[string]int{}
	for _, r := range g.records {
		rec, err := schemas.Decode(r.Value)
		if err != nil {
			n["in junk"]++
			continue
		}
		n["in "+strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", rec), "*schemas."))]++
		if m, ok := rec.(*schemas.Measure); ok && m.Revises {
			n["in measure that revises"]++
		}
	}
	for i := range g.made {
		o := &g.made[i]
		rec, err := schemas.Decode(o.Value)
		if err != nil {
			t.Fatalf("%s: %v", o.Topic, err)
		}
		n["topic "+o.Topic]++
		switch rec := rec.(type) {
		case *schemas.CustodyRecord:
			countLeaf(t, n, rec.Leaf)
		case *schemas.Alert:
			n["rule "+rec.Rule+" "+rec.Step]++
			if rec.Grade != "" {
				n["rule "+rec.Rule+" graded "+rec.Grade]++
			}
		case *schemas.Probe:
			n["probe "+rec.Rule]++
		case *schemas.DeadLetter:
			n["poison "+rec.Code]++
		}
	}
	return n
}

func countLeaf(t testing.TB, n map[string]int, b []byte) {
	l, err := leaf.Parse(b)
	if err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	n["kind "+l.Kind]++
	for _, label := range l.Labels {
		n["label "+label]++
		if l.Kind != leaf.KindAlert {
			n["fact "+label]++
		}
	}
	switch l.Kind {
	case leaf.KindPairing:
		n["pairing by "+l.Pairing.By]++
	case leaf.KindVerdict:
		n["verdict "+l.Verdict.Shape+" "+l.Verdict.Grade]++
	case leaf.KindCohort:
		n["cohort "+l.Cohort.Shape+" "+l.Cohort.Stratum+" "+l.Cohort.Grade]++
	case leaf.KindLock:
		n["hold "+l.Hold.LegalHold]++
	}
}

// At stake: C1 and every rule of the fold. More than a hundred thousand observations, in which all goes wrong that the
// rules speak of, give these bytes and no others. Who changes a rule sees it here, and must say so in a new regime.
func TestGolden(t *testing.T) {
	got := thePin(t)
	if *update {
		if err := os.WriteFile(goldenPin, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenPin)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Fatalf("the fold of the golden log has changed; -update takes it.\n%s", difference(string(want), got))
	}
}

// At stake: the pass that made the golden log grew with it. One pass over the whole, by nothing but the log, must put
// out the same, and stand up to a stranger's check. Under the race detector it is the log of a tenth the length.
func TestGoldenInOnePass(t *testing.T) {
	g := theTenth()
	if !underRace {
		g = theGolden()
	}
	outputs, err := streamtest.Fold(replayOf(t, g.regimes[0]), goldenShards, g.records, selfOf)
	if err != nil {
		t.Fatal(err)
	}
	checkOutputs(t, goldenShards, outputs)
	i := 0
	for p := range goldenShards {
		for _, o := range g.shard(p) {
			if o.Topic == schemas.TopicObservations {
				continue
			}
			if i == len(outputs) {
				t.Fatalf("the pass over the whole log ends after %d outputs", i)
			}
			if w := outputs[i]; int(w.From) != p || w.Topic != o.Topic || w.Partition != o.Partition || !bytes.Equal(w.Key, o.Key) || !bytes.Equal(w.Value, o.Value) {
				t.Fatalf("output %d, of shard %d: the pass over the whole log makes another:\n%s\n%s", i, p, o.Value, w.Value)
			}
			i++
		}
	}
	if i != len(outputs) {
		t.Fatalf("%d outputs, the pass over the whole log makes %d", i, len(outputs))
	}
}

// theirCounts reads what countsText wrote below the sums.
func theirCounts(t *testing.T, pin string) map[string]int {
	_, text, _ := strings.Cut(pin, "\n\n")
	n := map[string]int{}
	for line := range strings.Lines(text) {
		count, what, ok := strings.Cut(strings.TrimSpace(line), " ")
		value, err := strconv.Atoi(count)
		if !ok || err != nil {
			t.Fatalf("no count: %q", line)
		}
		n[what] = value
	}
	return n
}

// At stake: a golden log in which a rule never fires says nothing about that rule, and lets a change of it through.
func TestGoldenHasEverything(t *testing.T) {
	n := theirCounts(t, thePin(t))
	need := map[string]int{"in observation": 80_000, "in measure": 5000, "in measure that revises": 100, "in tick": 1000, "in regime": goldenShards * len(theTenth().regimes),
		"fact " + leaf.LabelLate: 1000, "in junk": 10, "topic " + schemas.TopicProbes: 100}
	for _, r := range Rules() {
		need["rule "+r.ID+" "+schemas.StepOpened] = 1
	}
	if len(Rules()) != 22 {
		t.Errorf("there are %d rules; see that the golden log tells of all and set this number", len(Rules()))
	}
	for _, rule := range []string{ruleMediaMissing, ruleMetadataMissing, ruleRetroactive} {
		need["rule "+rule+" graded "+gradeUnknown], need["rule "+rule+" graded "+gradeNotReceived] = 1, 1
		need["rule "+rule+" "+schemas.StepUpdated], need["rule "+rule+" "+schemas.StepResolved], need["probe "+rule] = 1, 1, 1
	}
	for _, rule := range []string{ruleUnreadable, ruleHold, ruleUnmatched, ruleStalled, ruleOutlier} {
		need["rule "+rule+" "+schemas.StepResolved] = 1
	}
	need["rule "+ruleOutlier+" graded "+gradeInsufficient] = 1
	for _, kind := range leaf.Kinds() {
		need["kind "+kind] = 1
	}
	for _, label := range []string{leaf.LabelDuplicate, leaf.LabelLate, leaf.LabelRetroactive, leaf.LabelRevision, leaf.LabelTruncated, leaf.LabelUnpinned} {
		need["label "+label] = 1
	}
	for _, code := range []string{CodeBadAvro, CodeWrongRecord, CodeBadEntity, CodeNoBody, CodeBadForm} {
		need["poison "+code] = 1
	}
	for _, by := range []string{bySession, byCustomer, byWindow, byNone} {
		need["pairing by "+by] = 1
	}
	for _, shape := range []string{shapeTranslation, shapeStartOnly, shapeEndOnly, shapeCut, shapeDegenerate, shapeMixture} {
		need["verdict "+shape+" "+gradeUnexplained] = 1
		need["cohort "+shape+" "+stratumAll+" "+gradeUnexplained] = 1
	}
	delete(need, "cohort "+shapeStartOnly+" "+stratumAll+" "+gradeUnexplained)
	need["cohort "+shapeStartOnly+" "+stratumTwo+" "+gradeUnexplained] = 1
	need["cohort "+shapeAligned+" "+stratumAll+" "+gradeEstablished], need["verdict "+shapeAligned+" "+gradeEstablished] = 1, 1
	need["verdict "+shapeNotComparable+" "+gradeNotComparable], need["verdict "+shapeNotComparable+" "+gradeInsufficient] = 1, 1
	if all := n["in junk"] + n["in observation"] + n["in measure"] + n["in tick"] + n["in regime"]; all < 100_000 {
		t.Errorf("the log has %d records", all)
	}
	for _, what := range slices.Sorted(maps.Keys(need)) {
		if n[what] < need[what] {
			t.Errorf("%s: %d, want at least %d", what, n[what], need[what])
		}
	}
}
