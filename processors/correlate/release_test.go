package correlate

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/replay"
)

const (
	releaseRecords = 10_000  // calls of Step and Drain a transaction
	releaseBytes   = 4 << 20 // of a transaction; what its last call makes comes on top
	releaseMemory  = 1 << 30 // of the worker, at most; what it puts out is more
)

// releaseDeadlines are released by one tick: three a conversation, for its metadata, its events and its judgement.
func releaseDeadlines(t *testing.T) int {
	if underRace {
		t.Log("50,000 deadlines; without -race it is 500,000")
		return 50_000
	}
	return 500_000
}

// At stake (H8): an outage ends, and half a million deadlines are due at once. The worker must not hold them all in one
// transaction, nor in memory; and wherever its transactions end in the drain, the bytes are those of one fold.
func TestH8OneTickReleasesHalfAMillion(t *testing.T) {
	c := newCluster(t)
	c.feed([]any{&schemas.Regime{Document: c.regime}, tickOf(1, epoch0, epoch0, 1, false)})
	deadlines := releaseDeadlines(t)
	conversations := deadlines/3 + 1
	var batch []any
	for i := range conversations {
		x := object{conversation: fmt.Sprint("c", i), recording: "r", role: schemas.RoleMedia, version: "v1", size: 7}
		if batch = append(batch, x.notified(schemas.ActionCreated, epoch0+1000+int64(i%5000))); len(batch) == 10_000 || i == conversations-1 {
			c.feed(batch)
			batch = batch[:0]
		}
	}
	c.feed([]any{tickOf(2, epoch0+3_600_000, epoch0+3_600_000, 1, true)})
	began := time.Now()
	worker := exec.Command(os.Args[0], "-test.run=^$")
	worker.Env = append(os.Environ(), "CORRELATE_TEST_WORKER=a", "CORRELATE_TEST_DIR="+c.dir, "CORRELATE_TEST_BROKER="+c.kafka.Brokers[0], "CORRELATE_TEST_REGIME="+c.regime, calmVariable+"=1")
	worker.Stderr = os.Stderr
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- worker.Wait() }()
	for end := time.Now().Add(8 * time.Minute); !c.folded() || !c.drained(); {
		select {
		case err := <-ended:
			t.Fatal("the worker ended: ", err)
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(end) {
			_ = worker.Process.Kill()
			t.Fatal("the worker does not fold all there is")
		}
	}
	folded := time.Since(began)
	memory := highWater(t, worker.Process.Pid)
	if err := worker.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	transactions, outputs := c.boundedTransactions()
	want, drained := c.oneFold()
	got := newTallies()
	for _, name := range []string{schemas.TopicCustodyRecords, schemas.TopicCustodyOpenings, schemas.TopicDriftAlerts, schemas.TopicProbes} {
		for p := range int32(killShards) {
			c.eachOf(name, p, func(r stream.Record) { got.add(name, p, r.Key, r.Value) })
		}
	}
	for name := range want.sums {
		if g, w := got.text(name), want.text(name); g != w {
			t.Errorf("%s: recorded %s, one fold makes %s", name, g, w)
		}
	}
	t.Logf("%d outputs of one drain in %d transactions, folded in %v; the worker took %d MiB", drained, transactions, folded.Round(time.Millisecond), memory>>20)
	if drained < 2*deadlines || transactions < 2*deadlines/releaseRecords/3 || outputs < drained {
		t.Error("that is too little to prove anything")
	}
	if memory > releaseMemory {
		t.Errorf("the worker took %d MiB, want at most %d", memory>>20, releaseMemory>>20)
	}
}

