package main

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"holdfast.example/internal/audit"
	"holdfast.example/internal/rig"
)

// row is what came of one kind.
type row struct {
	fired, hit int
	slowest    time.Duration
}

// tally counts the faults by kind, in the order of the list.
type tally struct {
	kinds []*rig.Kind
	rows  map[string]*row
	fired atomic.Int64
}

func newTally(kinds []*rig.Kind) *tally {
	t := &tally{kinds: kinds, rows: map[string]*row{}}
	for _, k := range kinds {
		t.rows[k.Name] = &row{}
	}
	return t
}

func (t *tally) add(f *rig.Fault, o rig.Outcome) {
	r := t.rows[f.Kind.Name]
	t.fired.Add(1)
	r.fired++
	if o.Hit {
		r.hit++
	}
	r.slowest = max(r.slowest, o.Recovered)
}

// count is how many are over.
func (t *tally) count() int { return int(t.fired.Load()) }

// unfired are the kinds that did not fire.
func (t *tally) unfired() []string {
	var out []string
	for _, k := range t.kinds {
		if t.rows[k.Name].fired == 0 {
			out = append(out, k.Name)
		}
	}
	return out
}

// print prints the table.
func (t *tally) print(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "kind\tfired\topen\tslowest\twhat it is") // tabwriter keeps the error for Flush
	for _, k := range t.kinds {
		r := t.rows[k.Name]
		_, _ = fmt.Fprintf(out, "%s\t%d\t%d\t%.1fs\t%s\n", k.Name, r.fired, r.hit, r.slowest.Seconds(), k.Says)
	}
	_, _ = fmt.Fprintln(out, "open: how often a worker's transaction was open at the broker; slowest: from the fault's begin, its own length included,")
	_, _ = fmt.Fprintln(out, "until all that stood in observations after it was folded; for information, nothing is judged by it")
	return out.Flush()
}

// verdict is the end of a run: what is wrong, if anything, and the last line.
func verdict(t *tally, wanted int, r *audit.Report) (wrong []string, last string) {
	if r.Lost+r.Doubled+r.Forks+r.Holes > 0 {
		wrong = append(wrong, "not every input is accounted for exactly once")
	}
	if r.Wrong > 0 {
		wrong = append(wrong, fmt.Sprintf("wrong=%d", r.Wrong))
	}
	if names := t.unfired(); len(names) > 0 {
		wrong = append(wrong, "did not fire: "+strings.Join(names, ", "))
	}
	if r.Inputs < wanted {
		wrong = append(wrong, fmt.Sprintf("the raw topics hold %d inputs, %d were wanted", r.Inputs, wanted))
	}
	return wrong, fmt.Sprintf("faults=%d kinds=%d inputs=%d lost=%d doubled=%d forks=%d holes=%d",
		t.count(), len(t.kinds)-len(t.unfired()), r.Inputs, r.Lost, r.Doubled, r.Forks, r.Holes)
}

// violations prints what the audit found, the first of each rule.
func violations(w io.Writer, r *audit.Report) {
	const most = 40
	for i, v := range r.Violations {
		if i == most {
			fmt.Fprintf(w, "... and %d more\n", len(r.Violations)-most)
			return
		}
		fmt.Fprintf(w, "%s %s %s: %s\n", v.Kind, v.Rule, v.Where, v.Says)
	}
}
