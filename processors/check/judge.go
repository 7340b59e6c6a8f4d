package check

import (
	"context"
	"crypto/sha256"
	"iter"
	"maps"
	"slices"
	"strings"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
)

// maxCohorts bounds the cohorts of one check; recordings beyond are judged without one, and counted.
const maxCohorts = 1024

// Options say how to judge.
type Options struct {
	WindowMS int64            // how far apart in event time a recording and its session may lie; 0: 15 minutes
	Zones    []attribute.Zone // in which local times might have been written
	FailOn   Threshold
	Keep     string         // a conversation whose readings are all kept, to be told; empty: none
	Progress func(Progress) // may be nil
}

// Threshold is from where on a departing recording is a finding. The zero Threshold: always.
type Threshold struct {
	Grade attribute.Grade // GradeNotComparable: any
	MS    int64           // of the offset, either sign; 0: any
}

// defaultWindowMS is the pipeline's.
const defaultWindowMS = 15 * 60 * 1000

// Run takes in all files and judges them. An error is of a place that cannot be read at all, or the context's.
func Run(ctx context.Context, exports, evidence []Source, o Options) (*Result, error) {
	k := newIntake(o.Progress)
	k.keep = o.Keep
	if err := k.all(ctx, exports, evidence); err != nil {
		return nil, err
	}
	if o.WindowMS <= 0 {
		o.WindowMS = defaultWindowMS
	}
	j := &judge{dossier: k.dossier, options: o, cohorts: map[Key]*cohort{}}
	r := &Result{Files: k.files, judge: j}
	j.gather()
	r.Cohorts = j.verdicts()
	r.Summary = j.summary(k.files)
	return r, nil
}

// Result is a case that was judged.
type Result struct {
	Files   []File
	Cohorts []Cohort // in the order of their keys
	Summary Summary

	judge *judge
}

// Recordings are the recordings in the order of conversation and recording id, judged anew each time they are asked for:
// a hundred thousand of them are not kept. A recording is the caller's until the next one comes.
func (r *Result) Recordings() iter.Seq[*Recording] { return r.judge.recordings }

// judge knows what was taken in and, after the first pass, what its cohorts say.
type judge struct {
	*dossier
	options Options
	cohorts map[Key]*cohort
	without int64 // recordings that found no room in a cohort
}

// cohort is one cohort between the passes.
type cohort struct {
	key    Key
	index  int
	model  *attribute.Model
	basis  attribute.Basis
	state  *attribute.Cohort
	all    []*attribute.Recording // for the search of swapped ones
	spread *attribute.Spread
	swaps  map[[32]byte]*attribute.Swap
	said   attribute.CohortVerdict
}

// laid is one recording laid out.
type laid struct {
	conversation string
	r            *recording
	x            *export // the judged one
	ref          timeline.Reference
	observed     attribute.Recording
	key          Key
}

// each lays out every recording, in the order of conversation and recording id.
func (j *judge) each(yield func(*laid) bool) {
	for _, id := range slices.Sorted(maps.Keys(j.conversations)) {
		c := j.conversations[id]
		slices.SortFunc(c.recordings, func(a, b *recording) int { return strings.Compare(a.id, b.id) })
		for _, r := range c.recordings {
			l := j.lay(id, c, r)
			if !yield(&l) {
				return
			}
		}
	}
}

func (j *judge) lay(id string, c *conversation, r *recording) laid {
	l := laid{conversation: id, r: r, x: r.judged()}
	l.ref = c.Refer(l.x.Export, j.options.WindowMS)
	l.observed.ID = sha256.Sum256([]byte(r.id))
	for _, t := range r.told {
		timeline.Put(&l.observed, t.fact, t.Stamp)
	}
	c.Observe(&l.observed, l.x.Export, l.ref)
	if l.observed.Job = l.x.job; l.x.job != "" {
		l.observed.JobSize = j.jobs[l.x.job].size()
	}
	switch {
	case r.contradicted:
		l.observed.Pairing = attribute.PairingUnpinned
	case r.differs:
		l.observed.Pairing = attribute.PairingDiffers
	}
	l.key = Key{Organization: c.organization, Channel: l.x.Channel, Provider: l.x.Provider}
	if s := l.ref.Session; s != nil {
		if l.key.Channel == "" {
			l.key.Channel = s.Media
		}
		if l.key.Provider == "" {
			l.key.Provider = s.Provider
		}
	}
	if l.x.Declared() != attribute.NoFact {
		l.key.Created = l.x.Declared().String()
	}
	return l
}

