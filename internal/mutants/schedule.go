package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"holdfast.example/internal/rig"
)

const (
	partitions  = 3
	pace        = 5 // fold and clock are so many times faster than in the soak
	session     = 2 * time.Second
	transaction = 3 * time.Second
	recordLimit = 20

	exitStop = 6 // the worker's exit code for state or integrity
)

// Environments of workers: which stages one runs, and transactions so small that one ends in the middle of everything.
const (
	correlateOnly = "HOLDFAST_STAGES=correlate"
	observeClock  = "HOLDFAST_STAGES=observe,clock"
	observeOnly   = "HOLDFAST_STAGES=observe"
	clockOnly     = "HOLDFAST_STAGES=clock"
	aborting      = "HOLDFAST_TEST_FAULTS=abort=3,seed=7"
)

var smallTransactions = fmt.Sprintf("HOLDFAST_STREAM_MAX_TRANSACTION_RECORDS=%d", recordLimit)

// schedule is what happens to the workers while records are fed. After it everything is waited for, the workers are
// ended in good order, and the conservation checker judges the topics.
type schedule struct {
	name, says string
	large      bool  // transactions of the usual size
	clocks     []int // workers with a clock and without correlate, which end first
	run        func(ctx context.Context, s *stage) error
}

// stage is one installation on a broker of its own.
type stage struct {
	*rig.Rig
	brokers []string
	prefix  string
}

func schedules() map[string]*play {
	all := map[string]*play{goldenSchedule: goldenPlay, attributeSchedule: attributePlay}
	for _, s := range pipelineSchedules {
		all[s.name] = &play{program: program, run: s.play, waits: true}
	}
	return all
}

// play runs a program under the schedule.
func (s *schedule) play(ctx context.Context, _, binary, dir string) ending {
	broker, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second))
	if err != nil {
		return ending{broken: fmt.Errorf("start the broker: %w", err)}
	}
	defer broker.Close()
	o := rig.Options{Binary: binary, Brokers: broker.ListenAddrs(), Profile: "embedded", Boot: 1, Dir: filepath.Join(dir, "rig"),
		Partitions: partitions, Workers: 2, Seed: 1, Pace: pace, Session: session, Transaction: transaction, Prefix: "m."}
	if !s.large {
		o.Env = []string{smallTransactions}
	}
	r, err := rig.New(ctx, o)
	if err != nil {
		return ending{broken: err}
	}
	e := s.judge(ctx, &stage{r, o.Brokers, o.Prefix})
	if err := r.Close(); err != nil && e.by == 0 && e.broken == nil {
		e.broken = err
	}
	return e
}

// judge plays and judges.
func (s *schedule) judge(ctx context.Context, st *stage) ending {
	err := s.run(ctx, st)
	if err == nil {
		err = st.WaitFolded(ctx)
	}
	if err == nil {
		err = s.stop(ctx, st)
	}
	if err != nil {
		return st.ended(ctx, err)
	}
	report, err := st.Audit(ctx)
	switch {
	case err != nil:
		return ending{broken: err}
	case report.OK():
		return ending{}
	}
	says := fmt.Sprintf("lost=%d doubled=%d forks=%d holes=%d wrong=%d", report.Lost, report.Doubled, report.Forks, report.Holes, report.Wrong)
	if len(report.Violations) > 0 {
		v := &report.Violations[0]
		says = fmt.Sprintf("%s: %s: %s (%s)", v.Kind, v.Rule, v.Says, says)
	}
	return ending{by: checker, says: says}
}

// stop ends the workers in good order: who writes to observations before who folds them. A worker that runs both may
// end with ticks that nobody has folded, or with its last transaction aborted: Rest folds what is left.
func (s *schedule) stop(ctx context.Context, st *stage) error {
	for _, n := range s.clocks {
		if err := st.Term(ctx, n); err != nil {
			return err
		}
	}
	return st.Rest(ctx)
}

// ended says what it means that a schedule did not come to its end.
func (st *stage) ended(ctx context.Context, err error) ending {
	var worker *rig.Ended
	switch {
	case errors.As(err, &worker) || errors.As(st.Failed(), &worker):
		if worker.Code == exitStop {
			return ending{by: refusal, says: lastLine(worker.Tail)}
		}
		return ending{by: crash, says: fmt.Sprintf("%s: %s", worker.State, lastLine(worker.Tail))}
	case errors.Is(context.Cause(ctx), errLate):
		return ending{by: standing, says: firstLine(err.Error())}
	}
	return ending{broken: err}
}

// lastLine is the last line that a worker said.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// pristine is the unmutated program, built once.
var pristine struct {
	sync.Mutex
	path string
}

// program builds the worker; the unmutated one is shared by all schedules.
func program(ctx context.Context, b build) (string, error) {
	if len(b.swap) > 0 {
		path := filepath.Join(b.dir, "holdfast")
		return path, b.binary(ctx, path)
	}
	pristine.Lock()
	defer pristine.Unlock()
	if pristine.path != "" {
		return pristine.path, nil
	}
	path := filepath.Join(filepath.Dir(b.dir), "holdfast")
	if err := b.binary(ctx, path); err != nil {
		return "", err
	}
	pristine.path = path
	return path, nil
}