// highWater is the most memory, in bytes, that a process has held since it began its program. What rusage says of a child
// begins at the fork, and with what this process holds.
func highWater(t *testing.T, pid int) int64 {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Log("the worker's memory is not known: there is no /proc")
		return 0
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(b), "VmHWM:")
	field := strings.Fields(after)
	if !ok || len(field) < 2 || field[1] != "kB" {
		t.Fatalf("no VmHWM in the status of process %d", pid)
	}
	kb, err := strconv.ParseInt(field[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}

// drained says that the marker, which comes after all that a tick releases, ends every shard's records.
func (c *cluster) drained() bool {
	ends, err := c.adm.ListCommittedOffsets(c.context(), killPrefix+schemas.TopicCustodyRecords)
	if err != nil {
		c.t.Fatal(err)
	}
	for p := range int32(killShards) {
		e, _ := ends.Lookup(killPrefix+schemas.TopicCustodyRecords, p)
		last := c.readFrom(schemas.TopicCustodyRecords, p, max(0, e.Offset-2), e.Offset)
		if len(last) == 0 {
			return false
		}
		rec, err := schemas.Decode(last[len(last)-1].Value)
		if _, ok := rec.(*schemas.CustodyMarker); err != nil || !ok {
			return false
		}
	}
	return true
}

// boundedTransactions reads what the worker noted of its transactions and holds each to the limits.
func (c *cluster) boundedTransactions() (n, outputs int) {
	f, err := os.Open(filepath.Join(c.dir, "calm"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var x stream.TransactionInfo
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			c.t.Fatal(err)
		}
		outputs += x.Outputs
		// A call makes a handful of outputs, each far below a leaf's 16 KiB.
		if x.Records > releaseRecords || x.Bytes > releaseBytes+64<<10 || x.Dirty > releaseRecords {
			c.t.Errorf("a transaction beyond the limits: %+v", x)
		}
	}
	return n, outputs
}

// oneFold folds what stands in observations in a single pass, its state on disk.
func (c *cluster) oneFold() (want *tallies, drained int) {
	want = newTallies()
	stores, err := stream.OpenDisk(filepath.Join(c.t.TempDir(), "fold"), 8<<20, slog.New(slog.DiscardHandler))
	if err != nil {
		c.t.Fatal(err)
	}
	defer stores.Close()
	spec := specOf(c.t, c.regime)
	for p := range int32(killShards) {
		shard, err := replay.Open(&spec, p, killShards, stores.Partition(p), 5000)
		if err != nil {
			c.t.Fatal(err)
		}
		c.eachOf(schemas.TopicObservations, p, func(r stream.Record) {
			err := shard.Fold(r, func(o stream.Output, late bool) error {
				if late {
					drained++
				}
				want.add(o.Topic, p, o.Key, o.Value)
				return nil
			})
			if err != nil {
				c.t.Fatal(err)
			}
		})
	}
	return want, drained
}

// eachOf reads a partition piece by piece.
func (c *cluster) eachOf(name string, p int32, yield func(stream.Record)) {
	const piece = 100_000
	ends, err := c.adm.ListEndOffsets(c.context(), killPrefix+name)
	if err != nil {
		c.t.Fatal(err)
	}
	e, _ := ends.Lookup(killPrefix+name, p)
	for from := int64(0); from < e.Offset; from += piece {
		for _, r := range c.readFrom(name, p, from, min(from+piece, e.Offset)) {
			if r.Offset < from+piece {
				yield(r)
			}
		}
	}
}

// tallies sum records up without keeping them: in order where one shard writes a partition, in any order elsewhere.
type tallies struct {
	sums   map[string]*[4]uint64
	chains map[string][]hash.Hash
	counts map[string]int
}

func newTallies() *tallies {
	s := &tallies{sums: map[string]*[4]uint64{}, chains: map[string][]hash.Hash{}, counts: map[string]int{}}
	for _, name := range []string{schemas.TopicCustodyRecords, schemas.TopicCustodyOpenings, schemas.TopicDriftAlerts, schemas.TopicProbes} {
		s.sums[name] = new([4]uint64)
		for range killShards {
			s.chains[name] = append(s.chains[name], sha256.New())
		}
	}
	return s
}

func (s *tallies) add(name string, p int32, key, value []byte) {
	s.counts[name]++
	if name == schemas.TopicCustodyRecords || name == schemas.TopicCustodyOpenings {
		sum(s.chains[name][p], key, value)
		return
	}
	h := sha256.New()
	sum(h, key, value)
	digest := h.Sum(nil)
	for i := range s.sums[name] {
		s.sums[name][i] += binary.BigEndian.Uint64(digest[8*i:])
	}
}

func (s *tallies) text(name string) string {
	text := fmt.Sprintf("%d records, %x", s.counts[name], *s.sums[name])
	for _, h := range s.chains[name] {
		text += fmt.Sprintf(" %x", h.Sum(nil)[:8])
	}
	return text
}

// calmVariable asks the worker process to let nothing go wrong, and to note its transactions.
const calmVariable = "CORRELATE_TEST_CALM"

// calm makes a worker's configuration one of a production install, but for the time limit: what closes a transaction is
// its size.
func calm(cfg *stream.Config) {
	cfg.Commit, cfg.TransactionTimeout, cfg.SessionTimeout = 20*time.Second, 40*time.Second, 20*time.Second
	cfg.MaxTransactionRecords, cfg.MaxTransactionBytes, cfg.HotSet = releaseRecords, releaseBytes, 10_000
	f, err := os.OpenFile(filepath.Join(cfg.Dir, "calm"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	cfg.Observer = stream.Tee(stream.LogObserver(cfg.Logger), &stream.Observer{TransactionCommitted: func(x stream.TransactionInfo) {
		b, err := json.Marshal(x)
		if err = errors.Join(err, writeLine(f, b)); err != nil {
			panic(err)
		}
	}})
}

func writeLine(f *os.File, b []byte) error {
	_, err := f.Write(append(b, '\n'))
	return err
}
