package main

import (
	"testing"

	"holdfast.example/internal/truth"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas/instant"
)

// TestConversion: every fact that the truth sees reaches attribution, each as one of its own.
func TestConversion(t *testing.T) {
	taken := map[attribute.Fact]truth.Fact{}
	for f := range truth.Facts {
		as := factOf[f]
		if as.fact == attribute.NoFact || as.family == attribute.NoFamily {
			t.Errorf("%s is lost", f)
		}
		if was, is := taken[as.fact]; is {
			t.Errorf("%s and %s are one fact of attribution", was, f)
		}
		taken[as.fact] = f
	}
	for _, c := range []struct {
		r    truth.Reading
		want instant.Interval
	}{
		{truth.Reading{At: 5000, Written: 1, Seen: true}, instant.Interval{Lo: 5000, Hi: 5000}},
		{truth.Reading{At: 5000, Written: 1000, Cut: true, Seen: true}, instant.Interval{Lo: 5000, Hi: 5999}},
		{truth.Reading{At: 5000, Written: 1000, Seen: true}, instant.Interval{Lo: 4500, Hi: 5999}},
	} {
		if got := interval(c.r); got != c.want {
			t.Errorf("%+v is %v, want %v", c.r, got, c.want)
		}
	}
	c := truth.New(1, 1, truth.Ordinary(80))
	a := &attribution{}
	a.take(c)
	for i := range c.Recordings {
		for f, as := range factOf {
			r, to := c.Recordings[i].Facts[f], a.recordings[i].Readings[as.fact]
			if r.Seen != to.Present() || r.Seen && to.Lo != r.At {
				t.Fatalf("recording %d: %s is %v, was %v", i, truth.Fact(f), to, r)
			}
		}
	}
}

// names is a verdict that names; says is one that does not.
func names(c truth.Cause) string { return verdict{word: named, cause: c}.String() }

// nearTies are §7's adversarial cases, as plans, with what is expected of attribution. They are made by the generator,
// so that the same readings that the labels come from are judged.
var nearTies = []struct {
	name string
	n    int
	plan func(p *truth.Plan)
	want []string
}{
	{"12 minutes", 200, constantOf(720_000), []string{names(truth.Constant)}},
	{"15 minutes", 200, constantOf(900_000), []string{"ambiguous"}},
	{"15 minutes and 50 ms", 200, constantOf(900_050), []string{"ambiguous"}},
	{"15 minutes less 250 ms", 200, constantOf(899_750), []string{"ambiguous"}},
	{"15 minutes and 300 ms", 200, constantOf(900_300), []string{names(truth.Constant)}},
	{"58 recordings", 58, constantOf(720_000), []string{"insufficient", "consistent-with"}}, // §7 says the one, §6's story the other
	{"29 recordings", 29, func(p *truth.Plan) { p.Class = truth.QueueWait }, []string{"insufficient"}},
	{"one job and day", 200, func(p *truth.Plan) { constantOf(720_000)(p); p.Jobs, p.Span = 1, 3_600_000 }, []string{"consistent-with"}},
	{"gap", 200, func(p *truth.Plan) { p.Class = truth.Handoff }, []string{names(truth.Handoff)}},
	{"gap unseen", 200, func(p *truth.Plan) { p.Class, p.Missing[truth.Second] = truth.Handoff, true }, []string{"consistent-with", "unexplained"}},
	{"gap without variance", 200, func(p *truth.Plan) { p.Class, p.Gap = truth.Handoff, truth.Range{Lo: 2500, Hi: 2500} }, []string{"ambiguous"}},
	{"no gap's lag", 200, func(p *truth.Plan) {
		p.Class, p.Variant, p.Lags = truth.Unmodelled, 4, truth.Range{Lo: 2000, Hi: 3000}
	}, []string{"unexplained"}},
	{"two constants", 300, func(p *truth.Plan) {
		p.Class, p.Offset, p.Other, p.Share, p.Split = truth.Mixture, 720_000, 30_000, 600, truth.ByLot
	}, []string{"mixture", "unexplained"}},
	{"job in order", 200, func(p *truth.Plan) { p.Class, p.Layout = truth.Finalisation, truth.InOrder }, []string{names(truth.Finalisation)}},
	{"stamp and a lag", 200, func(p *truth.Plan) { p.Class, p.Variant, p.Delta, p.Layout = truth.Finalisation, 1, 7000, truth.Async }, []string{names(truth.Finalisation)}},
	{"whole seconds: wait", 200, func(p *truth.Plan) { p.Class, p.Row, p.Others = truth.QueueWait, truth.CutUnsaid, truth.ZeroedCut }, []string{names(truth.QueueWait)}},
	{"whole seconds: stamp", 200, func(p *truth.Plan) { p.Class, p.Row, p.Others = truth.Finalisation, truth.Cut, truth.Rounded }, []string{names(truth.Finalisation)}},
	{"whole seconds: constant", 200, func(p *truth.Plan) { constantOf(720_000)(p); p.Row, p.Others = truth.Rounded, truth.Zeroed }, []string{names(truth.Constant)}},
	{"whole seconds: gap", 200, func(p *truth.Plan) { p.Class, p.Row, p.Others = truth.Handoff, truth.Rounded, truth.Zeroed }, []string{"aligned", "consistent-with", "unexplained", "ambiguous"}},
	{"whole seconds: nothing", 200, func(p *truth.Plan) { p.Row, p.Others = truth.Rounded, truth.ZeroedCut }, []string{"aligned"}},
}

