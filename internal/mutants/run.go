package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ending is how one run came out. broken says that it says nothing: the source did not build, the rig failed.
type ending struct {
	by     catcher // 0: nobody saw anything
	says   string  // the first violation, the refusal, what was missing
	broken error
	try    int // which one it was, of a schedule that is played more than once
}

// result is a mutant's.
type result struct {
	*mutant
	ending
	took time.Duration
}

// caught says that it was, and by whom the table says.
func (r *result) caught() bool { return r.broken == nil && r.ending.by&r.mutant.by != 0 }

// word is the result in one word.
func (r *result) word() string {
	switch {
	case r.broken != nil:
		return "BROKEN"
	case r.caught():
		return "caught"
	case r.ending.by != 0:
		return "CAUGHT BY ANOTHER"
	}
	return "SURVIVED"
}

// runner plays mutants. At most jobs of them build or fold at a time; beside them as many are played by a schedule, which
// is for the most part waiting.
type runner struct {
	root  string
	dir   string // everything is made below it
	jobs  int
	busy  chan struct{} // a place for each that computes
	seats chan struct{} // a place for each schedule that is played
	keep  bool          // leave the folders, for who wants to read the workers' logs
	plays map[string]*play
	out   io.Writer

	mu    sync.Mutex
	done  int
	usual map[string]time.Duration // how long a schedule takes with the program as it is
}

// errLate is the cause of the end of a run that stands still.
var errLate = errors.New("not done by the deadline")

// A run may take so much longer than the unmutated program took, which was built before.
const (
	patienceFactor = 3
	patienceMore   = 40 * time.Second
	baselineLimit  = 5 * time.Minute
)

// under plays one program under a schedule, with its deadline, and says how long it took once it was built.
func (r *runner) under(ctx context.Context, schedule string, b build, dir string) (ending, time.Duration) {
	p := r.plays[schedule]
	r.busy <- struct{}{}
	binary, err := p.program(ctx, b)
	<-r.busy
	if err != nil {
		return ending{broken: err}, 0
	}
	places := r.busy
	if p.waits {
		places = r.seats
	}
	places <- struct{}{}
	defer func() { <-places }()
	limit := baselineLimit
	r.mu.Lock()
	if d, ok := r.usual[schedule]; ok {
		limit = patienceFactor*d + patienceMore
	}
	r.mu.Unlock()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errLate)
	defer cancel()
	began := time.Now()
	e := p.run(ctx, b.root, binary, dir)
	return e, time.Since(began)
}

// play is one schedule: the program it needs, and what happens to it. Only what happens has a deadline that a mutant can
// miss; a machine that builds slowly says nothing of a mutant.
type play struct {
	program func(ctx context.Context, b build) (binary string, err error)
	run     func(ctx context.Context, root, binary, dir string) ending
	waits   bool // it waits more than it computes
}

// errBaseline says that a schedule finds fault with the program as it is: what it says of a mutant then means nothing.
var errBaseline = errors.New("the unmutated program did not pass")

// run plays each schedule once with the program as it is, then every mutant under its schedule. It returns the results
// in the order of the table; an error is of a stale mutant, a baseline or ctx.
func (r *runner) run(ctx context.Context, all []mutant) ([]result, error) {
	r.busy, r.seats, r.usual = make(chan struct{}, r.jobs), make(chan struct{}, r.jobs), map[string]time.Duration{}
	// Every mutant is tried on the source before the first is built: a stale one is found at once.
	var stale []error
	for i := range all {
		dir, err := os.MkdirTemp(r.dir, "try-")
		if err != nil {
			return nil, err
		}
		_, err = all[i].apply(r.root, dir)
		stale = append(stale, err, os.RemoveAll(dir))
	}
	if err := errors.Join(stale...); err != nil {
		return nil, err
	}
	if err := r.baselines(ctx, all); err != nil {
		return nil, err
	}
	results := make([]result, len(all))
	order := r.mixed(all)
	r.each(len(all), func(i int) {
		i = order[i]
		began := time.Now()
		results[i] = result{mutant: &all[i], ending: r.one(ctx, &all[i])}
		results[i].took = time.Since(began)
		r.tell(len(all), &results[i])
	})
	return results, ctx.Err()
}

