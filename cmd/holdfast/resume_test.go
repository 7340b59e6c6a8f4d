package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/stream/streamtest/apache"
)

var measure = flag.Bool("measure", false, "measure how long the output rests when a worker or a broker dies, on a real Apache Kafka; some minutes")

const resumeConfig = `
kafka: {prefix: resume., partitions: 4, brokers: [%s]}
worker: %s
state_dir: %s
stages: [%s]
admin: {listen: "%s"}
log: {format: json}
capture: {webhook: {listen: "%s", unsigned: true}}
clock: {tick: 500ms, epoch: 5s, slack: 500ms}
`

// bench is a cluster, one capture that is fed, and two workers that fold.
type bench struct {
	t       *testing.T
	dir     string
	binary  string
	cluster *apache.Cluster
	hook    string
	workers map[string]*worker

	mu   sync.Mutex
	last map[int32]time.Time     // when the newest custody record of a partition was seen
	rest map[int32]time.Duration // the longest time without one, since reset
}

type worker struct {
	file, admin string
	cmd         *exec.Cmd
	ended       chan struct{}
}

// TestResume measures. At stake: docs/OPERATIONS.md promises how long the output rests, and an operator plans by it. It
// holds that the output goes on; how soon is printed and not judged, for that is the machine's.
func TestResume(t *testing.T) {
	if !*measure {
		t.Skip("measures for some minutes: go test ./cmd/holdfast -run TestResume -measure -v")
	}
	b := newBench(t)
	same := func() { b.start("w1", "") }
	nobody := func() {}
	for _, c := range []struct {
		what string
		env  string // faults of w1
		do   func()
		then func()
	}{
		{"clean stop, another worker takes over", "", func() { b.end("w1", syscall.SIGTERM) }, nobody},
		{"SIGKILL, back at once under its name", "", func() { b.end("w1", syscall.SIGKILL) }, same},
		{"SIGKILL, another worker takes over", "", func() { b.end("w1", syscall.SIGKILL) }, nobody},
		{"SIGKILL in an open transaction, back at once", "point=flushed,nth=1500", func() { <-b.workers["w1"].ended }, same},
		{"SIGKILL in an open transaction, another takes over", "point=flushed,nth=1500", func() { <-b.workers["w1"].ended }, nobody},
		{"SIGKILL of one broker of three", "", func() {
			if err := b.cluster.Kill(1); err != nil {
				t.Fatal(err)
			}
		}, nobody},
	} {
		if runs := b.runs("w1"); !runs || c.env != "" {
			if runs {
				b.end("w1", syscall.SIGTERM)
			}
			b.start("w1", c.env)
		}
		b.settled("w1")
		b.reset()
		c.do()
		c.then()
		b.flows(40 * time.Second)
		t.Logf("| %s | %.1f s |", c.what, b.longest().Seconds())
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), workers: map[string]*worker{}, last: map[int32]time.Time{}, rest: map[int32]time.Duration{}}
	b.binary = filepath.Join(b.dir, "holdfast")
	if out, err := exec.Command("go", "build", "-tags", "faultpoints", "-o", b.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	// What the harness shortens for tests is put back to Apache's defaults.
	var err error
	b.cluster, err = apache.Start(ctx, apache.Options{Brokers: 3, Properties: map[string]string{
		"transaction.abort.timed.out.transaction.cleanup.interval.ms": "10000", "broker.session.timeout.ms": "9000"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.cluster.Stop() }) // the processes end with this one in any case
	b.hook = free(t)
	b.start("w0", "")
	b.start("w2", "")
	return b
}

func free(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// start starts a worker; w0 captures and is fed, the others fold.
func (b *bench) start(name, faults string) {
	w := &worker{file: filepath.Join(b.dir, name+".yaml"), admin: free(b.t), ended: make(chan struct{})}
	stages := "observe,clock,correlate"
	if name == "w0" {
		stages = "capture"
	}
	text := fmt.Sprintf(resumeConfig, strings.Join(b.cluster.Bootstrap(), ","), name, filepath.Join(b.dir, "state"), stages, w.admin, b.hook)
	if err := os.WriteFile(w.file, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	if name == "w0" {
		b.await("the topics are there", func() bool { // a slow machine's brokers may not answer in time
			return exec.Command(b.binary, "topics", "create", "--config", w.file).Run() == nil
		})
	}
	log, err := os.OpenFile(filepath.Join(b.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	w.cmd = exec.Command(b.binary, "run", "--config", w.file)
	w.cmd.Env = append(os.Environ(), "HOLDFAST_TEST_FAULTS="+faults)
	w.cmd.Stderr = log
	if err := w.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	go func() { _ = w.cmd.Wait(); _ = log.Close(); close(w.ended) }() // how it ended is no matter
	b.workers[name] = w
	b.t.Cleanup(func() { _ = w.cmd.Process.Kill(); <-w.ended })
	if name == "w0" {
		b.await("capture is ready", func() bool { _, ok := b.partitions(name); return ok })
		ctx, stop := context.WithCancel(context.Background())
		b.t.Cleanup(stop)
		go b.feed(ctx)
		go b.watch(ctx)
	}
}

func (b *bench) runs(name string) bool {
	w := b.workers[name]
	if w == nil {
		return false
	}
	select {
	case <-w.ended:
		return false
	default:
		return true
	}
}

func (b *bench) end(name string, how syscall.Signal) {
	w := b.workers[name]
	if err := w.cmd.Process.Signal(how); err != nil {
		b.t.Fatal(err)
	}
	<-w.ended
}

func (b *bench) await(what string, is func() bool) {
	b.t.Helper()
	for end := time.Now().Add(4 * time.Minute); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			log, _ := os.ReadFile(filepath.Join(b.dir, "w1.log"))
			b.t.Fatalf("waited in vain until %s\n%s", what, log[max(0, len(log)-4000):])
		}
	}
}

// partitions returns how many partitions of correlate a worker has, and whether it is ready.
func (b *bench) partitions(name string) (int, bool) {
	res, err := http.Get("http://" + b.workers[name].admin + "/readyz")
	if err != nil {
		return 0, false
	}
	defer func() { _ = res.Body.Close() }()
	var a struct {
		Ready  bool
		Stages []struct {
			Name       string
			Partitions []any
		}
	}
	if json.NewDecoder(res.Body).Decode(&a) != nil {
		return 0, false
	}
	n := 0
	for _, s := range a.Stages {
		if s.Name == stageCorrelate {
			n = len(s.Partitions)
		}
	}
	return n, a.Ready
}

// settled waits until both workers share the partitions and every one of them flows.
func (b *bench) settled(name string) {
	b.await(name+" has half of the partitions", func() bool {
		n, ok := b.partitions(name)
		m, ok2 := b.partitions("w2")
		return ok && ok2 && n == 2 && m == 2
	})
	b.flows(3 * time.Second)
}

// flows waits for so long, and then until every partition's newest record is younger than a second.
func (b *bench) flows(atLeast time.Duration) {
	until := time.Now().Add(atLeast)
	b.await("every partition flows", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		young := 0
		for _, at := range b.last {
			if time.Since(at) < time.Second {
				young++
			}
		}
		return young == 4 && time.Now().After(until)
	})
}

func (b *bench) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.rest)
}

