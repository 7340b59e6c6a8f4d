package truth

// exporter writes every row and every media file as its cause has it.
func (d *dice) exporter(p *Plan, all []life) {
	stray := make([]bool, len(all))
	if !p.Medley {
		for _, i := range d.r.Perm(len(all))[:len(all)*p.outliers/1000] {
			stray[i] = true
		}
	}
	every := everyLag
	chances := p.byChance
	for i := range all {
		l := &all[i]
		l.cause = p.Class
		form := p.form
		switch {
		case p.Medley:
			l.cause, form = d.own(l)
		case stray[i]:
			l.cause = Unmodelled
		case p.Class == Mispaired, p.Until > 0 && l.at[SessionStart] >= p.Until:
			l.cause = None
		}
		switch {
		case l.cause == Unmodelled && (p.Medley || stray[i]):
			d.late(l, int(d.between(0, 3)), d.of(&every))
		case l.cause == Unmodelled && chances > 0:
			chances--
			l.at[End] -= l.at[Pauses]
		case l.cause == Unmodelled && p.byChance > 0:
			l.at[End] -= d.of(&p.scales[lag])
		case l.cause == Unmodelled && l.agents < 2 && form >= 4, l.agents < 2 && (l.cause == Handoff || l.cause == DefinitionSecond):
			// A cause of two agents leaves the others aligned, and so they are called.
			l.cause = None
		case l.cause == Unmodelled:
			d.late(l, form, d.of(&p.scales[lag]))
		default:
			write(p, l, form)
		}
	}
}

// own draws the cause of one recording of a medley, and its form: 36 % follow nothing, 8 % are aligned, the others have
// one of the causes that a single record can show.
func (d *dice) own(l *life) (Cause, int) {
	if d.mille(360) {
		return Unmodelled, 0
	}
	if d.mille(125) {
		return None, 0
	}
	open := []Cause{Zone, Finalisation, Transfer, QueueWait, DefinitionACD, DefinitionConnect, DefinitionCreation, AfterCallWork, PauseCut, HeaderWrite, AccessTrim}
	if l.agents == 2 {
		open = append(open, DefinitionSecond, Handoff)
	}
	c := open[d.r.IntN(len(open))]
	return c, int(d.between(0, formsOf(c)-1))
}

// formsOf is how many forms a cause has in the closed list.
func formsOf(c Cause) int64 {
	switch c {
	case Finalisation:
		return 4
	case HeaderWrite:
		return 3
	case DefinitionACD, DefinitionSecond, PauseCut:
		return 2
	}
	return 1
}

// late writes a lag that follows nothing: of start, end, both, created; of two-agent recordings their created or their
// start and end.
func (d *dice) late(l *life, form int, by int64) {
	switch form {
	case 0:
		l.at[Start] += by
	case 1:
		l.at[End] += by
	case 2, 5:
		shift(l, by)
	case 3, 4:
		l.at[Created] += by
	}
}

// shift moves the whole row, as its one serializer does.
func shift(l *life, by int64) {
	l.at[Start] += by
	l.at[End] += by
	l.at[Created] += by
}

// write writes what the cause of a recording makes of it.
func write(p *Plan, l *life, form int) {
	at := &l.at
	switch l.cause {
	case Constant:
		shift(l, p.offset)
	case Mixture:
		if hasOther(p, l) {
			shift(l, p.other)
		} else {
			shift(l, p.offset)
		}
	case RateSkew, Zone, DSTSplit:
		for _, f := range []Fact{Start, End, Created} {
			at[f] = misread(p, l.cause, at[f])
		}
	case Finalisation:
		writeFinalised(at, form, p.offset)
	case Transfer:
		at[Start] += at[Uploaded] - at[Finalised]
		at[End] += at[Uploaded] - at[Finalised]
	case QueueWait:
		at[Start] = at[Connect]
	case DefinitionACD:
		at[[]Fact{Start, Created}[form]] = at[ACD]
	case DefinitionConnect:
		at[Created] = at[Connect]
	case DefinitionSecond:
		at[[]Fact{Start, Created}[form]] = at[Second]
	case DefinitionCreation:
		at[Created] = at[Creation]
	case Handoff:
		at[Created] += at[Second] - at[FirstEnd]
	case AfterCallWork:
		at[End] = at[WrapEnd]
	case PauseCut:
		at[[]Fact{Duration, End}[form]] -= at[Pauses]
	case HeaderWrite:
		at[Header] = at[[]Fact{SessionEnd, Finalised, Connect}[form]]
	case AccessTrim:
		at[Start] += at[AnsweredStart] - at[OriginalStart]
	}
}

// misread is an instant as a serializer with a wrong rate or a wrong zone writes it.
func misread(p *Plan, c Cause, t int64) int64 {
	z := &zones[p.zone]
	switch c {
	case RateSkew:
		return t + p.offset + floor((t-p.begin)*p.rate, 1e9)
	case DSTSplit:
		return t + p.sign*z.At(t) + p.offset
	}
	return t + p.sign*z.At(t)
}

func writeFinalised(at *[Facts]int64, form int, more int64) {
	switch form {
	case 0:
		at[Start], at[End] = at[Finalised]+more, at[Finalised]+more
	case 1:
		at[End] = at[Finalised] + more
	case 2:
		at[Start] += at[Finalised] - at[SessionEnd] + more
		at[End] += at[Finalised] - at[SessionEnd] + more
	case 3:
		at[Created] = at[Finalised] + more
	}
}

// hasOther says whether a recording of a mixture has the other constant.
func hasOther(p *Plan, l *life) bool {
	switch p.Split {
	case ByJob:
		return l.job < p.form
	case ByDay:
		return floor(l.at[SessionStart], day) >= p.turn
	case ByAgents:
		return l.agents == 2
	case ByJobSize:
		return l.job >= largeJobs
	}
	// By lot: the length of the talk has nothing to do with anything else, and its last digits less.
	return int(l.at[FirstEnd]%1009*1000/1009) < p.otherShare
}