// baselines plays the schedules that these mutants need.
func (r *runner) baselines(ctx context.Context, all []mutant) error {
	var names []string
	seen := map[string]bool{}
	for i := range all {
		if !seen[all[i].under] {
			seen[all[i].under] = true
			names = append(names, all[i].under)
		}
	}
	wrong := make([]error, len(names))
	r.each(len(names), func(i int) {
		var took time.Duration
		e := r.in(names[i], func(dir string) (e ending) {
			e, took = r.under(ctx, names[i], build{root: r.root, dir: dir}, dir)
			return e
		})
		verdict := "passes"
		switch {
		case e.broken != nil:
			verdict, wrong[i] = "broken", fmt.Errorf("schedule %s: %w", names[i], e.broken)
		case e.by != 0:
			verdict, wrong[i] = "fails", fmt.Errorf("%w: schedule %s: %s: %s", errBaseline, names[i], e.by, e.says)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.usual[names[i]] = took
		fmt.Fprintf(r.out, "%-17s %5.1fs  %s, unmutated\n", verdict, took.Seconds(), names[i])
	})
	return errors.Join(wrong...)
}

// mixed is an order in which what waits and what computes take turns, so that neither has to wait for the other's end.
func (r *runner) mixed(all []mutant) []int {
	var kinds [2][]int
	for i := range all {
		k := 0
		if r.plays[all[i].under].waits {
			k = 1
		}
		kinds[k] = append(kinds[k], i)
	}
	var order []int
	for i := range max(len(kinds[0]), len(kinds[1])) {
		for _, kind := range kinds {
			if i < len(kind) {
				order = append(order, kind[i])
			}
		}
	}
	return order
}

// one plays one mutant.
func (r *runner) one(ctx context.Context, m *mutant) ending {
	if err := ctx.Err(); err != nil {
		return ending{broken: err}
	}
	return r.in(m.name, func(dir string) ending {
		swap, err := m.apply(r.root, dir)
		if err != nil {
			return ending{broken: err}
		}
		for try := 1; ; try++ {
			e, _ := r.under(ctx, m.under, build{root: r.root, swap: swap, dir: dir}, filepath.Join(dir, strconv.Itoa(try)))
			e.try = try
			if e.by != 0 || e.broken != nil || try == tries || !r.plays[m.under].waits {
				return e
			}
		}
	})
}

// tries is how often a schedule of processes is played before a mutant counts as a survivor. What meets what there is the
// machine's choice: on a busy one the only tick that released anything may be one that cut nothing. It costs nobody a
// false catch, for the program as it is passes the same schedule.
const tries = 3

// in gives f a folder of its own, which goes when f is done.
func (r *runner) in(name string, f func(dir string) ending) ending {
	dir, err := os.MkdirTemp(r.dir, strings.ReplaceAll(name, " ", "-")+"-")
	if err != nil {
		return ending{broken: err}
	}
	e := f(dir)
	if r.keep {
		return e
	}
	if err := os.RemoveAll(dir); err != nil && e.broken == nil {
		e.broken = err
	}
	return e
}

// each calls f for 0 to n-1, for as many at a time as there are places; so programs are not built far ahead.
func (r *runner) each(n int, f func(int)) {
	var wg sync.WaitGroup
	room := make(chan struct{}, 2*r.jobs)
	for i := range n {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			f(i)
		})
	}
	wg.Wait()
}

func (r *runner) tell(of int, x *result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	what := x.says
	if x.broken != nil {
		what = x.broken.Error()
	}
	if x.try > 1 && x.caught() {
		what += fmt.Sprintf(" (only at the %d. try)", x.try)
	}
	fmt.Fprintf(r.out, "%-17s %5.1fs  %d/%d %s: %s\n", x.word(), x.took.Seconds(), r.done, of, x.name, what)
}
