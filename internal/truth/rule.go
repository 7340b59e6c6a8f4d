package truth

import "slices"

// rule is one form of a cause that has nothing to fit: the fields that it moves, and where to.
type rule struct {
	cause Cause
	two   bool // in its own words of two-agent recordings only
	moves []move
}

// move says that a field is a sum of readings less others, with what occurs on both sides cancelled.
type move struct {
	field       Fact
	plus, minus []Fact
}

func to(field Fact, plus ...Fact) move { return move{field: field, plus: plus} }

func (m move) less(minus ...Fact) move {
	m.minus = minus
	return m
}

// rules are the words of the closed list. Finalisation's are first, since each of them also comes with a constant more.
var rules = []rule{
	{Finalisation, false, []move{to(Start, Finalised), to(End, Finalised)}},
	{Finalisation, false, []move{to(End, Finalised)}},
	{Finalisation, false, []move{to(Start, SessionStart, Finalised).less(SessionEnd), to(End, Finalised)}},
	{Finalisation, false, []move{to(Created, Finalised)}},
	{Transfer, false, []move{to(Start, SessionStart, Uploaded).less(Finalised), to(End, SessionEnd, Uploaded).less(Finalised)}},
	{QueueWait, false, []move{to(Start, Connect)}},
	{DefinitionACD, false, []move{to(Start, ACD)}},
	{DefinitionACD, false, []move{to(Created, ACD)}},
	{DefinitionConnect, false, []move{to(Created, Connect)}},
	{DefinitionSecond, true, []move{to(Start, Second)}},
	{DefinitionSecond, true, []move{to(Created, Second)}},
	{DefinitionCreation, false, []move{to(Created, Creation)}},
	{Handoff, true, []move{to(Created, SessionStart, Second).less(FirstEnd)}},
	{AfterCallWork, false, []move{to(End, WrapEnd)}},
	{PauseCut, false, []move{to(Duration, SessionEnd).less(SessionStart, Pauses)}},
	{PauseCut, false, []move{to(End, SessionEnd).less(Pauses)}},
	{HeaderWrite, false, []move{to(Header, SessionEnd)}},
	{HeaderWrite, false, []move{to(Header, Finalised)}},
	{HeaderWrite, false, []move{to(Header, Connect)}},
	{AccessTrim, false, []move{to(Start, SessionStart, AnsweredStart).less(OriginalStart)}},
}

// moved are the fields that a rule moves.
func (u *rule) moved() (s fieldSet) {
	for _, m := range u.moves {
		s |= setOf(m.field)
	}
	return s
}

// tau is the precision of a rule: that of its coarsest comparison.
func (u *rule) tau(v *view) int64 {
	var t int64
	for _, m := range u.moves {
		t = max(t, v.tau([]Fact{m.field}, m.plus, m.minus))
	}
	return t
}

// residual is where what is left of the fields after the rule may lie, all of them at once. It is not seen if no moved
// field is, or a fact that the rule needs is not. All moves of a rule need the same facts but for a session's own.
func (u *rule) residual(r *row) span {
	var all span
	for i := range u.moves {
		m := &u.moves[i]
		s := r.less(m.field, m.plus, m.minus)
		switch {
		case !s.seen:
		case !all.seen:
			all = s
		default:
			all.lo, all.hi = max(all.lo, s.lo), min(all.hi, s.hi)
		}
	}
	return all
}

// fits says whether the rule says where every field of the recording is: those it moves, and the others, which it leaves.
func (u *rule) fits(r *row, moved fieldSet) bool {
	if r.off&^moved != 0 {
		return false
	}
	for i := range u.moves {
		m := &u.moves[i]
		if s := r.less(m.field, m.plus, m.minus); s.seen && !s.fits() {
			return false
		}
	}
	return true
}

// predicted are the offsets beyond tau that a rule predicts, sorted, by the move that varies least. Where nobody paused a
// rule of pauses predicts nothing: those recordings are neither for it nor against it, and do not make it flat.
func (u *rule) predicted(v *view, rows []*row) []int64 {
	var least []int64
	for i := range u.moves {
		m := &u.moves[i]
		tau := v.tau([]Fact{m.field}, m.plus, m.minus)
		var all []int64
		for _, r := range rows {
			if !r.less(m.field, m.plus, m.minus).seen {
				continue
			}
			if by := r.value(m.plus, m.minus) - r.value(faithful[m.field][0], faithful[m.field][1]); abs(by) > tau {
				all = append(all, by)
			}
		}
		slices.Sort(all)
		if i == 0 || half(all) < half(least) {
			least = all
		}
	}
	return least
}

// value is a sum by the texts alone.
func (r *row) value(plus, minus []Fact) (v int64) {
	for _, f := range plus {
		v += r.of.Facts[f].At
	}
	for _, f := range minus {
		v -= r.of.Facts[f].At
	}
	return v
}