// judged is the export that is judged: a manifest's row before a metadata file, because it is the manifest that is in
// question, then the first by the place where it stands. The exports are put into that order.
func (r *recording) judged() *export {
	slices.SortStableFunc(r.exports, func(a, b export) int {
		switch {
		case a.row != b.row && a.row:
			return -1
		case a.row != b.row:
			return 1
		}
		return a.file - b.file
	})
	return &r.exports[0]
}

// gather is the first pass.
func (j *judge) gather() {
	for l := range j.each {
		c := j.cohorts[l.key]
		if c == nil {
			if len(j.cohorts) == maxCohorts {
				j.without++
				continue
			}
			c = &cohort{key: l.key, state: attribute.NewCohort(), model: j.model(&l.key)}
			j.cohorts[l.key] = c
		}
		if l.observed.Pairing != attribute.PairingAgrees {
			continue // nobody knows whose times these are
		}
		observed := l.observed
		c.state.Add(&observed, false)
		c.all = append(c.all, &observed)
	}
}

func (j *judge) model(k *Key) *attribute.Model {
	table := attribute.Table{Zones: j.options.Zones}
	if k.Created != "" {
		table.Declared[attribute.Created] = attribute.RecordingCreated
	}
	return attribute.NewModel(table)
}

// verdicts judges the cohorts, in the order of their keys.
func (j *judge) verdicts() []Cohort {
	keys := slices.SortedFunc(maps.Keys(j.cohorts), func(a, b Key) int { return strings.Compare(a.sorted(), b.sorted()) })
	out := make([]Cohort, 0, len(keys))
	for i, k := range keys {
		c := j.cohorts[k]
		c.index, c.basis = i, c.state.Basis()
		c.said = c.model.Cohort(c.state)
		c.spread = c.model.Spread(c.state)
		found := c.model.Swaps(c.all, c.basis)
		c.said.TellSwaps(len(c.all), found)
		c.swaps = make(map[[32]byte]*attribute.Swap, 2*len(found))
		for i := range found {
			c.swaps[found[i].A], c.swaps[found[i].B] = &found[i], &found[i]
		}
		c.all, c.state = nil, nil
		zones := make([]string, len(j.options.Zones))
		for i := range zones {
			zones[i] = j.options.Zones[i].Name
		}
		out = append(out, Cohort{Key: k, Zones: zones, Verdict: c.said})
	}
	return out
}

// sorted is the key as one text that sorts by its parts.
func (k *Key) sorted() string {
	return strings.Join([]string{k.Organization, k.Channel, k.Provider, k.Created}, "\x00")
}

// recordings is the second pass.
func (j *judge) recordings(yield func(*Recording) bool) {
	for l := range j.each {
		r := j.judge(l)
		if !yield(&r) {
			return
		}
	}
}

func (j *judge) judge(l *laid) Recording {
	out := Recording{Conversation: l.conversation, ID: l.r.id, File: l.x.file, Place: l.x.place, Cohort: -1, PairedBy: l.ref.By, Observed: l.observed}
	if strings.HasPrefix(out.ID, unnamed) {
		out.ID = ""
	}
	c := j.cohorts[l.key]
	if c == nil {
		out.Verdict = j.model(&l.key).Record(&l.observed, nil)
	} else {
		out.Verdict = c.model.Record(&l.observed, c.spread)
		if s := c.swaps[l.observed.ID]; s != nil {
			s.Apply(&out.Verdict)
		}
	}
	out.Offsets = l.offsets(&out.Verdict)
	if !out.Judged() {
		out.Lack = j.lack(l, &out.Verdict)
		return out
	}
	out.Grade = out.Verdict.Grade
	if c != nil {
		out.Cohort = c.index
		j.cover(c, l, &out)
	}
	out.Finding = j.options.FailOn.reached(&out)
	return out
}

// cover says how the cohort's verdict bears on the recording.
func (j *judge) cover(c *cohort, l *laid, out *Recording) {
	if !c.said.Force.On {
		return
	}
	out.Covering = Covered
	if o, departs := c.model.Depart(&c.said.Force, &l.observed); departs {
		if out.Covering = Listed; o.Finding {
			out.Covering = Outlying
		}
	} else if c.said.Named() && weight(c.said.Grade) < weight(out.Grade) {
		out.Grade = c.said.Grade
	}
}

// weight orders grades as --fail-on does.
func weight(g attribute.Grade) int {
	return slices.Index([]attribute.Grade{attribute.Established, attribute.ConsistentWith, attribute.Ambiguous, attribute.Unexplained}, g)
}

// reached says whether a recording is a finding.
func (t *Threshold) reached(r *Recording) bool {
	switch {
	case r.Verdict.Shape == attribute.Aligned:
		return false
	case t.MS > 0:
		return r.widest() >= t.MS
	case t.Grade != attribute.GradeNotComparable:
		return weight(r.Grade) >= weight(t.Grade)
	}
	return true
}
