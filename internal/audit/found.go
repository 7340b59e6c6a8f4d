package audit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxKept is how many violations of one rule a report lists; all are counted.
const maxKept = 20

// found collects violations.
type found struct {
	byKind map[string]int
	byRule map[string]int
	kept   map[string][]Violation
}

func newFound() *found {
	return &found{byKind: map[string]int{}, byRule: map[string]int{}, kept: map[string][]Violation{}}
}

// clone lets Check be called twice on one Log.
func (f *found) clone() *found {
	c := &found{byKind: maps.Clone(f.byKind), byRule: maps.Clone(f.byRule), kept: map[string][]Violation{}}
	for rule, list := range f.kept {
		c.kept[rule] = slices.Clone(list)
	}
	return c
}

func (f *found) merge(o *found) {
	for kind, n := range o.byKind {
		f.byKind[kind] += n
	}
	for rule, n := range o.byRule {
		f.byRule[rule] += n
	}
	for rule, list := range o.kept {
		f.kept[rule] = append(f.kept[rule], list[:min(len(list), maxKept-min(maxKept, len(f.kept[rule])))]...)
	}
}

// add notes one violation. The sentence is made only where it is kept.
func (f *found) add(rule, kind string, at place, format string, args ...any) {
	f.addMany(1, rule, kind, at, format, args...)
}

// addMany notes n violations that one sentence speaks of.
func (f *found) addMany(n int, rule, kind string, at place, format string, args ...any) {
	if _, known := ruleOf[rule]; !known {
		panic("audit: rule " + rule + " is not in the catalogue")
	}
	f.byKind[kind] += n
	f.byRule[rule] += n
	if len(f.kept[rule]) < maxKept {
		f.kept[rule] = append(f.kept[rule], Violation{Kind: kind, Rule: rule, Where: at.String(), Says: fmt.Sprintf(format, args...)})
	}
}

// into writes what was found into a report, in the catalogue's order.
func (f *found) into(r *Report) {
	r.Lost, r.Doubled, r.Forks, r.Holes, r.Wrong = f.byKind[Lost], f.byKind[Doubled], f.byKind[Fork], f.byKind[Hole], f.byKind[Wrong]
	r.ByRule = f.byRule
	r.Violations = []Violation{}
	for _, rule := range Rules() {
		r.Violations = append(r.Violations, f.kept[rule.Name]...)
	}
}

// place is where a record stands.
type place struct {
	topic     string
	partition int32
	offset    int64 // -1: the partition as a whole
}

func (p place) String() string {
	if p.offset < 0 {
		return fmt.Sprintf("%s/%d", p.topic, p.partition)
	}
	return fmt.Sprintf("%s/%d@%d", p.topic, p.partition, p.offset)
}

// String is the report for a person: one line of counts, one of verdicts, then what was found, rule by rule.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "inputs=%d observations=%d redelivered=%d nothing=%d dead_letters=%d leaves=%d markers=%d alerts=%d measures=%d openings=%d probes=%d ticks=%d\n",
		r.Inputs, r.Observations, r.Redelivered, r.Nothing, r.DeadLetters, r.Leaves, r.Markers, r.Alerts, r.Measures, r.Openings, r.Probes, r.Ticks)
	fmt.Fprintf(&b, "lost=%d doubled=%d forks=%d holes=%d wrong=%d\n", r.Lost, r.Doubled, r.Forks, r.Holes, r.Wrong)
	for _, v := range slices.SortedStableFunc(slices.Values(r.Violations), func(a, b Violation) int { return cmp.Compare(a.Rule, b.Rule) }) {
		fmt.Fprintf(&b, "%-8s %-20s %-34s %s\n", v.Kind, v.Rule, v.Where, v.Says)
	}
	listed := map[string]int{}
	for _, v := range r.Violations {
		listed[v.Rule]++
	}
	for _, rule := range slices.Sorted(maps.Keys(r.ByRule)) {
		if more := r.ByRule[rule] - listed[rule]; more > 0 {
			fmt.Fprintf(&b, "         %-20s and %d more\n", rule, more)
		}
	}
	return b.String()
}
