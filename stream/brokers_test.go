package stream_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest/apache"
)

// oneBroker says which tests do not run on both brokers, and why. What is not named here runs on the in-process broker
// and on Apache Kafka.
var oneBroker = []struct{ tests, on, why string }{
	// The fake cannot honour these (it loses acknowledged data when it is killed, has no replicas, and compacts away
	// what an open transaction has not replaced yet).
	{"TestBrokerFaults", "apache", "kills, stops and restarts brokers"},
	{"TestCompaction", "apache", "compacts a changelog in which transactions are open"},
	{"TestThirdWorker", "apache", "the fake's groups keep members whose connection died while they joined; TestHandover runs on both"},
	{"TestForeignTransactions", "apache", "kills workers meanwhile; TestForeignMarkers runs on both"},

	// Only a broker in this process lets a test stand before it, look into it, or move its clock.
	{"TestFaults TestFaultTableIsComplete", "kfake", "harms requests on the wire, in virtual time"},
	{"TestOffsetsOfEveryShard", "kfake", "reads the requests that the broker gets"},
	{"TestV12StaleRestoreRejoins", "kfake", "holds one request up while the group moves on"},
	{"TestRestoreOfManyFetches TestRestoreTogether TestClockJumps TestForeignMarkersAtTheEnd", "kfake", "looks into the broker, or at the worker alone"},

	// The broker has no part in what these are about: it is the runtime that refuses, or its disk.
	{"TestStops TestStageErrors TestRefusals TestInputMadeAnew TestH15ChangelogOfOtherCount TestTopicMissing TestStepErrorNamesTheRecord", "kfake", "the runtime's own refusals"},
	{"TestDiskOfYesterday TestDisksOfOthers TestDamagedStore TestFullDisk", "kfake", "the local disk; TestDisks runs on both"},
	{"TestNoGoroutineIsLeft TestObserved", "kfake", "the process, not the cluster"},

	// On a real cluster these take too long for what they add.
	{"TestKillAtEveryPoint", "kfake", "16 rows of three deaths; TestKills runs on both"},
	{"TestAborts/apache/none/memory TestAborts/apache/one in five/memory", "kfake", "the rows on disk do the same"},
	{"TestFailuresInDrains/apache/disk=false", "kfake", "the row on disk does the same"},
	{"TestV1ZombieInADrain/apache/folded TestV1ZombieInADrain/apache/begun", "kfake", "one point before the broker knows of the transaction, one after"},
	{"TestStoppedProcess/apache/folded", "kfake", "TestV1ZombieInADrain/apache/staged; each row waits for session and transaction timeout"},
}

// exempt says that a row of the running test is left out on its broker.
func exempt(t testing.TB, row string) bool {
	for _, x := range oneBroker {
		if strings.Contains(" "+x.tests+" ", " "+t.Name()+"/"+row+" ") {
			return true
		}
	}
	return false
}

// At stake: the table above, which says what the fake is the only witness of. A test that opens one kind of world has its
// row; a row has its test.
func TestOneBrokerTable(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	opens := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if file.Name.Name != "stream_test" {
			continue
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(f.Name.Name, "Test") || f.Name.Name == "TestMain" {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && slices.Contains([]string{"newWorld", "virtual", "newApache", "both", "brokerKilled"}, id.Name) {
					opens[f.Name.Name] = id.Name
				}
				return true
			})
		}
	}
	on := map[string]string{"newWorld": "kfake", "virtual": "kfake", "newApache": "apache", "brokerKilled": "apache", "both": ""}
	named := map[string]string{}
	for _, x := range oneBroker {
		rest := x.tests
		for _, name := range strings.Split(rest, " Test") {
			name, row, _ := strings.Cut("Test"+strings.TrimPrefix(name, "Test"), "/")
			if row == "" {
				named[name] = x.on
			} else if opens[name] != "both" {
				t.Errorf("%s/%s has a row, and the test does not run on both brokers", name, row)
			}
		}
	}
	for name, how := range opens {
		if on[how] != named[name] {
			t.Errorf("%s runs on %q and its row says %q: add or mend its row in oneBroker, with the reason, or run it on both", name, cmp.Or(on[how], "both"), cmp.Or(named[name], "both"))
		}
	}
	for name := range named {
		if opens[name] == "" {
			t.Errorf("%s has a row and opens no world", name)
		}
	}
}

// both runs a test on the in-process broker and on a real Apache Kafka: a fake is never the only witness. A test that
// runs on one of them alone has a row in oneBroker.
func both(t *testing.T, test func(t *testing.T, open func(testing.TB) *world)) {
	t.Run("kfake", func(t *testing.T) { test(t, newWorld) })
	t.Run("apache", func(t *testing.T) { test(t, func(t testing.TB) *world { return newApache(t, 1, nil) }) })
}

// less returns how much of something is enough: on a real cluster, where all takes longer, the smaller number.
func (w *world) less(fake, real int) int {
	if w.apache != nil {
		return real
	}
	return fake
}

var worlds atomic.Int64

// newApache is a world in the test binary's cluster of one or three Apache Kafka brokers, with a prefix and topics of
// its own. configs change the changelog's configuration, which else is that of production.
func newApache(t testing.TB, brokers int, configs map[string]string) *world {
	t.Helper()
	w := &world{t: t, apache: apache.Need(t, brokers), rand: rand.New(rand.NewPCG(7, 7))}
	w.kafka = stream.Kafka{Brokers: w.apache.Bootstrap(), Prefix: fmt.Sprintf("w%d.", worlds.Add(1))}
	w.look()
	log := map[string]*string{"cleanup.policy": kadm.StringPtr("compact")}
	for k, v := range configs {
		log[k] = &v
	}
	w.create(log, "tally.state")
	w.create(nil, tallyInput, "out", "plain", schemas.TopicDeadLetters)
	return w
}

func (w *world) create(configs map[string]*string, names ...string) {
	w.t.Helper()
	for i := range names {
		names[i] = w.kafka.Topic(names[i])
	}
	made, err := w.adm.CreateTopics(w.deadline(60*time.Second), partitions, -1, configs, names...)
	if err == nil {
		err = made.Error()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	// A topic that was made is not everywhere known at once.
	w.wait("the topics", 20*time.Second, func() bool {
		ends, err := w.adm.ListEndOffsets(w.deadline(30*time.Second), names...)
		return err == nil && ends.Error() == nil
	})
}
