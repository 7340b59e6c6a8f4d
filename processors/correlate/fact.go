package correlate

import (
	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

// folding is one observation on its way into its conversation.
type folding struct {
	*shard
	tx    stream.Tx
	o     *schemas.Observation
	c     *conversation
	late  bool // it answers a deadline that has fired, or came before what was proven
	fresh bool // it made a commitment that is not opened yet
}

// fact folds one observation: a distinct fact makes its leaf, moves the state, sets and cancels deadlines, and raises
// or resolves findings. A redelivery counts.
func (s *shard) fact(tx stream.Tx, o *schemas.Observation) error {
	c, err := get[conversation](tx, o.Entity)
	if err != nil {
		return err
	}
	tx.Put(o.Entity, c)
	if c.Seen == nil {
		c.Seen, c.Openings = make([]mark, 0, 8), make([]opened, 0, 4)
	}
	f := folding{shard: s, tx: tx, o: o, c: c}
	if o.Event == nil && o.Object == nil && o.Inspection != nil {
		if !f.news() {
			c.Duplicates++
			return nil
		}
	} else if c.see(o.FactID) {
		c.Duplicates++
		return nil
	}
	if c.Secret == nil && o.Secret != nil {
		secret := *o.Secret
		c.Secret = &secret
	}
	proven, err := f.alreadyProven()
	if err != nil {
		return err
	}
	f.late = proven
	switch {
	case o.Event != nil:
		err = f.event()
	case o.Object != nil:
		err = f.object()
	case o.Inspection != nil:
		err = f.inspection()
	default:
		err = f.row()
	}
	if err == nil && f.fresh {
		err = s.open(tx, o.Entity, c)
	}
	return err
}

// by is a step in a finding's life that this observation causes.
func (f *folding) by() step {
	return step{f.o.Entity, &f.c.Chain, f.o.ArrivalMS, evidenceOf(f.o.RawSHA256), f.late}
}

// upon is by, resting on what was last heard of the recording, this fact included.
func (f *folding) upon(r *recording) step {
	by := f.by()
	by.evidence = r.Evidence
	return by
}

// alreadyProven raises late-evidence for a fact that arrived before a moment its source was proven past: then through
// was wrong, and so may be what was said to be missing. (model V7)
func (f *folding) alreadyProven() (bool, error) {
	for i, name := range sourceNames {
		if name == f.o.Source && f.o.ArrivalMS < f.meta.Through[i].V {
			by := f.by()
			by.late = true
			return true, f.raise(f.tx, by, finding{Rule: ruleLate, Subject: name, N: 1}, nil, nil)
		}
	}
	return false, nil
}

// leaf starts the leaf of this fact, in the shard's one draft.
func (f *folding) leaf(kind string) *leaf.Leaf {
	l := &f.draft.leaf
	*l = leaf.Leaf{Kind: kind, AtMS: f.o.ArrivalMS, Lock: f.o.Lock, Labels: l.Labels[:0], Times: l.Times[:0]}
	if f.o.RawSHA256 != nil {
		f.draft.evidence[0] = *f.o.RawSHA256
		l.Evidence = f.draft.evidence[:]
	}
	for _, label := range f.o.Labels {
		if label == schemas.LabelUnpinned {
			l.Labels = append(l.Labels, leaf.LabelUnpinned)
		}
	}
	if f.late {
		l.Labels = append(l.Labels, leaf.LabelLate)
	}
	if f.c.Spilled > 0 {
		l.Labels = append(l.Labels, leaf.LabelTruncated)
	}
	for i := range f.o.Times {
		t := &f.o.Times[i]
		l.Times = append(l.Times, leaf.Time{Field: t.Field, Clock: t.Clock, LoMS: t.LoMS, HiMS: t.HiMS, Zone: t.Zone, Text: t.Text, Refused: t.Refused})
	}
	return l
}

func (f *folding) write(l *leaf.Leaf) error {
	_, err := f.append(f.tx, f.o.Entity, &f.c.Chain, l)
	return err
}

func evidenceOf(raw *schemas.Hash) []schemas.Hash {
	if raw == nil {
		return nil
	}
	return []schemas.Hash{*raw}
}

// reading returns the first readable time of that field.
func reading(times []schemas.Reading, fields ...string) (*schemas.Reading, bool) {
	for _, name := range fields {
		for i := range times {
			if t := &times[i]; t.Field == name && t.Refused == "" {
				return t, true
			}
		}
	}
	return nil, false
}
