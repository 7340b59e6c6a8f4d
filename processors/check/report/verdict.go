package report

import (
	"slices"

	"holdfast.example/processors/correlate/attribute"
)

// cause says what the verdict comes to, its grade first.
func cause(v *attribute.CohortVerdict) string {
	switch v.Grade {
	case attribute.Established:
		return causeName(v.Cause) + ", established: " + stands(v)
	case attribute.ConsistentWith:
		if v.Cause == attribute.CauseConstant && v.Job != "" {
			return "consistent with a constant within the export job " + plain(v.Job) + ": other jobs were not seen"
		}
		return "consistent with " + causeName(v.Cause) + ", not proven: " + stands(v) + others(v)
	case attribute.Ambiguous:
		return "ambiguous: " + listed(causeNames(v.Candidates.List()), "or") + " would explain it equally well" + zones(v)
	case attribute.Unexplained:
		return unexplained(v)
	case attribute.Insufficient:
		return "not judged: too few recordings" + others(v)
	}
	if v.Candidates.Len() > 0 {
		return "not comparable, but it could be " + listed(causeNames(v.Candidates.List()), "or") + zones(v)
	}
	return "not comparable: no like time stands against another"
}

func unexplained(v *attribute.CohortVerdict) string {
	switch {
	case v.Cause == attribute.CauseConstant:
		return "unexplained: all are off by one constant amount, and no known mechanism is shown to make it"
	case v.Shape == attribute.Mixture && v.Splits != attribute.StratumNone:
		return "unexplained: more than one offset in one cohort; " + strataName(v.Splits) + " tells them apart"
	case v.Shape == attribute.Mixture:
		return "unexplained: more than one offset in one cohort, and neither job, day, job size nor number of agents tells them apart"
	}
	return "unexplained: none of the known mechanisms fits" + others(v)
}

// stands says what is claimed, and how many recordings bear it out.
func stands(v *attribute.CohortVerdict) string {
	if v.Hypothesis >= attribute.HypothesisCount {
		return "no hypothesis"
	}
	return Claim(v.Hypothesis) + "; " + Grounds(v, v.Hypothesis) + zones(v)
}

func zones(v *attribute.CohortVerdict) string {
	if len(v.Zones) == 0 {
		return ""
	}
	out := make([]string, len(v.Zones))
	for i, z := range v.Zones {
		out[i] = plain(z)
	}
	return " (zones that fit: " + listed(out, "or") + ")"
}

// others are the candidates beside the cause.
func others(v *attribute.CohortVerdict) string {
	left := slices.DeleteFunc(v.Candidates.List(), func(c attribute.Cause) bool { return c == v.Cause })
	if len(left) == 0 {
		return ""
	}
	return "; still open: " + listed(causeNames(left), "or")
}

// States of a rival, as they are printed.
const (
	stateExcluded = "excluded"
	stateFits     = "not excluded"
	stateUntested = "not testable"
)

// rivals says of every hypothesis but the one that stands why it is out, or why not; hypotheses of which the same is to
// be said are told once. What is excluded comes first, then what is not, then what could not be tested.
func rivals(v *attribute.CohortVerdict) []rival {
	var out []rival
	for _, state := range [...]attribute.State{attribute.Excluded, attribute.WasTested, attribute.NotTestable} {
		from := len(out)
		for i := range v.Hypotheses {
			t := &v.Hypotheses[i]
			if t.State != state || t.Hypothesis == v.Hypothesis && v.Cause != attribute.NoCause {
				continue
			}
			text := Grounds(v, t.Hypothesis)
			at := slices.IndexFunc(out[from:], func(r rival) bool { return r.text == text })
			if at < 0 {
				out = append(out, rival{state: stateWord(state), text: text})
				at = len(out) - 1 - from
			}
			out[from+at].names = append(out[from+at].names, t.Hypothesis.String())
		}
	}
	return out
}

func stateWord(s attribute.State) string {
	switch s {
	case attribute.Excluded:
		return stateExcluded
	case attribute.WasTested:
		return stateFits
	}
	return stateUntested
}

// ownVerdict is a recording's verdict in a column.
func (r *row) ownVerdict() string {
	grade := r.grade.String()
	switch {
	case r.cause != attribute.NoCause:
		return grade + " " + causeWord(r.cause)
	case r.candidates.Len() == 0:
		return grade
	}
	s := ""
	for i, c := range r.candidates.List() {
		if i > 0 {
			s += ", "
		}
		s += causeWord(c)
	}
	return grade + " (" + s + ")"
}