func constantOf(offset int64) func(p *truth.Plan) {
	return func(p *truth.Plan) { p.Class, p.Offset = truth.Constant, offset }
}

func TestNearTies(t *testing.T) {
	for i, c := range nearTies {
		t.Run(c.name, func(t *testing.T) {
			p := truth.Ordinary(c.n)
			p.Jitter = 4000
			c.plan(&p)
			got := newAttribution().cohort(truth.New(21, i, p)).String()
			for _, want := range c.want {
				if got == want {
					return
				}
			}
			t.Errorf("%s, want one of %q", got, c.want)
		})
	}
}

// TestRemovals: to see less never turns one named cause into another, and never makes a name of what was ambiguous (§7's
// metamorphic laws), on the mix itself.
func TestRemovals(t *testing.T) {
	removals, doubted, kept := 0, 0, 0
	for i := range 3 * int(truth.Causes) {
		class := truth.Cause(i % int(truth.Causes))
		p := truth.Draw(22, class, i)
		was := newAttribution().cohort(truth.New(22, i, p))
		if was.word != named && was.word != ambiguous {
			continue
		}
		for f := truth.Created; f < truth.Facts; f++ {
			if p.Missing[f] || f == truth.SessionStart || f == truth.SessionEnd {
				continue
			}
			less := p
			less.Missing[f] = true
			got := newAttribution().cohort(truth.New(22, i, less))
			removals++
			if was.word == ambiguous {
				doubted++
			}
			if got.word == named && got.cause != was.cause {
				t.Errorf("%s %d was %s, without %s it is %s", class, i, was, f, got)
			}
			if got == was {
				kept++
			}
		}
	}
	if removals < 300 || doubted < 40 || kept < removals/2 {
		t.Errorf("%d removals, %d of them from an ambiguous verdict; %d left the verdict as it was", removals, doubted, kept)
	}
}

// TestSwappedLabels: where two clocks change their labels, the locus changes with them and the cause does not.
func TestSwappedLabels(t *testing.T) {
	p := truth.Ordinary(200)
	p.Class, p.Offset, p.Jitter = truth.Constant, 720_000, 3000
	c := truth.New(23, 0, p)
	judged := func() attribute.CohortVerdict {
		m, cohort := (&attribution{}).take(c)
		return m.Cohort(cohort)
	}
	before := judged()
	for i := range c.Recordings {
		f := &c.Recordings[i].Facts
		f[truth.Start], f[truth.SessionStart] = f[truth.SessionStart], f[truth.Start]
		f[truth.End], f[truth.SessionEnd] = f[truth.SessionEnd], f[truth.End]
		// The rest of the platform's clock goes with it.
		for _, g := range []truth.Fact{truth.ACD, truth.Connect, truth.FirstEnd, truth.Second, truth.WrapEnd, truth.AnsweredStart, truth.OriginalStart, truth.Creation} {
			f[g].At += p.Offset
		}
	}
	after := judged()
	if before.Locus != attribute.LocusExport || after.Locus != attribute.LocusPlatform || before.Cause != after.Cause || before.Offset != -after.Offset {
		t.Errorf("locus %s, then %s; cause %s, then %s; offset %d, then %d", before.Locus, after.Locus, before.Cause, after.Cause, before.Offset, after.Offset)
	}
}
