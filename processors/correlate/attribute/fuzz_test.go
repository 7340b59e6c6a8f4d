package attribute

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"holdfast.example/schemas/instant"
)

// bytesOf deals integers out of the fuzzer's bytes, and when they are at an end out of what these seed: a short input is
// then no heap of zeros.
type bytesOf struct {
	b   []byte
	rng *rand.ChaCha8
}

func newBytes(b []byte) *bytesOf { return &bytesOf{b, rand.NewChaCha8(sha256.Sum256(b))} }

func (x *bytesOf) small() byte {
	if len(x.b) == 0 {
		return byte(x.rng.Uint64())
	}
	v := x.b[0]
	x.b = x.b[1:]
	return v
}

func (x *bytesOf) int64() int64 {
	switch kind := x.small(); kind % 12 {
	case 0:
		return int64(x.small())
	case 1:
		return -int64(x.small()) * 1000
	case 2:
		return math.MaxInt64 - int64(x.small())
	case 3:
		return math.MinInt64 + int64(x.small())
	case 4, 5, 6, 7, 8, 9, 10:
		return day0 + int64(x.small()%16)*1_000
	}
	var w [8]byte
	for i := range w {
		w[i] = x.small()
	}
	return int64(binary.LittleEndian.Uint64(w[:]))
}

func (x *bytesOf) recording(i int) *Recording {
	r := &Recording{Agents: int32(x.small()%4) - 1, JobSize: x.int64(), Day: int32(x.int64()), At: x.int64(), Pairing: Pairing(x.small() / 60)}
	r.ID[0], r.ID[1] = byte(i), byte(i>>8)
	r.Job = string(rune('a' + x.small()%3))
	for f := range FactCount {
		lo := x.int64()
		hi := lo
		if k := x.small(); k%3 == 1 {
			hi = x.int64()
		} else if k%3 == 2 {
			hi = add(lo, 999)
		}
		flags := x.small()
		r.Readings[f] = Reading{instant.Interval{Lo: lo, Hi: hi}, Family(flags % 9), flags&64 == 0, flags&128 != 0}
	}
	return r
}

// Arbitrary integers give a verdict out of the closed lists: no panic, no time of more than a moment, the same twice.
func FuzzVerdicts(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("twenty clocks and not one that agrees with another"))
	long := make([]byte, 4096)
	for i := range long {
		long[i] = byte(i * 37)
	}
	f.Add(long)
	f.Fuzz(func(t *testing.T, b []byte) {
		x := newBytes(b)
		n := 1 + int(x.small()%80)
		table := Table{Zones: []Zone{{"empty", nil}, {"wild", []Shift{{x.int64(), x.int64()}, {x.int64(), x.int64()}}}, london}}
		for fact := range table.Declared {
			table.Declared[fact] = Fact(x.small() % byte(FactCount))
		}
		m := NewModel(table)
		c := NewCohort()
		var rs []*Recording
		for i := range n {
			r := x.recording(i % 70)
			rs = append(rs, r)
			c.Add(r, i >= 70)
		}
		v := m.Cohort(c)
		closed(t, &v)
		var l Life
		if s := l.Judge(&v); s >= stepCount {
			t.Fatalf("step %d", s)
		}
		spread := m.Spread(c)
		for _, r := range rs {
			w := m.Record(r, spread)
			closedRecord(t, &w)
			m.Record(r, nil)
			m.Depart(&v.Force, r)
		}
		for _, s := range m.Swaps(rs, c.Basis()) {
			if s.EPPB < 0 || s.EPPB > billion {
				t.Fatalf("E of a swap: %d", s.EPPB)
			}
		}
	})
}

func closed(t *testing.T, v *CohortVerdict) {
	if v.Shape >= shapeCount || v.Grade >= gradeCount || v.Cause >= causeCount || v.Locus >= locusCount || v.Stratum >= stratumCount ||
		v.Splits >= stratumCount || v.Hypothesis > HypothesisCount || v.Decider.Need >= needCount || v.Decider.Fact >= FactCount || v.Field >= FactCount {
		t.Fatalf("outside the lists: %+v", v)
	}
	if v.Spread < 0 || v.Tau < 0 || v.StratumN > v.Sampled || v.Departing > v.StratumN || v.Candidates>>causeCount != 0 {
		t.Fatalf("figures: %+v", v)
	}
	if v.Grade == Established && (v.Cause == NoCause) != (v.Shape == Aligned) {
		t.Fatalf("established %v of %v", v.Cause, v.Shape)
	}
	for h, row := range v.Hypotheses {
		if row.Hypothesis != Hypothesis(h) || row.State >= stateCount || row.Missing.Need >= needCount || (row.State == NotTestable) != (row.Missing.Need != NeedNothing) {
			t.Fatalf("row %d: %+v", h, row)
		}
		for _, n := range row.Numbers {
			if !slices.ContainsFunc([]string{"_ms", "_n", "_ppm", "_ppb"}, func(unit string) bool { return strings.HasSuffix(n.Name, unit) }) {
				t.Fatalf("%v: a number without its unit: %s", row.Hypothesis, n.Name)
			}
		}
	}
}

func closedRecord(t *testing.T, v *Verdict) {
	if v.Shape >= shapeCount || v.Grade >= gradeCount || v.Cause >= causeCount || v.Locus >= locusCount || v.Field >= FactCount ||
		v.Decider.Need >= needCount || v.Decider.Fact >= FactCount || v.Candidates>>causeCount != 0 || v.EPPB < -1 {
		t.Fatalf("outside the lists: %+v", v)
	}
	for h, x := range v.Trials {
		if x.State >= stateCount || x.Dist < 0 || x.Tau < 0 || x.PPB < -1 || x.PPB > billion {
			t.Fatalf("trial %d: %+v", h, x)
		}
	}
}
