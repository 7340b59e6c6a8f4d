package correlate

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"holdfast.example/stream"
)

// way is one of the ways in which a log may come to be folded. None of it may be seen in the outputs.
type way struct {
	name   string
	whole  bool           // the whole golden log, else the tenth
	batch  func(dice) int // calls of Step and Drain a transaction
	aborts int            // one transaction in so many is aborted; 0: none
	dies   int            // the worker dies in one in so many, and after one in so many; 0: never
	hot    int            // decoded entities kept
	disk   bool           // state lies on disk, which a worker that starts opens anew
	least  map[string]int // what must have happened, or the test is none
}

func exactly(n int) func(dice) int { return func(dice) int { return n } }

func upTo(n int) func(dice) int { return func(d dice) int { return 1 + d(n) } }

// At stake: C1, as the runtime needs it, on a log in which everything happens. Whatever the size of a transaction,
// wherever one is aborted or its worker dies, in the middle of a drain too, whatever is still in memory and wherever
// state lies: the bytes are those of the one pass that never stopped.
func TestDeterminism(t *testing.T) {
	const large = 1 << 20
	for _, w := range []way{
		{name: "batches of 10000", whole: true, batch: exactly(10_000), hot: large},
		{name: "batches of 100, nothing hot", whole: true, batch: exactly(100), hot: 1},
		{name: "anyhow in memory", whole: true, batch: upTo(2000), aborts: 6, dies: 6, hot: 16, least: map[string]int{"abort": 20, "death": 20, "cut drain": 20}},
		{name: "anyhow on disk", whole: true, batch: upTo(5000), aborts: 8, dies: 8, hot: 1000, disk: true, least: map[string]int{"abort": 5, "death": 5, "cut drain": 5}},
		{name: "one at a time", batch: exactly(1), hot: 16, least: map[string]int{"cut drain": 1000}},
		{name: "one at a time on disk", batch: exactly(1), hot: 1, disk: true, least: map[string]int{"cut drain": 1000}},
		{name: "sevens", batch: exactly(7), aborts: 10, hot: 16, least: map[string]int{"abort": 100, "cut drain": 100}},
		{name: "sevens that die", batch: exactly(7), dies: 10, hot: large, least: map[string]int{"death": 100, "cut drain": 100}},
		{name: "hundreds that die, on disk", batch: exactly(100), dies: 20, hot: 16, disk: true, least: map[string]int{"death": 10}},
		{name: "every second aborted", batch: upTo(40), aborts: 2, hot: 1, least: map[string]int{"abort": 300}},
	} {
		t.Run(strings.ReplaceAll(w.name, " ", "-"), func(t *testing.T) {
			g := theTenth()
			switch {
			case w.whole && !underRace:
				g = theGolden()
			case w.whole: // a tenth of the log in a tenth of the batch: as many transactions, aborts and deaths
				whole := w.batch
				w.batch = func(d dice) int { return max(1, whole(d)/10) }
			}
			j := &journey{way: w, t: t, d: diced(uint64(len(w.name))), g: g, spec: replayOf(t, g.regimes[0]), happened: map[string]int{}}
			for p := range int32(goldenShards) {
				j.shard(p)
			}
			t.Logf("%d records, %v", len(g.records), j.happened)
			for what, n := range w.least {
				if j.happened[what] < n {
					t.Errorf("%s: %d, want at least %d", what, j.happened[what], n)
				}
			}
		})
	}
}

// journey folds a golden log in one way and holds every output that is committed against the one pass.
type journey struct {
	way
	t        testing.TB
	d        dice
	g        *golden
	spec     stream.Spec
	happened map[string]int

	dir    string
	stores stream.Stores // nil: in memory
	store  stream.Store
	p      int32
	state  *stream.State
	task   stream.Task
	next   int  // record to fold
	at     int  // committed
	more   bool // the drain is not at its end
	made   int  // outputs committed
}

func (j *journey) shard(p int32) {
	j.p, j.store, j.stores, j.at, j.made, j.dir = p, stream.NewMemory(), nil, 0, 0, ""
	if j.disk {
		j.dir = j.t.TempDir()
	}
	var records []stream.Record
	for _, r := range j.g.records {
		if r.Partition == p {
			records = append(records, r)
		}
	}
	j.start()
	for j.at < len(records) || j.more {
		for left := j.batch(j.d); left > 0 && (j.more || j.next < len(records)); left-- {
			j.fold(records)
		}
		j.end()
	}
	if want := j.g.shard(int(p)); j.made != len(want) {
		j.t.Fatalf("shard %d: %d outputs, the one pass makes %d", p, j.made, len(want))
	}
	if j.stores != nil {
		if err := j.stores.Close(); err != nil {
			j.t.Fatal(err)
		}
	}
}

func (j *journey) fold(records []stream.Record) {
	if !j.more {
		foldOne(j.t, &j.spec, j.state, j.task, records[j.next])
		j.next, j.more = j.next+1, true
		return
	}
	var err error
	if j.more, err = j.task.Drain(j.state); err != nil {
		j.t.Fatal(err)
	}
}

