package report

import (
	"encoding/json"
	"maps"
	"slices"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/leaf"
)

// verdictMembers are those of a verdict that stand in words, or in a comparison.
var verdictMembers = []string{"agents", "cohort", "grade", "locus", "mechanism", "missing", "offset_ms", "offsets", "offsets_more", "recording_id", "shape"}

// verdict: the newest counts.
func (t *Tale) verdict(l *leaf.Leaf, body json.RawMessage) {
	v := l.Verdict
	t.times(l, "verdict on "+v.RecordingID, "", "")
	x := t.recording(v.RecordingID)
	x.Verdict, x.Record, x.Offsets, x.Says = body, &l.Seq, []Compared{}, nil
	t.cohorts[v.RecordingID] = v.Cohort
	field := attribute.NoFact
	for _, o := range v.Offsets {
		c := Compared{Field: o.Field, ClockA: o.ClockA, ClockB: o.ClockB, Lo: o.LoMS, Hi: o.HiMS}
		c.Departs = (instant.Interval{Lo: o.LoMS, Hi: o.HiMS}).Dist() > attribute.Slack
		if means, known := timeline.Means(o.Field); known {
			tau := attribute.Slack + o.HiMS - o.LoMS + 2 // the slack and both widths
			c.Tau = &tau
			if c.Departs && field == attribute.NoFact {
				field = means
			}
		}
		x.Offsets = append(x.Offsets, c)
	}
	shape := valueOf[attribute.Shape](v.Shape)
	text := Seen(shape, field)
	if v.OffsetMS != nil {
		text += ": " + signed(*v.OffsetMS, 0)
	}
	x.Says = append(x.Says, Said{"what is seen", text + " [" + v.Shape + "]"})
	if v.Locus != "" && shape != attribute.Aligned && shape != attribute.NotComparable {
		x.Says = append(x.Says, Said{"which clock departs", Departs(valueOf[attribute.Locus](v.Locus))})
	}
	x.Says = append(x.Says, Said{"verdict", graded(v.Grade, v.Mechanism)})
	if v.Missing != "" {
		x.Says = append(x.Says, Said{"what would decide", v.Missing})
	}
	x.Says = append(x.Says, rest(body, verdictMembers)...)
}

// graded is a grade and the mechanism it is of.
func graded(grade, mechanism string) string {
	if mechanism == "" {
		return grade
	}
	return grade + ", mechanism " + mechanism
}

// rest tells the members of a body that are not in words.
func rest(body json.RawMessage, told []string) (out []Said) {
	var all map[string]json.RawMessage
	if json.Unmarshal(body, &all) != nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(told, name) {
			text := string(all[name])
			var s string
			if json.Unmarshal(all[name], &s) == nil {
				text = s
			}
			out = append(out, Said{name, text})
		}
	}
	return out
}

// valueOf finds a closed word's value; the zero value where it is none.
func valueOf[T interface {
	~uint8
	String() string
}](name string) T {
	for v := range T(64) {
		if v.String() == name {
			return v
		}
	}
	return 0
}

// cohortMembers are those of a cohort that stand in words.
var cohortMembers = []string{"channel", "departing", "grade", "locus", "mechanism", "members", "n", "offset_ms", "organization_id", "provider", "shape",
	"spread_ms", "stratum", "stratum_n"}

// TakeCohort takes a leaf of a cohort: of its verdicts the newest counts.
func (t *Tale) TakeCohort(l *leaf.Leaf, b []byte) {
	c := l.Cohort
	if c == nil {
		return
	}
	body := bodyOf(b)
	name := title(&check.Key{Organization: c.OrganizationID, Channel: c.Channel, Provider: c.Provider})
	first := name + " · " + share(c.Departing, c.StratumN) + " recordings depart"
	if c.Stratum != "" {
		first += ", of stratum " + c.Stratum
	}
	second := graded(c.Grade, c.Mechanism) + " [" + c.Shape + "]"
	if c.OffsetMS != nil {
		second += ", " + signed(*c.OffsetMS, 0) + " (median)"
	}
	if c.SpreadMS != nil {
		second += ", spread " + length(*c.SpreadMS)
	}
	t.said[l.Entity] = CohortSaid{Name: name, Verdict: body,
		Says: append([]Said{{"cohort", first + "; n " + grouped(c.N)}, {"its verdict", second}}, rest(body, cohortMembers)...)}
}
