package correlate

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// Goals, in observations a second of one core.
const (
	goalEach = 100_000 // each makes a leaf
	goalFive = 300_000 // one in five does
)

// workload is what a busy shard sees in a few seconds: conversations at various stages side by side, each of four
// events, two notifications and two inspections; every fact comes as often as redelivered says.
func workload(redelivered int) (observations []schemas.Observation) {
	const conversations, live = 2000, 200
	facts := func(i int) (all []*schemas.Observation) {
		c := fmt.Sprintf("5a8bc0ff-1c0f-4d0f-9c39-%012x", i)
		at := int64(epoch0 + i)
		all = append(all, eventOf(c, "customer.start", "7f0a5a0e-"+c, "", at, at), eventOf(c, "user.start", "8f0a5a0e-"+c, "agent-"+c, at+1, at),
			eventOf(c, "user.end", "8f0a5a0e-"+c, "agent-"+c, at+2, at), eventOf(c, "customer.end", "7f0a5a0e-"+c, "", at+3, at))
		x := object{conversation: c, recording: "9f0a5a0e-" + c, role: schemas.RoleMedia, version: "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY", size: 7}
		all = append(all, x.notified(schemas.ActionCreated, at+4))
		a := answer{outcome: schemas.OutcomeOK, content: c, hold: schemas.HoldOff, mode: schemas.RetentionNone, request: c}
		inspected := x.inspected(a, at+5)
		x.role = schemas.RoleMetadata
		all = append(all, x.notified(schemas.ActionCreated, at+6), inspected)
		a.export, a.times = exportOfFile(schemas.FormMetadata, c, x.recording, "", at, at+60_000, -1)
		return append(all, x.inspected(a, at+7))
	}
	for first := 0; first < conversations; first += live {
		var batch [][]*schemas.Observation
		for i := range live {
			batch = append(batch, facts(first+i))
		}
		for k := range batch[0] {
			for range redelivered {
				for _, of := range batch {
					observations = append(observations, *of[k])
				}
			}
		}
	}
	return observations
}

// cpu is the processor time this process has used. The figure is of processor time, so that a busy machine does not
// falsify it; the garbage collector's is in it.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fresh is a shard that has folded its regime.
func fresh(b *testing.B) (*shard, *stream.State) {
	doc := document(b, 1, nil)
	spec := specOf(b, doc)
	state, err := stream.NewState(stream.NewMemory(), &spec, 0)
	if err != nil {
		b.Fatal(err)
	}
	s, err := open(worker{document: doc}, 0, 1, nil)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.enter(state, &schemas.Regime{Document: doc}, epoch0); err != nil {
		b.Fatal(err)
	}
	return s, state
}

const commitEvery = 4000 // observations a transaction, as at some 40,000 a second

func commit(b *testing.B, s *shard, state *stream.State, n int) {
	meta, err := s.Meta()
	if err != nil {
		b.Fatal(err)
	}
	if err := state.Commit(meta, stream.Position{Next: int64(n)}); err != nil {
		b.Fatal(err)
	}
}

func report(b *testing.B, goal, n int, used time.Duration) {
	speed := float64(n) / used.Seconds()
	b.ReportMetric(speed, "obs/s")
	b.ReportMetric(float64(used.Nanoseconds())/float64(n), "cpu-ns/obs")
	if goal == 0 {
		return
	}
	verdict := "reached"
	if speed < float64(goal) {
		verdict = "MISSED"
	}
	b.Logf("goal %d observations a second of one core, got %.0f: %s", goal, speed, verdict)
}

// BenchmarkFold is the pure fold: decoded observations over state in memory.
func BenchmarkFold(b *testing.B) {
	for _, c := range []struct {
		name        string
		redelivered int
		goal        int
	}{{"each", 1, goalEach}, {"five", 5, goalFive}} {
		b.Run(c.name, func(b *testing.B) {
			work := workload(c.redelivered)
			n := 0
			runtime.GC()
			b.ReportAllocs()
			var used time.Duration
			for b.Loop() {
				s, state := fresh(b)
				from := cpu()
				for i := range work {
					if err := s.fact(state, &work[i]); err != nil {
						b.Fatal(err)
					}
				}
				used += cpu() - from
				n += len(work)
			}
			report(b, c.goal, n, used)
		})
	}
}

// BenchmarkStep is all a worker does with a record, but for the broker: decode, fold, and every 4,000 records the
// transaction's encoding of state. It has no goal.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name        string
		redelivered int
		decodes     bool
	}{{"decoded", 1, false}, {"encoded", 1, true}, {"encoded-redelivered", 5, true}} {
		b.Run(c.name, func(b *testing.B) {
			work := workload(c.redelivered)
			records := make([]stream.Record, len(work))
			for i := range work {
				records[i] = stream.Record{Key: []byte(work[i].Entity), Value: encode(b, &work[i]), Offset: int64(i)}
			}
			n := 0
			runtime.GC()
			b.ReportAllocs()
			var used time.Duration
			for b.Loop() {
				s, state := fresh(b)
				from := cpu()
				for i := range records {
					var err error
					if c.decodes {
						err = s.Step(state, records[i])
					} else {
						err = s.fact(state, &work[i])
					}
					if err != nil {
						b.Fatal(err)
					}
					if i%commitEvery == commitEvery-1 {
						commit(b, s, state, i)
					}
				}
				used += cpu() - from
				n += len(records)
			}
			report(b, 0, n, used)
		})
	}
}

// BenchmarkVerdict is a tick that judges recordings: pairing, verdict and measure each.
func BenchmarkVerdict(b *testing.B) {
	work := workload(1)
	n := 0
	var used time.Duration
	for b.Loop() {
		s, state := fresh(b)
		for i := range work {
			if err := s.fact(state, &work[i]); err != nil {
				b.Fatal(err)
			}
		}
		at := int64(epoch0 + 600_000)
		from := cpu()
		if err := s.tick(state, tickOf(1, at, at, 1, true)); err != nil {
			b.Fatal(err)
		}
		for more := true; more; {
			var err error
			if more, err = s.Drain(state); err != nil {
				b.Fatal(err)
			}
		}
		used += cpu() - from
		n += 2000
	}
	b.ReportMetric(float64(n)/used.Seconds(), "verdicts/s")
}
