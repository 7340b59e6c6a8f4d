package main

import (
	"context"
	"slices"
	"sync"

	"holdfast.example/internal/truth"
)

// portion is a run of cohorts of one class; of Causes, medleys.
type portion struct {
	class    truth.Cause
	from, to int
}

// portions cuts a plan up, the classes in turn, so that what is counted halfway is of every class.
func portions(p plan) []portion {
	const each = 20
	var all []portion
	medleys := (p.records + 229) / 230 // a cohort has 230 on average
	for from := 0; from < max(p.n, medleys); from += each {
		for class := range truth.Causes {
			if from < p.n {
				all = append(all, portion{class, from, min(from+each, p.n)})
			}
		}
		if from < medleys {
			all = append(all, portion{truth.Causes, from, min(from+each, medleys)})
		}
	}
	return all
}

// measure makes and judges every cohort. Each job fills a sheet of its own; sums do not depend on who did what.
func measure(ctx context.Context, p plan, judges func() judge, show *show) (*sheet, error) {
	all := portions(p)
	show.total(all)
	next := make(chan portion)
	sheets := make([]*sheet, p.jobs)
	var wait sync.WaitGroup
	for i := range sheets {
		sheets[i] = newSheet()
		wait.Go(func() {
			j := judges()
			for part := range next {
				sheets[i].portion(p.seed, part, j)
				show.did(part)
			}
		})
	}
	var err error
	for _, part := range all {
		select {
		case next <- part:
			continue
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		break
	}
	close(next)
	wait.Wait()
	sum := newSheet()
	for _, s := range sheets {
		sum.add(s)
	}
	sum.cohorts.sort()
	sum.records.sort()
	return sum, err
}

// portion makes and judges one portion.
func (s *sheet) portion(seed uint64, part portion, j judge) {
	for index := part.from; index < part.to; index++ {
		at := place{part.class, index, -1}
		if part.class == truth.Causes {
			c := truth.New(seed, index, truth.DrawMedley(seed, index))
			s.singles(at, c, j.records(c))
			continue
		}
		c := truth.New(seed, index, truth.Draw(seed, part.class, index))
		s.cohort(at, c, j.cohort(c))
		if part.class == truth.None || part.class == truth.Mispaired {
			s.singles(at, c, j.records(c))
		}
		if slices.Contains(truth.Mended[:], part.class) && index%perLife == 0 {
			s.history(seed, part.class, index/perLife, j)
		}
	}
}
