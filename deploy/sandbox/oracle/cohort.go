package oracle

import (
	"slices"

	"holdfast.example/deploy/sandbox/truth"
)

// Figures of a cohort's judgement, as docs/RULES.md gives them.
const (
	cohortLeast  = 30 // recordings before anything is judged
	stratumAll   = "all"
	stratumMulti = "agents>=2"
)

// verdictOf is what a cohort's last judgement must say.
type verdictOf struct {
	members []measured // that can be compared, by the truth
	shape   string     // aligned, translation, start-only, ...
	stratum string
	offsets []int64 // of those departing in the stratum, ascending
	strays  []measured
}

// judgementOf computes it from the truth.
func (j *judge) judgementOf(c *truth.Cohort) verdictOf {
	v := verdictOf{shape: "aligned", stratum: stratumAll}
	departing := map[bool][]measured{} // by whether two agents or more took part
	size := map[bool]int{}
	for r := range j.world.Recordings() {
		if r.Conversation.Cohort != c {
			continue
		}
		m := measure(r)
		if !m.comparable {
			continue
		}
		v.members = append(v.members, m)
		size[m.agents > 1]++
		if m.shape != "aligned" {
			departing[m.agents > 1] = append(departing[m.agents > 1], m)
		}
	}
	of := departing[true]
	switch all := len(departing[true]) + len(departing[false]); {
	case all*10 >= len(v.members)*8:
		of = append(slices.Clone(of), departing[false]...)
	case size[true] >= cohortLeast && len(departing[true])*2 >= size[true] && len(departing[false]) == 0:
		v.stratum = stratumMulti
	default:
		v.strays = append(slices.Clone(of), departing[false]...)
		return v
	}
	if len(of) > 0 {
		v.shape = of[0].shape
	}
	for _, m := range of {
		v.offsets = append(v.offsets, m.offset())
	}
	slices.Sort(v.offsets)
	return v
}

// within reports whether an offset can be the lower median of n of the true offsets.
func (v verdictOf) within(offset, n int64) bool {
	have := int64(len(v.offsets))
	n = min(n, have)
	if n == 0 {
		return false
	}
	low := v.offsets[(n-1)/2]
	high := v.offsets[have-n+(n-1)/2]
	return low <= offset && offset <= high
}

// cohort checks the last judgement of one cohort, and learns its entity.
func (j *judge) cohort(c *truth.Cohort) {
	var ls []*leaf
	for _, entity := range sorted(j.byEntity) {
		for _, l := range j.byEntity[entity] {
			if l.kind == "cohort" && l.body.text("provider") == c.Provider {
				ls = append(ls, l)
			}
		}
	}
	want := j.judgementOf(c)
	if len(want.members) < cohortLeast {
		if len(ls) > 0 {
			j.object("cohort", "%s: judged, with %d recordings", c.Name, len(want.members))
		}
		return
	}
	if len(ls) == 0 {
		j.object("cohort", "%s: never judged, with %d recordings", c.Name, len(want.members))
		return
	}
	last := ls[len(ls)-1]
	j.cohorts[c] = last.entity
	wrong := func(name string, got, expect any) {
		j.object("cohort", "%s, %s, seq %d: %s is %v, want %v", c.Name, last.entity[:19], last.seq, name, got, expect)
	}
	for i, l := range ls {
		if l.entity != last.entity {
			j.object("cohort", "%s has two entities", c.Name)
		}
		if i > 0 && sameBody(l.body, ls[i-1].body) {
			wrong("a judgement", "repeated", "a new one")
		}
	}
	j.cohortBody(c, last, want, wrong)
	for _, m := range want.members {
		j.cohortNamed(m, last.entity)
	}
}

func (j *judge) cohortBody(c *truth.Cohort, last *leaf, want verdictOf, wrong func(string, any, any)) {
	b, all := last.body, int64(len(want.members))
	n, _ := b.number("n")
	if n < cohortLeast || n > all || n*2 <= all {
		wrong("n", n, all)
	}
	if b.text("channel") != upper(c.Channel) {
		wrong("channel", b.text("channel"), upper(c.Channel))
	}
	if org := b.text("organization_id"); org != "" && org != j.world.Organization {
		wrong("organization_id", org, j.world.Organization)
	}
	if b.text("shape") != want.shape {
		wrong("shape", b.text("shape"), want.shape)
	}
	grade := "unexplained"
	if want.shape == "aligned" {
		grade = "established"
	}
	if b.text("grade") != grade {
		wrong("grade", b.text("grade"), grade)
	}
	if want.shape == "aligned" {
		if d, _ := b.number("departing"); d > int64(len(want.strays)) {
			wrong("departing", d, len(want.strays))
		}
		return
	}
	if b.text("stratum") != want.stratum {
		wrong("stratum", b.text("stratum"), want.stratum)
	}
	d, _ := b.number("departing")
	of, _ := b.number("stratum_n")
	if d < 1 || d > int64(len(want.offsets)) || d > of || of > n {
		wrong("departing", []int64{d, of}, len(want.offsets))
	}
	if offset, ok := b.number("offset_ms"); !ok || !want.within(offset, d) {
		wrong("offset_ms", offset, "the median of the true offsets")
	}
	spread, ok := b.number("spread_ms")
	if !ok || spread < 0 || spread > want.offsets[len(want.offsets)-1]-want.offsets[0] {
		wrong("spread_ms", spread, "their spread")
	}
}

// cohortNamed checks that a recording's last verdict names the cohort that judges it.
func (j *judge) cohortNamed(m measured, entity string) {
	var last *leaf
	for _, l := range j.byEntity[conversationEntity(m.recording.Conversation)] {
		if l.kind == "verdict" && l.body.text("recording_id") == m.recording.ID {
			last = l
		}
	}
	if last != nil && last.body.text("cohort") != entity {
		j.object("verdict", "%s, seq %d: names cohort %q, want %s", last.entity, last.seq, last.body.text("cohort"), entity)
	}
}

func upper(s string) string {
	out := []byte(s)
	for i, c := range out {
		if 'a' <= c && c <= 'z' {
			out[i] = c - 32
		}
	}
	return string(out)
}