// end ends the transaction in hand: committed, aborted, or its worker gone before or after.
func (j *journey) end() {
	switch {
	case j.aborts > 0 && j.d(j.aborts) == 0:
		j.happened["abort"]++
		j.state.Abort()
		j.open()
		return
	case j.dies > 0 && j.d(j.dies) == 0:
		j.happened["death"]++
		j.start()
		return
	}
	want := j.g.shard(int(j.p))
	for _, o := range j.state.Outputs() {
		if j.made == len(want) {
			j.t.Fatalf("shard %d: the one pass makes %d outputs, here is one more: %s", j.p, j.made, o.Value)
		}
		if w := &want[j.made]; w.Topic != o.Topic || w.Partition != o.Partition || !bytes.Equal(w.Key, o.Key) || !bytes.Equal(w.Value, o.Value) {
			j.t.Fatalf("shard %d, output %d, of a transaction that ends at record %d: %s %q, the one pass makes %s %q", j.p, j.made, j.next, o.Topic, o.Value, w.Topic, w.Value)
		}
		j.made++
	}
	meta, err := j.task.Meta()
	if err != nil {
		j.t.Fatal(err)
	}
	if err := j.state.Commit(meta, stream.Position{Next: int64(j.next)}); err != nil {
		j.t.Fatal(err)
	}
	j.at = j.next
	j.happened["transaction"]++
	if j.more {
		j.happened["cut drain"]++
	}
	if j.dies > 0 && j.d(j.dies) == 0 {
		j.happened["death"]++
		j.start()
	}
}

// start is a worker that comes up: it has what is stored and nothing else.
func (j *journey) start() {
	if j.dir != "" {
		if j.stores != nil {
			if err := j.stores.Close(); err != nil {
				j.t.Fatal(err)
			}
		}
		var err error
		if j.stores, err = stream.OpenDisk(filepath.Join(j.dir, "state"), 4<<20, slog.New(slog.DiscardHandler)); err != nil {
			j.t.Fatal(err)
		}
		j.store = j.stores.Partition(j.p)
	}
	var err error
	if j.state, err = stream.NewState(j.store, &j.spec, j.hot); err != nil {
		j.t.Fatal(err)
	}
	j.open()
}

// open makes the task anew from committed state, as the runtime does after an abort.
func (j *journey) open() {
	meta, err := j.store.Meta()
	if err != nil {
		j.t.Fatal(err)
	}
	if j.task, err = j.spec.Open(j.p, goldenShards, meta); err != nil {
		j.t.Fatal(err)
	}
	j.next, j.more = j.at, true
}

// At stake: what a newer processor's instructions compute must be what an older one's do; the compiler may choose others
// for each (fused, vectorised), and integers alone must not care. The golden log's hash, by this test built for both.
func TestH12ProcessorsAgree(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("GOAMD64 is of amd64; this is " + runtime.GOARCH)
	}
	want := thePin(t)
	for _, level := range []string{"v1", "v3"} {
		t.Run(level, func(t *testing.T) {
			if !underRace && level == builtFor() {
				t.Log("this process is built for it")
				return
			}
			if got := pinBuiltFor(t, level); got != want {
				t.Errorf("GOAMD64=%s folds otherwise than this process: %s", level, difference(want, got))
			}
		})
	}
}

// builtFor is the level of GOAMD64 that this process is built for; empty if it does not know.
func builtFor() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "GOAMD64" {
				return s.Value
			}
		}
	}
	return ""
}

// thePin is what the golden log comes to, as testdata/golden.pin has it, folded by this process. Under the race detector,
// which would take minutes for it, a process without it folds in its place.
func thePin(t *testing.T) string {
	if underRace {
		return pinBuiltFor(t, "v1")
	}
	return theGolden().sums() + "\n" + countsText(theCounts())
}

// pins are those that were made, by level: each is built and folded once.
var pins sync.Map

// pinBuiltFor has this test built for a level of GOAMD64, without the race detector, and lets it fold the golden log.
func pinBuiltFor(t *testing.T, level string) string {
	t.Helper()
	if pin, ok := pins.Load(level); ok {
		return pin.(string)
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no go command to build this test with")
	}
	binary := filepath.Join(t.TempDir(), "golden.test")
	build := exec.Command(tool, "test", "-c", "-o", binary, ".")
	build.Env = append(os.Environ(), "GOAMD64="+level, "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build for GOAMD64=%s: %v\n%s", level, err, out)
	}
	run := exec.Command(binary, "-test.run=^$")
	run.Env = append(os.Environ(), sumsVariable+"=1")
	out, err := run.CombinedOutput()
	if err != nil && strings.Contains(string(out), "microarchitecture support") {
		t.Skipf("this processor is none of GOAMD64=%s", level)
	}
	if err != nil {
		t.Fatalf("GOAMD64=%s: %v\n%s", level, err, out)
	}
	pins.Store(level, string(out))
	return string(out)
}

// sumsVariable asks the test binary for the sums of the golden log and nothing else.
const sumsVariable = "CORRELATE_TEST_SUMS"

func printSums() int {
	fmt.Print(theGolden().sums() + "\n" + countsText(theCounts()))
	return 0
}
