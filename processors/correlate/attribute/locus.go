package attribute

import "slices"

// locusOf is the clock that departs in a field (section 2): of three families or more, one class that agree and outnumber
// the rest leaves one, which departs. Families agree where four fifths of the rows that show both lie within the slack;
// a family counts where four fifths of the rows show it.
func (m *Model) locusOf(rows []*row, f field) Locus {
	var voters [maxVoters]*sum
	var families [maxVoters]Family
	n := 0
	for i := range m.witnesses[f] {
		s := &m.witnesses[f][i]
		fam := familyIn(rows, s)
		if fam == NoFamily || slices.Contains(families[:n], fam) {
			continue // one vote a family
		}
		voters[n], families[n] = s, fam
		n++
	}
	if n < 3 {
		return LocusUnknown
	}
	var agree [maxVoters]uint32 // by voter: whom it agrees with, itself included
	for i := range n {
		agree[i] |= 1 << i
		for j := range i {
			if concur(rows, voters[i], voters[j]) {
				agree[i] |= 1 << j
				agree[j] |= 1 << i
			}
		}
	}
	return odd(agree[:n], families[:n])
}

// maxVoters is how many families can speak of one instant.
const maxVoters = 4

// odd finds the one voter outside the one largest class of mutual agreement.
func odd(agree []uint32, families []Family) Locus {
	n := len(agree)
	out := LocusUnknown
	for left := range n { // of three or four, a class outnumbers the rest only where the rest is one
		class := uint32(1)<<n - 1 - 1<<left
		if !clique(agree, class) || agree[left] != 1<<left {
			continue
		}
		out = locusFor(families[left])
	}
	return out
}

func clique(agree []uint32, class uint32) bool {
	for i := range agree {
		if class>>i&1 == 1 && agree[i]&class != class {
			return false
		}
	}
	return true
}

// witnesses are the sums that stand for the field's instant, one of each family.
func witnesses(f field) []sum {
	switch f {
	case fieldEnd:
		return []sum{sumOf(to(End)), sumOf(to(SessionEnd)), sumOf(to(Header), to(MediaDuration))}
	case fieldDuration:
		return []sum{sumOf(to(MediaDuration)), sumOf(to(SessionEnd), from(SessionStart)), sumOf(to(End), from(Start))}
	case fieldCreated:
		return []sum{sumOf(to(Created)), sumOf(to(SessionStart)), sumOf(to(Header)), sumOf(to(SenderDate))}
	}
	return []sum{sumOf(to(Start)), sumOf(to(SessionStart)), sumOf(to(Header)), sumOf(to(SenderDate))}
}

// familyIn is the family of a sum's readings, NoFamily where fewer than four fifths of the rows have them.
func familyIn(rows []*row, s *sum) Family {
	n := 0
	out := NoFamily
	for _, w := range rows {
		if s.mask&^w.have != 0 {
			continue
		}
		n++
		if out == NoFamily {
			out = w.rec.Readings[s.terms[0].fact].Family
			if fact := s.terms[0].fact; fact == SessionStart || fact == SessionEnd {
				out = w.refs[fact-SessionStart]
			}
		}
	}
	if 5*n < 4*len(rows) {
		return NoFamily
	}
	return out
}

// concur says whether two clocks agree.
func concur(rows []*row, a, b *sum) bool {
	n, within := 0, 0
	for _, w := range rows {
		x, _, okA := w.sum(a, w.have)
		y, _, okB := w.sum(b, w.have)
		if !okA || !okB {
			continue
		}
		n++
		if apartBy(x, y) <= Slack {
			within++
		}
	}
	return n > 0 && 5*within >= 4*n
}

func locusFor(f Family) Locus {
	switch f {
	case FamilyPlatform:
		return LocusPlatform
	case FamilyExport:
		return LocusExport
	case FamilyJob:
		return LocusJob
	case FamilyHeader:
		return LocusHeader
	case FamilySender:
		return LocusSender
	case FamilyS3:
		return LocusS3
	}
	return LocusUnknown
}
