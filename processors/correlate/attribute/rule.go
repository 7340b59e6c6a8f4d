package attribute

// The figures of the specification. A change of one is a change of version.
const (
	// Slack is J: what the platform's jitter may add to one comparison, ms (section 1).
	Slack = 50

	// SampleSize is how many recordings of a cohort are judged (section 4).
	SampleSize = 1024

	minCohort    = 30 // recordings without which no cohort is judged
	minConstant  = 59 // for a constant, and of controls
	latestCount  = 59 // the latest recordings, which resolve a finding
	minWhole     = 20 // values without which no field is called whole-second
	minStratum   = 20 // recordings of a stratum that counts, of a side of a DST instant, of a bunch of a mixture
	minBunch     = 10 // departures in one window
	minJumped    = 3  // recordings behind a DST instant that keep a constant from its name
	minExcluded  = 10 // recordings that exclude a rival
	minVaried    = 10 // offsets whose shortest half is believed
	maxJitter    = 9  // σ in ms above which the slack is no longer proof
	far          = 5  // times τ: a clear miss; also how far a prediction must vary
	farDelay     = 20 // times τ: how far a delay or a skew must reach
	widthSecond  = 1000
	widthUnknown = 500 // what an unknown rounding direction adds below

	latticeStep  = 15 * 60 * 1000 // of zone offsets
	latticeReach = 56             // ± 14 h

	ppbNamed      = 1_000_000  // E at which a cause may be named
	ppbConsistent = 50_000_000 // E at which it is consistent-with
	slopeLow      = 980_000_000
	slopeHigh     = 1_020_000_000
)

// Unit is what is judged together: a cohort's field by itself, start and end as one.
type Unit uint8

const (
	unitSession Unit = iota // start and end
	unitCreated
	unitHeader
	unitDuration
	unitNone // rows of the table that explain no field
)

// field is a compared field, in the order in which they are looked at.
type field uint8

const (
	fieldStart field = iota
	fieldEnd
	fieldCreated
	fieldHeader
	fieldDuration
	fieldCount
)

var fieldFacts = [fieldCount]Fact{Start, End, Created, Header, MediaDuration}

var fieldUnits = [fieldCount]Unit{unitSession, unitSession, unitCreated, unitHeader, unitDuration}

// fields are the unit's, first the one its offset is of.
func (u Unit) fields() []field {
	return [...][]field{{fieldStart, fieldEnd}, {fieldCreated}, {fieldHeader}, {fieldDuration}, nil}[u]
}

// term is a reading in a sum, with its sign.
type term struct {
	fact  Fact
	minus bool
}

// sum is a signed sum of readings from which readings that occur with both signs have gone (section 1).
type sum struct {
	terms []term
	mask  uint32 // of the facts
}

// sumOf cancels and seals terms; the order is that of facts, added before subtracted.
func sumOf(terms ...term) sum {
	var count [FactCount]int
	for _, t := range terms {
		if t.minus {
			count[t.fact]--
		} else {
			count[t.fact]++
		}
	}
	var s sum
	for f, n := range count {
		for ; n > 0; n-- {
			s.terms = append(s.terms, term{Fact(f), false})
		}
		for ; n < 0; n++ {
			s.terms = append(s.terms, term{Fact(f), true})
		}
		if count[f] != 0 {
			s.mask |= 1 << f
		}
	}
	return s
}

// negated is the terms with their signs turned.
func negated(terms []term) []term {
	out := make([]term, len(terms))
	for i, t := range terms {
		out[i] = term{t.fact, !t.minus}
	}
	return out
}

func to(f Fact) term   { return term{f, false} }
func from(f Fact) term { return term{f, true} }

// claim is what a hypothesis says of one field: residual = field − prediction.
type claim struct {
	field    field
	residual sum
}

// variant is a hypothesis without free parameters (section 3, step 4; section 4, order 4).
type variant struct {
	h       Hypothesis
	unit    Unit
	shape   Shape
	primary field
	claims  []claim // the fields it names; an unnamed start or end must be aligned
	offset  sum     // prediction − reference of the primary field: what must vary, and whose spread is R
	lone    bool    // one record may name it (section 3)
	pair    bool    // exists only with two agents or more: exempt from (b), and wants controls
	needs   []Fact  // the facts of the prediction, in the order in which a missing one is reported
}

// Model is a table made ready to judge: every hypothesis with its sums. It holds no state and may be shared.
type Model struct {
	table     Table
	refs      [fieldCount]sum   // field's reference
	offsets   [fieldCount]sum   // field − reference
	witnesses [fieldCount][]sum // who else speaks of the field's instant
	variants  []variant         // in the order of the hypothesis table
	of        [HypothesisCount]int8
}

// NewModel compiles a table.
func NewModel(t Table) *Model {
	m := &Model{table: t}
	for f := range fieldCount {
		m.refs[f] = sumOf(m.reference(f)...)
		m.witnesses[f] = witnesses(f)
		m.offsets[f] = sumOf(append(negated(m.refs[f].terms), to(fieldFacts[f]))...)
	}
	for h := range m.of {
		m.of[h] = -1
	}
	for _, c := range catalogue() {
		m.of[c.h] = int8(len(m.variants))
		m.variants = append(m.variants, m.compile(c))
	}
	return m
}

// reference is what a field is compared with: like with like (section 3, step 2).
func (m *Model) reference(f field) []term {
	switch {
	case f == fieldDuration:
		return []term{to(SessionEnd), from(SessionStart)}
	case m.table.Declared[fieldFacts[f]] != NoFact:
		return []term{to(m.table.Declared[fieldFacts[f]])}
	case f == fieldEnd:
		return []term{to(SessionEnd)}
	}
	return []term{to(SessionStart)}
}

func (m *Model) compile(c entry) variant {
	v := variant{h: c.h, unit: fieldUnits[c.says[0].field], shape: c.shape, primary: c.primary, lone: c.lone, pair: c.pair, needs: c.needs}
	for _, p := range c.says {
		terms := p.terms
		if p.moved {
			terms = append(m.refs[p.field].terms[:len(m.refs[p.field].terms):len(m.refs[p.field].terms)], terms...)
		}
		v.claims = append(v.claims, claim{p.field, sumOf(append(negated(terms), to(fieldFacts[p.field]))...)})
		if p.field == c.primary {
			v.offset = sumOf(append(negated(m.refs[p.field].terms), terms...)...)
		}
	}
	return v
}

// variant is the hypothesis's, nil for one that is fitted or explains no field.
func (m *Model) variant(h Hypothesis) *variant {
	if i := m.of[h]; i >= 0 {
		return &m.variants[i]
	}
	return nil
}
