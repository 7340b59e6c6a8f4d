package oracle

// Entry is one leaf of a chain, as far as a page shows it.
type Entry struct {
	Seq, Epoch int64
	Kind       string
	At         string
	Topic      string // of an event
	Role       string // of an object or what was read of it
	Times      []Time
}

// Time is one named interval of an entry.
type Time struct {
	Field, Clock, Lo, Hi string
}

// Chain returns the leaves of an entity in their order.
func (r *Report) Chain(entity string) []Entry {
	var out []Entry
	for _, l := range r.leaves {
		if l.entity != entity {
			continue
		}
		e := Entry{Seq: l.seq, Epoch: l.epoch, Kind: l.kind, At: l.tree.text("at"), Topic: l.body.text("topic"), Role: l.body.text("role")}
		for _, v := range l.tree.list("times") {
			t, _ := v.(object)
			e.Times = append(e.Times, Time{t.text("field"), t.text("clock"), t.text("lo"), t.text("hi")})
		}
		out = append(out, e)
	}
	for i := range out { // a chain is short
		for j := i; j > 0 && out[j].Seq < out[j-1].Seq; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

// Finding is how one finding stands.
type Finding struct {
	Rule, Entity, Subject, Grade, Step string
	N                                  int64
	OffsetMS                           *int64
}

// Findings returns all findings as they stand, those of one rule together.
func (r *Report) Findings() []Finding {
	var out []Finding
	for _, id := range sorted(r.lives) {
		l := r.lives[id]
		last := l.last()
		out = append(out, Finding{l.rule, l.entity, l.subject, last.Grade, last.Step, last.N, last.OffsetMS})
	}
	return out
}
