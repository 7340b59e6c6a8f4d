package report

import (
	"math"
	"math/bits"
	"strings"

	"holdfast.example/processors/correlate/attribute"
)

// numbers are a hypothesis's by name.
type numbers []attribute.Number

func (ns numbers) get(name string) (int64, bool) {
	for _, n := range ns {
		if n.Name == name {
			return n.Value, true
		}
	}
	return 0, false
}

func (ns numbers) of(name string) int64 {
	x, _ := ns.get(name)
	return x
}

// Grounds says by which number a hypothesis is excluded, or holds, or for want of what it could not be tested: a sentence
// without its stop. It is of the verdict's own table.
func Grounds(v *attribute.CohortVerdict, h attribute.Hypothesis) string {
	if h >= attribute.HypothesisCount {
		return ""
	}
	t := &v.Hypotheses[h]
	if t.State == attribute.NotTestable {
		if t.Missing.Need == attribute.NeedFact {
			return "would need " + FactName(t.Missing.Fact)
		}
		if s := Decide(t.Missing); s != "" {
			return "would need " + s
		}
		return "there was nothing to test it on"
	}
	ns := numbers(t.Numbers)
	switch h {
	case attribute.Rounding:
		return share(ns.of("misses_n"), ns.of("tested_n")) + " recordings depart by more than their writing explains (" + length(ns.of("tau_ms")) + ")"
	case attribute.StrippedZone:
		if bare := ns.of("zoneless_n"); bare > 0 {
			return share(bare, ns.of("tested_n")) + " times name no zone"
		}
		return "all " + grouped(ns.of("tested_n")) + " times name their zone"
	case attribute.JobSizeEffect:
		return "from the smallest to the largest job (" + count(ns.of("span_n"), "recording") + " more) the offset changes by " + length(ns.of("growth_ms")) +
			" (" + count(ns.of("pairs_n"), "pair") + " compared)"
	case attribute.EncryptionLatency:
		return "the offset is larger than the whole time from the export job's finish to S3 in " + share(ns.of("longer_n"), ns.of("tested_n")) +
			" recordings; that time is " + length(ns.of("window_ms")) + " (median)"
	case attribute.OtherRecording:
		if swaps := ns.of("swaps_n"); swaps > 0 {
			return count(swaps, "pair") + " of recordings bear each other's times, of " + grouped(ns.of("tested_n")) + " recordings"
		}
		return "no recording bears another's start and duration, of " + grouped(ns.of("tested_n"))
	}
	return fitted(v, t, ns)
}

// fitted speaks of the hypotheses that predict a field, with what was fitted to them first.
func fitted(v *attribute.CohortVerdict, t *attribute.Tested, ns numbers) string {
	switch t.Hypothesis {
	case attribute.ZoneShift:
		if away, ok := ns.get("lattice_ms"); ok && t.State == attribute.Excluded {
			s := "the nearest zone offset is " + strings.Replace(signed(away, v.Tau), "+", "", 1) + " away; every zone is a multiple of 15 min"
			if _, tested := ns.get("tested_n"); tested {
				s += "; the configured zone that fits best: " + fits(v, t, ns)
			}
			return s
		}
		if before, ok := ns.get("before_n"); ok {
			return fits(v, t, ns) + "; " + grouped(before) + " before and " + grouped(ns.of("after_n")) + " after a change of the clocks"
		}
	case attribute.DSTSplit:
		if fixed := ns.of("fixed_ms"); t.State == attribute.Excluded && int64(magnitude(fixed)) <= v.Tau {
			return "the fixed offset would be " + length(fixed) + ": that is the zone itself"
		}
		return fits(v, t, ns) + ", with a fixed offset of " + signed(ns.of("fixed_ms"), v.Tau)
	case attribute.FinalisationDelayed:
		return "the offset follows the export job's finish with a slope of " + slope(ns.of("slope_ppm")) + " (a stamp has 1.000; " + count(ns.of("pairs_n"), "pair") +
			" compared)" + unless(t.State == attribute.Excluded, "; "+fits(v, t, ns)+", with "+signed(ns.of("delta_ms"), v.Tau)+" more")
	case attribute.RateSkew:
		most := rise(ns.of("slope_ppb"), ns.of("span_ms"))
		s := "over " + span(ns.of("span_ms")) + " the offset changes by " + length(most) + " (" + grouped(ns.of("slope_ppm")) + " ppm)"
		if t.State == attribute.Excluded && magnitude(most) < 20*magnitude(v.Tau) {
			return s + "; a skew must come to " + length(20*v.Tau) + " at least, 20 times the precision"
		}
		return s + "; " + fits(v, t, ns)
	case attribute.ConstantOffset:
		if int64(magnitude(ns.of("offset_ms"))) <= v.Tau {
			return "the constant would be " + length(ns.of("offset_ms")) + ", which is within the precision of " + length(v.Tau)
		}
		return "one offset of " + signed(ns.of("offset_ms"), v.Tau) + " " + fits(v, t, ns)
	}
	return fits(v, t, ns)
}

// rise is what a slope in ppb amounts to over a span; it saturates.
func rise(ppb, span int64) int64 {
	hi, lo := bits.Mul64(magnitude(ppb), magnitude(span))
	if hi >= 1_000_000_000 {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, 1_000_000_000)
	x := int64(min(q, math.MaxInt64))
	if (ppb < 0) != (span < 0) {
		return -x
	}
	return x
}

// slope writes ppm as a number with three decimals: 1,000,000 ppm is 1.000.
func slope(ppm int64) string {
	sign, u := "", (magnitude(ppm)+500)/1000
	if ppm < 0 && u > 0 {
		sign = "-"
	}
	return sign + grouped(int64(u/1000)) + "." + pad3(u%1000)
}

func pad3(u uint64) string {
	return string([]byte{'0' + byte(u/100%10), '0' + byte(u/10%10), '0' + byte(u%10)})
}

// fits says how many recordings are as predicted, and why that is not enough where it is not.
func fits(v *attribute.CohortVerdict, t *attribute.Tested, ns numbers) string {
	n, misses, may := ns.of("tested_n"), ns.of("misses_n"), ns.of("tolerance_n")
	s := "fits " + share(n-misses, n) + " recordings"
	within, judged := ns.get("within_n")
	switch {
	case misses > may:
		s += ", and must fit " + grouped(n-may) + " at least"
		if judged && within > n-misses {
			s += "; " + grouped(within) + " come near, within five times the precision"
		}
	case t.State != attribute.Excluded:
	case t.Holds:
		s += ", but misses clearly many that " + standing(v) + " fits"
	case !judged:
		s += ", which are too few to hold anything"
	default:
		s += ", but predicts no departure in nine of ten, so it explains none"
	}
	return s
}

// standing is the hypothesis that the verdict stands on, in a sentence.
func standing(v *attribute.CohortVerdict) string {
	if v.Hypothesis < attribute.HypothesisCount {
		return v.Hypothesis.String()
	}
	return "what is left"
}
