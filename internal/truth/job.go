package truth

import "slices"

// assign says which job exports each recording.
func (d *dice) assign(p *Plan, all []life) {
	switch {
	case p.Class == Mixture && p.Split == ByJob:
		for k, i := range d.r.Perm(len(all)) {
			all[i].job = k % p.jobs
		}
	case p.Class == Mixture && p.Split == ByJobSize:
		d.largeAndSmall(all)
	case p.jobsByTime:
		ends := make([]int, 0, p.jobs)
		for range p.jobs - 1 {
			ends = append(ends, d.r.IntN(len(all)))
		}
		slices.Sort(ends)
		job := 0
		for i := range all {
			for job < len(ends) && ends[job] <= i {
				job++
			}
			all[i].job = job
		}
	default:
		for i := range all {
			all[i].job = d.r.IntN(p.jobs)
		}
	}
}

const largeJobs = 2 // jobs 0 and 1, where jobs are large and small

// largeAndSmall makes two large jobs and several small ones, none of which has more than a twentieth.
func (d *dice) largeAndSmall(all []life) {
	inSmall := len(all) * int(d.between(60, 500)) / 1000
	order := d.r.Perm(len(all))
	job := largeJobs
	for k := 0; k < inSmall; job++ {
		for range d.between(2, int64(max(3, len(all)/20))) {
			if k < inSmall {
				all[order[k]].job = job
				k++
			}
		}
	}
	for k, i := range order[inSmall:] {
		all[i].job = k % largeJobs
	}
}

// finalise says when the job was done with each recording. Either each is finalised for itself, or a job begins when its
// last session has ended and takes one after the other.
func (d *dice) finalise(p *Plan, all []life) {
	if !p.batch {
		for i := range all {
			at := &all[i].at
			at[Finalised] = at[SessionEnd] + d.of(&p.scales[delay])
			if p.afterWrap > 0 {
				at[Finalised] = at[WrapEnd] + p.afterWrap + d.between(-3, 3)
			}
		}
		return
	}
	members := map[int][]*life{}
	highest := 0
	for i := range all {
		members[all[i].job] = append(members[all[i].job], &all[i])
		highest = max(highest, all[i].job)
	}
	for job := range highest + 1 {
		of := members[job]
		if !p.inOrder {
			d.r.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		}
		var now int64
		for _, l := range of {
			now = max(now, l.at[SessionEnd])
		}
		now += d.log(minute, 6*hour)
		for _, l := range of {
			now += d.of(&p.scales[step])
			l.at[Finalised] = now
		}
	}
}
