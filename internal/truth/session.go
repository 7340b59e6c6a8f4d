package truth

// session is one recording as it was, on a time nobody reads: the instants of all facts, and what the exporter will
// write of them. Before a cause bends it, start, header and created are the session's start, and the media plays from
// its start to its end.
type session struct {
	at      [Facts]int64
	agents  int
	job     int
	jobSize int
}

// play plays the plan's sessions, in the order of their starts.
func (d *dice) play(p *Plan) []session {
	all := make([]session, p.N)
	for i := range all {
		// Evenly in expectation, in order by construction: the i-th of N equal parts of the span.
		lo, hi := p.Span*int64(i)/int64(p.N), p.Span*int64(i+1)/int64(p.N)
		all[i].talk(d, p, p.Begin+d.between(lo, max(lo, hi-1)))
	}
	d.finalise(p, all)
	for i := range all {
		s := &all[i]
		s.at[Uploaded] = s.at[Finalised] + d.length(p.Transfer)
	}
	return all
}

// talk plays one session from its start to the end of the wrap-up.
func (s *session) talk(d *dice, p *Plan, start int64) {
	a := &s.at
	s.agents = 1
	a[SessionStart] = start
	a[ACD] = start + d.length(p.IVR)
	a[Connect] = a[ACD] + d.length(p.Wait)
	a[FirstEnd] = a[Connect] + d.length(p.Talk)
	a[SessionEnd] = a[FirstEnd]
	if d.mille(p.TwoAgents) {
		s.agents = 2
		a[Second] = a[FirstEnd] + d.length(p.Gap)
		a[SessionEnd] = a[Second] + d.length(p.Talk)
		if d.mille(100) {
			s.agents = 3
			a[SessionEnd] += d.length(p.Gap) + d.length(p.Talk)
		}
	}
	a[WrapEnd] = a[SessionEnd] + d.length(p.Wrap)
	if d.mille(p.Paused) {
		a[Pauses] = min(d.length(p.Pause), (a[SessionEnd]-start)/2)
	}
	a[AnsweredStart], a[OriginalStart] = start, start
	a[Creation] = start + d.length(p.Lag)
	a[Start], a[Header], a[Created] = start, start, start
	a[End] = a[SessionEnd]
	a[Duration] = a[SessionEnd] - start
}

// finalise cuts the sessions into jobs, in the order of time, and says when each job was done with each recording.
func (d *dice) finalise(p *Plan, all []session) {
	bounds := d.cut(len(all), p.Jobs)
	for job := range bounds[1:] {
		of := all[bounds[job]:bounds[job+1]]
		order := make([]int, len(of))
		var last int64
		for i := range of {
			of[i].job, of[i].jobSize, order[i] = job, len(of), i
			last = max(last, of[i].at[SessionEnd])
		}
		if p.Layout == Shuffled {
			d.r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		done := last + d.between(10*minute, 26*hour)
		for _, i := range order {
			s := &of[i]
			switch p.Layout {
			case Async:
				s.at[Finalised] = s.at[SessionEnd] + d.log(minute, 48*hour)
			case Prompt:
				s.at[Finalised] = s.at[SessionEnd] + d.between(20*second, 10*minute)
			default:
				done += d.between(300, 6*second)
				s.at[Finalised] = done
			}
		}
	}
}

// cut returns the bounds of parts of unlike size, none empty.
func (d *dice) cut(n, parts int) []int {
	parts = min(parts, n)
	bounds := make([]int, 0, parts+1)
	bounds = append(bounds, 0)
	for left := parts; left > 1; left-- {
		at, rest := bounds[len(bounds)-1], n-bounds[len(bounds)-1]
		// From half to one and a half of an even share, leaving one for each part to come.
		share := rest / left
		size := min(max(1, int(d.between(int64(share)/2, int64(share)*3/2))), rest-left+1)
		bounds = append(bounds, at+size)
	}
	return append(bounds, n)
}
