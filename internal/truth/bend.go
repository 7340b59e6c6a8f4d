package truth

// Kinds of unmodelled lags: what they move. The last moves created, and only where two agents took part.
const (
	lagStart = iota
	lagEnd
	lagBoth
	lagCreated
	lagTwoAgents
	unmodelledKinds
)

// bend changes what the exporter writes of a session: the whole effect of a cause. It answers what was at work, which is
// None where the cause has nothing to act on, as a handoff has not on one agent's session.
func (s *session) bend(d *dice, p *Plan, cause Cause, variant int, zone *Zoned) Cause {
	a := &s.at
	if cause == Handoff || cause == DefinitionSecond {
		if s.agents < 2 {
			return None
		}
	}
	switch cause {
	case Constant:
		s.row(func(int64) int64 { return p.Offset })
	case RateSkew:
		// The row's clock was right, but for the offset, where the cohort begins.
		s.row(func(t int64) int64 { return p.Offset + floor((t-p.Begin)*p.SlopePPB, billion) })
	case Zone:
		// Local time written as if it were UTC, or UTC read as if it were local.
		s.row(func(t int64) int64 { return p.Sign * zone.At(t) })
	case DSTSplit:
		// The same, with one fixed offset taken off all year.
		s.row(func(t int64) int64 { return p.Sign*zone.At(t) + p.Offset })
	case Mixture:
		offset := p.Other
		if s.first(d, p) {
			offset = p.Offset
		}
		s.row(func(int64) int64 { return offset })
	case Finalisation:
		s.stamp(variant, p.Delta)
	case Transfer:
		lag := a[Uploaded] - a[Finalised]
		a[Start], a[End] = a[Start]+lag, a[End]+lag
	case HeaderWrite:
		a[Header] = a[[...]Fact{SessionEnd, Finalised, Connect}[variant]]
	case PauseCut:
		if a[Pauses] == 0 {
			return None
		}
		a[Duration] -= a[Pauses]
		if variant == 1 { // the end was computed from what plays
			a[End] -= a[Pauses]
		}
	case AccessTrim:
		// The exporter's account sees the recording from a later segment on: often from the agent's own.
		trimmed := a[SessionStart] + d.length(p.Trim)
		if variant == 1 && d.mille(300) {
			trimmed = a[Connect]
		}
		a[Start], a[AnsweredStart] = trimmed, trimmed
	case Unmodelled:
		return s.drift(variant, d.sign()*d.lag(p.Lags))
	default:
		field, instant := s.definition(cause, variant)
		a[field] = a[instant]
		if cause == Handoff {
			a[Created] = a[SessionStart] + a[Second] - a[FirstEnd]
		}
	}
	return cause
}

// row shifts what one serializer writes with one clock: start, end and created, each by the shift at its own instant.
func (s *session) row(shift func(t int64) int64) {
	for _, f := range []Fact{Start, End, Created} {
		s.at[f] += shift(s.at[f])
	}
}

// stamp writes the time of finalisation into the row.
func (s *session) stamp(variant int, delta int64) {
	a := &s.at
	fin := a[Finalised] + delta
	switch variant {
	case 0:
		a[Start], a[End] = fin, fin
	case 1:
		a[End] = fin
	case 2:
		a[Start], a[End] = a[Start]+fin-a[End], fin
	default:
		a[Created] = fin
	}
}

// definition says which field names which other instant.
func (s *session) definition(cause Cause, variant int) (field, instant Fact) {
	field = [...]Fact{Start, Created}[variant%2]
	switch cause {
	case QueueWait:
		return Start, Connect
	case AfterCallWork:
		return End, WrapEnd
	case DefinitionACD:
		return field, ACD
	case DefinitionSecond:
		return field, Second
	case DefinitionConnect:
		return Created, Connect
	case DefinitionCreation:
		return Created, Creation
	}
	return Start, Start // None and Mispaired move nothing; a handoff is computed
}

// drift moves fields by a lag that follows nothing.
func (s *session) drift(kind int, lag int64) Cause {
	a := &s.at
	switch kind {
	case lagStart:
		a[Start] += lag
	case lagEnd:
		a[End] += lag
	case lagBoth:
		a[Start], a[End] = a[Start]+lag, a[End]+lag
	case lagCreated:
		a[Created] += lag
	case lagTwoAgents:
		if s.agents < 2 {
			return None
		}
		a[Created] += lag
	}
	return Unmodelled
}

// first says whether a mixture's session has the first constant.
func (s *session) first(d *dice, p *Plan) bool {
	switch p.Split {
	case ByJob:
		return s.job < (p.Jobs+1)/2
	case ByDay:
		return floor(s.at[SessionStart], day) <= floor(p.Begin+p.Span/2, day) // days of UTC
	case ByAgents:
		return s.agents < 2
	case ByJobSize:
		return s.jobSize <= p.N/max(p.Jobs, 1)
	}
	return d.mille(p.Share)
}
