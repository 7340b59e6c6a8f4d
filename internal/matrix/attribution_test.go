package main

import (
	"slices"
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
	c := truth.New(1, 1, truth.Plain(80))
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

// facts are a recording's, to be changed.
type facts = [truth.Facts]truth.Reading

// byHand changes each of n plain recordings.
func byHand(seed uint64, n int, change func(i int, r *truth.Recording, f *facts)) *truth.Cohort {
	c := truth.New(seed, n, truth.Plain(n))
	for i := range c.Recordings {
		change(i, &c.Recordings[i], &c.Recordings[i].Facts)
	}
	return c
}

// row moves a row.
func row(f *facts, by int64) {
	for _, field := range []truth.Fact{truth.Start, truth.End, truth.Created} {
		f[field].At += by
	}
}

func constantOf(offset int64) func(int, *truth.Recording, *facts) {
	return func(_ int, _ *truth.Recording, f *facts) { row(f, offset) }
}

func waits(_ int, _ *truth.Recording, f *facts) { f[truth.Start] = f[truth.Connect] }

func stamps(_ int, _ *truth.Recording, f *facts) { f[truth.End] = f[truth.Finalised] }

// gaps moves created by the gap of the two agents.
func gaps(_ int, r *truth.Recording, f *facts) {
	if r.Agents == 2 {
		f[truth.Created].At += f[truth.Second].At - f[truth.FirstEnd].At
	}
}

// coarse lets every source write whole seconds: rounded or cut, and as .000 or without a fraction.
func coarse(change func(int, *truth.Recording, *facts)) func(int, *truth.Recording, *facts) {
	return func(i int, r *truth.Recording, f *facts) {
		change(i, r, f)
		for k := range f {
			field := truth.Fact(k)
			if _, instant := field.Clock(); !instant || !f[k].Seen {
				continue
			}
			if field <= truth.Created {
				f[k].At += 500
			}
			f[k].At -= f[k].At % 1000
			if field > truth.Header {
				f[k].Written, f[k].Cut = 1000, field != truth.Uploaded
			}
		}
	}
}

// nearTies are §7's adversarial cases, by hand, with what is expected of attribution.
var nearTies = []struct {
	name   string
	n      int
	change func(i int, r *truth.Recording, f *facts)
	want   []string
}{
	{"12 minutes", 200, constantOf(720_000), []string{names(truth.Constant)}},
	{"15 minutes", 200, constantOf(900_000), []string{"ambiguous"}},
	{"15 minutes and 50 ms", 200, constantOf(900_050), []string{"ambiguous"}},
	{"15 minutes less 250 ms", 200, constantOf(899_750), []string{"ambiguous"}},
	{"15 minutes and 300 ms", 200, constantOf(900_300), []string{names(truth.Constant)}},
	{"58 recordings", 58, constantOf(720_000), []string{"insufficient", "consistent-with"}}, // §7 says the one, §6's story the other
	{"29 recordings", 29, waits, []string{"insufficient"}},
	{"one job and day", 200, func(i int, r *truth.Recording, f *facts) {
		r.Job = 0
		back := (f[truth.SessionStart].At/dayMS - 20_500) * dayMS
		for k := range f {
			if _, instant := truth.Fact(k).Clock(); instant {
				f[k].At -= back
			}
		}
		row(f, 720_000)
	}, []string{"consistent-with"}},
	{"gap", 200, gaps, []string{names(truth.Handoff)}},
	{"gap unseen", 200, func(i int, r *truth.Recording, f *facts) {
		gaps(i, r, f)
		f[truth.Second] = truth.Reading{}
	}, []string{"consistent-with", "unexplained"}},
	{"gap without variance", 200, func(i int, r *truth.Recording, f *facts) {
		f[truth.Second].At = f[truth.FirstEnd].At + 2500
		gaps(i, r, f)
	}, []string{"ambiguous"}},
	{"no gap's lag", 200, func(i int, r *truth.Recording, f *facts) {
		if r.Agents == 2 {
			f[truth.Created].At += 2000 + int64(i*7919%1000)
		}
	}, []string{"unexplained"}},
	{"two constants", 300, func(i int, _ *truth.Recording, f *facts) { row(f, []int64{720_000, 30_000, 720_000}[i%3]) }, []string{"mixture", "unexplained"}},
	{"job in order", 200, func(i int, r *truth.Recording, f *facts) {
		f[truth.Finalised].At = f[truth.SessionStart].At + 86_400_000
		stamps(i, r, f)
	}, []string{names(truth.Finalisation)}},
	{"stamp and a lag", 200, func(i int, r *truth.Recording, f *facts) {
		stamps(i, r, f)
		f[truth.End].At += 7000
	}, []string{names(truth.Finalisation)}},
	{"whole seconds: wait", 200, coarse(waits), []string{names(truth.QueueWait)}},
	{"whole seconds: stamp", 200, coarse(stamps), []string{names(truth.Finalisation)}},
	{"whole seconds: constant", 200, coarse(constantOf(720_000)), []string{names(truth.Constant)}},
	{"whole seconds: gap", 200, coarse(gaps), []string{"aligned", "consistent-with", "unexplained", "ambiguous"}},
	{"whole seconds: nothing", 200, coarse(func(int, *truth.Recording, *facts) {}), []string{"aligned"}},
}

func TestNearTies(t *testing.T) {
	for _, c := range nearTies {
		t.Run(c.name, func(t *testing.T) {
			got := newAttribution().cohort(byHand(21, c.n, c.change)).String()
			for _, want := range c.want {
				if got == want {
					return
				}
			}
			t.Errorf("%s, want one of %q", got, c.want)
		})
	}
}

// without is a cohort in which nobody knows a fact.
func without(c *truth.Cohort, f truth.Fact) (less *truth.Cohort, known bool) {
	less = &truth.Cohort{Observed: truth.Observed{Recordings: slices.Clone(c.Recordings), Zone: c.Zone}, Plan: c.Plan, Causes: c.Causes}
	for i := range less.Recordings {
		known = known || less.Recordings[i].Facts[f].Seen
		less.Recordings[i].Facts[f] = truth.Reading{}
	}
	return less, known
}

// TestRemovals: to see less never turns one named cause into another, and never makes a name of what was ambiguous (§7's
// metamorphic laws), on the mix itself. A constant is a shape and names no mechanism: that is left where what made it is
// not seen any more.
func TestRemovals(t *testing.T) {
	removals, doubted, kept := 0, 0, 0
	for i := range 6 * int(truth.Causes) {
		class := truth.Cause(i % int(truth.Causes))
		c := truth.New(22, i, truth.Draw(22, class, i))
		was := newAttribution().cohort(c)
		if was.word != named && was.word != ambiguous {
			continue
		}
		for f := truth.Created; f < truth.Facts; f++ {
			less, known := without(c, f)
			if !known || f == truth.SessionStart || f == truth.SessionEnd {
				continue
			}
			got := newAttribution().cohort(less)
			removals++
			if was.word == ambiguous {
				doubted++
			}
			if got.word == named && got.cause != truth.Constant && (was.word == ambiguous || got.cause != was.cause) {
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
	const offset = 720_000
	c := byHand(23, 200, constantOf(offset))
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
			f[g].At += offset
		}
	}
	after := judged()
	if before.Locus != attribute.LocusExport || after.Locus != attribute.LocusPlatform || before.Cause != after.Cause || before.Offset != -after.Offset {
		t.Errorf("locus %s, then %s; cause %s, then %s; offset %d, then %d", before.Locus, after.Locus, before.Cause, after.Cause, before.Offset, after.Offset)
	}
}
