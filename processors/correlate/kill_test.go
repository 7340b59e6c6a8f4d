package correlate

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

const (
	killShards = 3
	killPrefix = "k."
)

// TestMain lets the test binary be a worker process of its own: that is what the kill test kills.
func TestMain(m *testing.M) {
	if os.Getenv("CORRELATE_TEST_WORKER") != "" {
		os.Exit(workerProcess())
	}
	if os.Getenv(sumsVariable) != "" {
		os.Exit(printSums())
	}
	// A check is a whole story, several times over; -rapid.checks asks for more of them.
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func workerProcess() int {
	seed, _ := strconv.ParseUint(os.Getenv("CORRELATE_TEST_SEED"), 10, 64)
	dir := os.Getenv("CORRELATE_TEST_DIR")
	level := slog.LevelError
	if os.Getenv("CORRELATE_TEST_LOG") != "" {
		level = slog.LevelDebug
	}
	cfg := stream.Config{
		Kafka:  stream.Kafka{Brokers: []string{os.Getenv("CORRELATE_TEST_BROKER")}, Prefix: killPrefix},
		Worker: os.Getenv("CORRELATE_TEST_WORKER"), Dir: dir,
		Commit: 10 * time.Millisecond, HotSet: 16, MaxTransactionRecords: 40,
		SessionTimeout: 2 * time.Second, RebalanceTimeout: 2 * time.Second, TransactionTimeout: 3 * time.Second,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})),
	}
	note := func(s string) func(stream.TransactionInfo) {
		return func(stream.TransactionInfo) {
			f, err := os.OpenFile(filepath.Join(dir, "transactions"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
			if err != nil {
				panic(err)
			}
			_, _ = f.WriteString(s)
			_ = f.Close()
		}
	}
	cfg.Observer = stream.Tee(stream.LogObserver(cfg.Logger), &stream.Observer{TransactionCommitted: note("c"), TransactionAborted: note("a")})
	if os.Getenv(calmVariable) != "" {
		calm(&cfg)
		return runWorker(cfg)
	}
	streamtest.AbortOneIn(&cfg, 3, seed)
	streamtest.KillOneIn(&cfg, 220, seed, func() {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	})
	return runWorker(cfg)
}

func runWorker(cfg stream.Config) int {
	spec, err := Spec(os.Getenv("CORRELATE_TEST_REGIME"), 0)
	if err != nil {
		panic(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := stream.Run(ctx, cfg, spec); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// cluster is a broker in this process, what looks at it from outside, and a worker process that is started again
// whenever it dies, under its name and on its disk.
type cluster struct {
	t      *testing.T
	fake   *kfake.Cluster
	kafka  stream.Kafka
	cl     *kgo.Client
	adm    *kadm.Client
	regime string
	dir    string
	deaths atomic.Int64
	failed atomic.Int64 // ends that nobody asked for and no signal caused
	ended  atomic.Bool
	mu     sync.Mutex
	worker *os.Process
	wg     sync.WaitGroup
}

func newCluster(t *testing.T) *cluster {
	c := &cluster{t: t, regime: document(t, killShards, storySettings), dir: t.TempDir()}
	var names []string
	for _, name := range []string{schemas.TopicObservations, schemas.TopicCorrelateState, schemas.TopicCustodyRecords, schemas.TopicCustodyOpenings,
		schemas.TopicDriftAlerts, schemas.TopicProbes, schemas.TopicDeadLetters} {
		names = append(names, killPrefix+name)
	}
	var err error
	c.fake, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(500*time.Millisecond), kfake.SeedTopics(killShards, names...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.fake.Close)
	c.kafka = stream.Kafka{Brokers: c.fake.ListenAddrs(), Prefix: killPrefix}
	opts, err := c.kafka.Options()
	if err != nil {
		t.Fatal(err)
	}
	if c.cl, err = kgo.NewClient(append(opts, kgo.RecordPartitioner(kgo.ManualPartitioner()))...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.cl.Close)
	c.adm = kadm.NewClient(c.cl)
	return c
}

func (c *cluster) start() {
	c.t.Cleanup(c.stop)
	c.wg.Go(func() {
		for seed := 1; !c.ended.Load(); seed++ {
			cmd := exec.Command(os.Args[0], "-test.run=^$")
			cmd.Env = append(os.Environ(), "CORRELATE_TEST_WORKER=a", "CORRELATE_TEST_DIR="+c.dir, "CORRELATE_TEST_BROKER="+c.kafka.Brokers[0],
				"CORRELATE_TEST_SEED="+strconv.Itoa(seed), "CORRELATE_TEST_REGIME="+c.regime)
			cmd.Stderr = os.Stderr
			c.mu.Lock()
			err := cmd.Start()
			c.worker = cmd.Process
			c.mu.Unlock()
			if err != nil {
				c.t.Error(err)
				return
			}
			err = cmd.Wait()
			var exit *exec.ExitError
			switch {
			case c.ended.Load():
			case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled():
				c.deaths.Add(1)
			default:
				if c.failed.Add(1) > 20 {
					return
				}
			}
		}
	})
}

func (c *cluster) stop() {
	c.ended.Store(true)
	c.mu.Lock()
	if c.worker != nil {
		_ = c.worker.Signal(syscall.SIGTERM)
	}
	c.mu.Unlock()
	c.wg.Wait()
}

func (c *cluster) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	c.t.Cleanup(cancel)
	return ctx
}

// feed writes what a schedule holds to observations.
func (c *cluster) feed(recs []any) {
	var out []*kgo.Record
	for _, rec := range recs {
		key, value := keyOf(rec), encode(c.t, rec)
		add := func(p int32) {
			out = append(out, &kgo.Record{Topic: killPrefix + schemas.TopicObservations, Partition: p, Key: []byte(key), Value: value})
		}
		if o, ok := rec.(*schemas.Observation); ok {
			add(schemas.Murmur2Partition([]byte(o.Entity), killShards))
			continue
		}
		for p := range int32(killShards) {
			add(p)
		}
	}
	if err := c.cl.ProduceSync(c.context(), out...).FirstErr(); err != nil {
		c.t.Fatal(err)
	}
}

// wait waits until the worker has folded all there is, what it told itself included.
func (c *cluster) wait() {
	c.t.Helper()
	for end := time.Now().Add(60 * time.Second); !c.folded(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) || c.failed.Load() > 20 {
			c.t.Fatalf("the worker does not fold all there is: %d deaths, %d failures", c.deaths.Load(), c.failed.Load())
		}
	}
}

func (c *cluster) folded() bool {
	topic := killPrefix + schemas.TopicObservations
	ends, err := c.adm.ListEndOffsets(c.context(), topic)
	if err != nil {
		c.t.Fatal(err)
	}
	stable, err := c.adm.ListCommittedOffsets(c.context(), topic)
	if err != nil {
		c.t.Fatal(err)
	}
	at, err := c.adm.FetchOffsets(c.context(), killPrefix+"correlate")
	if err != nil {
		return false
	}
	for p := range int32(killShards) {
		e, _ := ends.Lookup(topic, p)
		s, _ := stable.Lookup(topic, p)
		o, ok := at.Lookup(topic, p)
		if s.Offset != e.Offset || !ok {
			return false
		}
		// What lies between may be markers only.
		if o.At != e.Offset && len(c.readFrom(schemas.TopicObservations, p, o.At, e.Offset)) > 0 {
			return false
		}
	}
	return true
}

func (c *cluster) read(name string) (all []stream.Record) {
	ends, err := c.adm.ListEndOffsets(c.context(), killPrefix+name)
	if err != nil {
		c.t.Fatal(err)
	}
	for p := range int32(killShards) {
		e, _ := ends.Lookup(killPrefix+name, p)
		all = append(all, c.readFrom(name, p, 0, e.Offset)...)
	}
	return all
}

// readFrom reads what is committed.
func (c *cluster) readFrom(name string, p int32, from, end int64) []stream.Record {
	got, err := streamtest.Committed(c.context(), c.kafka, name, p, from, end)
	if err != nil {
		c.t.Fatal(err)
	}
	return got
}

// At stake: the whole promise. A worker is killed with SIGKILL at least 20 times, anywhere in a transaction's life, with
// its state on disk, and at least one transaction in five is aborted: what was committed is, byte for byte, what a
// single pass over the same observations makes; what it told itself is compared, and stands in the log once.
func TestKilledWorker(t *testing.T) {
	c := newCluster(t)
	c.feed([]any{&schemas.Regime{Document: c.regime}})
	c.start()
	var recs []any
	for _, rec := range schedule(seeded(3), tell(seeded(3), 230)) {
		if _, ok := rec.(settled); !ok && rec != nil {
			recs = append(recs, rec)
		}
	}
	last := recs[len(recs)-1].(*schemas.Tick)
	for round := 0; len(recs) > 0 || c.deaths.Load() < 20; round++ {
		n := min(len(recs), 150)
		c.feed(recs[:n])
		recs = recs[n:]
		if n == 0 { // all is told; ticks alone go on
			last = tickOf(last.N+1, last.TMS+1, last.TMS+1, last.Epoch+1, true)
			c.feed([]any{last})
		}
		if round%3 == 2 || n == 0 {
			c.wait()
		}
		if round > 2000 {
			t.Fatalf("the worker died only %d times", c.deaths.Load())
		}
	}
	c.wait()
	c.stop()
	c.mustEqualFold()
}

func (c *cluster) mustEqualFold() {
	t := c.t
	observations, measures, compared := c.compareFold(specOf(t, c.regime))
	transactions, err := os.ReadFile(filepath.Join(c.dir, "transactions"))
	if err != nil {
		t.Fatal(err)
	}
	aborted := 0
	for _, b := range transactions {
		if b == 'a' {
			aborted++
		}
	}
	t.Logf("%d deaths, %d of %d transactions aborted, %d observations, %d measures, compared %v, %d failures", c.deaths.Load(), aborted, len(transactions), observations, measures, compared, c.failed.Load())
	if observations < 3000 || measures < 100 || compared[schemas.TopicDriftAlerts] == 0 || aborted*5 < len(transactions) || c.deaths.Load() < 20 {
		t.Fatal("that is too little to prove anything")
	}
}

// compareFold holds that what is committed is, byte for byte, what a single pass over the same observations makes. It
// returns how much that was, by topic.
func (c *cluster) compareFold(spec stream.Spec) (observations, measures int, compared map[string]int) {
	t := c.t
	input := c.read(schemas.TopicObservations)
	want, err := streamtest.Fold(spec, killShards, input, selfOf)
	if err != nil {
		t.Fatalf("fold the recorded input: %v", err)
	}
	checkOutputs(t, killShards, want)
	for _, r := range input {
		if schemas.IsObservation(r.Value) {
			observations++
		} else if _, _, ok := selfOf(r); ok {
			measures++
		}
	}
	compared = map[string]int{}
	for _, name := range []string{schemas.TopicCustodyRecords, schemas.TopicDriftAlerts, schemas.TopicCustodyOpenings, schemas.TopicProbes} {
		got := c.read(name)
		var expected []streamtest.Output
		for _, o := range want {
			if o.Topic == name {
				expected = append(expected, o)
			}
		}
		if name != schemas.TopicCustodyRecords && name != schemas.TopicCustodyOpenings {
			// Several shards write into one partition: there only the order within a key is given.
			slices.SortStableFunc(got, func(a, b stream.Record) int { return slices.Compare(a.Key, b.Key) })
			slices.SortStableFunc(expected, func(a, b streamtest.Output) int { return slices.Compare(a.Key, b.Key) })
		}
		compared[name] = len(got)
		if len(got) != len(expected) {
			t.Fatalf("%s: %d records, the fold makes %d", name, len(got), len(expected))
		}
		for i := range got {
			if !slices.Equal(got[i].Key, expected[i].Key) || !slices.Equal(got[i].Value, expected[i].Value) {
				t.Fatalf("%s, record %d: got %q, the fold makes %q", name, i, got[i].Value, expected[i].Value)
			}
		}
	}
	return observations, measures, compared
}
