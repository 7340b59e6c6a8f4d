package check

import "holdfast.example/processors/correlate/attribute"

// lack says why a recording could not be judged.
func (j *judge) lack(l *laid, v *attribute.Verdict) Lack {
	zoned, any := false, false
	for i := range l.x.Times {
		if t := &l.x.Times[i]; t.Means != attribute.Finalise {
			any, zoned = true, zoned || t.Zoned
		}
	}
	switch {
	case l.r.contradicted:
		return LackAgreement
	case v.Decider.Need == attribute.NeedPairing || l.observed.Pairing != attribute.PairingAgrees:
		return LackPairing
	case !any:
		return LackTimes
	case !zoned:
		return LackZone
	case l.ref.Outside:
		return LackWindow
	case len(j.conversations[l.conversation].Sessions) == 0:
		return LackEvents
	case l.ref.Session == nil:
		return LackSession
	case !l.ref.Start.Known() && !l.ref.End.Known():
		return LackBounds
	case v.Decider.Need == attribute.NeedFact:
		return LackDeclared
	}
	return LackLike
}

// summary counts.
func (j *judge) summary(files []File) Summary {
	s := Summary{Conversations: int64(len(j.conversations)), Strangers: j.strangers, Uncohorted: j.without}
	lacks := map[Lack]int64{}
	for r := range j.recordings {
		s.Recordings++
		switch {
		case !r.Judged():
			s.Unjudged++
			lacks[r.Lack]++
		case r.Verdict.Shape == attribute.Aligned:
			s.Aligned++
		default:
			s.Departing++
		}
		if r.Finding {
			s.Findings++
		}
		if r.differing() {
			s.Differing++
		}
	}
	for _, l := range Lacks() {
		if lacks[l] > 0 {
			s.Lacks = append(s.Lacks, Lacking{l, lacks[l]})
		}
	}
	for i := range files {
		if files[i].Unread {
			s.Unread++
		}
	}
	return s
}
