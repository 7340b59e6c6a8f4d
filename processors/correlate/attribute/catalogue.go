package attribute

// says predicts one field: as the terms, or, moved, as the field's reference plus the terms.
type says struct {
	field field
	moved bool
	terms []term
}

// entry is a row of the catalogue of hypotheses without free parameters.
type entry struct {
	h       Hypothesis
	shape   Shape
	primary field
	says    []says
	lone    bool
	pair    bool
	needs   []Fact
}

// catalogue lists section 4, order 4. One record names finalisation, the second session and header-write alone
// (section 3): the offsets of the others bunch so closely that a record's chance agreement is no surprise.
func catalogue() []entry {
	is := func(f field, facts ...Fact) []says { return []says{{field: f, terms: []term{to(facts[0])}}} }
	both := func(terms ...term) []says {
		return []says{{fieldStart, true, terms}, {fieldEnd, true, terms}}
	}
	return []entry{
		{h: FinalisationStamp, shape: Degenerate, primary: fieldEnd, lone: true, needs: []Fact{Finalise},
			says: []says{{field: fieldStart, terms: []term{to(Finalise)}}, {field: fieldEnd, terms: []term{to(Finalise)}}}},
		{h: FinalisationEnd, shape: EndOnly, primary: fieldEnd, lone: true, needs: []Fact{Finalise}, says: is(fieldEnd, Finalise)},
		{h: FinalisationShift, shape: Translation, primary: fieldStart, lone: true, needs: []Fact{Finalise, SessionEnd},
			says: both(to(Finalise), from(SessionEnd))},
		{h: FinalisationCreated, shape: StartOnly, primary: fieldCreated, lone: true, needs: []Fact{Finalise}, says: is(fieldCreated, Finalise)},
		{h: TransferDelay, shape: Translation, primary: fieldStart, needs: []Fact{S3Put, Finalise}, says: both(to(S3Put), from(Finalise))},
		{h: HandoffGap, shape: StartOnly, primary: fieldCreated, pair: true, needs: []Fact{SecondStart, FirstEnd, SessionStart},
			says: []says{{field: fieldCreated, terms: []term{to(SessionStart), to(SecondStart), from(FirstEnd)}}}},
		{h: StartConnect, shape: StartOnly, primary: fieldStart, needs: []Fact{AgentConnect}, says: is(fieldStart, AgentConnect)},
		{h: StartACD, shape: StartOnly, primary: fieldStart, needs: []Fact{ACDStart}, says: is(fieldStart, ACDStart)},
		{h: StartSecond, shape: StartOnly, primary: fieldStart, lone: true, pair: true, needs: []Fact{SecondStart}, says: is(fieldStart, SecondStart)},
		{h: CreatedConnect, shape: StartOnly, primary: fieldCreated, needs: []Fact{AgentConnect}, says: is(fieldCreated, AgentConnect)},
		{h: CreatedACD, shape: StartOnly, primary: fieldCreated, needs: []Fact{ACDStart}, says: is(fieldCreated, ACDStart)},
		{h: CreatedSecond, shape: StartOnly, primary: fieldCreated, lone: true, pair: true, needs: []Fact{SecondStart}, says: is(fieldCreated, SecondStart)},
		{h: CreatedRecording, shape: StartOnly, primary: fieldCreated, needs: []Fact{RecordingCreated}, says: is(fieldCreated, RecordingCreated)},
		{h: EndWrapup, shape: EndOnly, primary: fieldEnd, needs: []Fact{WrapupEnd}, says: is(fieldEnd, WrapupEnd)},
		{h: PausedMedia, shape: Cut, primary: fieldDuration, needs: []Fact{Pauses},
			says: []says{{fieldDuration, true, []term{from(Pauses)}}}},
		{h: PausedEnd, shape: EndOnly, primary: fieldEnd, needs: []Fact{Pauses}, says: []says{{fieldEnd, true, []term{from(Pauses)}}}},
		{h: AccessTrim, shape: StartOnly, primary: fieldStart, needs: []Fact{RecordingStart, OriginalStart},
			says: []says{{fieldStart, true, []term{to(RecordingStart), from(OriginalStart)}}}},
		{h: HeaderEnd, shape: StartOnly, primary: fieldHeader, lone: true, needs: []Fact{SessionEnd}, says: is(fieldHeader, SessionEnd)},
		{h: HeaderFinalise, shape: StartOnly, primary: fieldHeader, lone: true, needs: []Fact{Finalise}, says: is(fieldHeader, Finalise)},
		{h: HeaderConnect, shape: StartOnly, primary: fieldHeader, lone: true, needs: []Fact{AgentConnect}, says: is(fieldHeader, AgentConnect)},
	}
}