func (b *bench) longest() (d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.rest {
		d = max(d, r)
	}
	return d
}

// feed posts twenty events a second, each of another conversation.
func (b *bench) feed(ctx context.Context) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		body := strings.ReplaceAll(fmt.Sprintf(scrapeEvent, 0), "c0ffee00-0000-4000-8000-000000000000", fmt.Sprintf("c0ffee00-0000-4000-9000-%012d", n))
		go func() {
			if res, err := http.Post("http://"+b.hook+"/v1/events", "application/json", strings.NewReader(body)); err == nil {
				_ = res.Body.Close()
			}
		}()
	}
}

// watch reads the custody records as whoever stands behind would, committed ones alone.
func (b *bench) watch(ctx context.Context) {
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.cluster.Bootstrap()...), kgo.ConsumeTopics("resume.custody.records"),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.FetchMaxWait(100*time.Millisecond))
	if err != nil {
		b.t.Error(err)
		return
	}
	defer cl.Close()
	for ctx.Err() == nil {
		fetches := cl.PollFetches(ctx)
		now := time.Now()
		b.mu.Lock()
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			if len(p.Records) > 0 {
				if last, seen := b.last[p.Partition]; seen {
					b.rest[p.Partition] = max(b.rest[p.Partition], now.Sub(last))
				}
				b.last[p.Partition] = now
			}
		})
		b.mu.Unlock()
	}
}
