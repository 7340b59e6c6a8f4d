package stream

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"holdfast.example/stream/internal/fault"
)

// Config is one worker's configuration. Zero values of optional fields mean their defaults.
type Config struct {
	Kafka Kafka // how the cluster is reached

	// Worker is the worker's stable name: the same after a restart, different from every other worker of the group.
	// In a StatefulSet, the pod's name. It names the static group member and the transactional id, so a restarted
	// worker takes over its partitions and ends its predecessor's transaction at once.
	Worker string

	// Dir holds the local copy of committed state, one folder a worker and verb. It may be lost or old at any time.
	// Empty: state is kept in memory and read back from the changelog at every start.
	Dir string

	// Commit is the longest a transaction gathers input; it ends earlier when the input is momentarily empty.
	// Default 100 ms.
	Commit time.Duration
	// MaxTransactionBytes closes a transaction when its input, outputs and state reach it. Default 4 MiB.
	MaxTransactionBytes int
	// MaxTransactionRecords closes a transaction after so many calls of Step and Drain. Default 10,000.
	MaxTransactionRecords int

	// SessionTimeout is how long a silent worker keeps its partitions. Default 9 s; brokers refuse less than their
	// group.min.session.timeout.ms (6 s).
	SessionTimeout time.Duration
	// RebalanceTimeout is how long the group waits for a member to hand over in a rebalance. Default 10 s.
	RebalanceTimeout time.Duration
	// TransactionTimeout is when the broker ends the transaction of a worker that died and did not come back; until
	// then it holds up everybody who reads committed. Also the deadline of one commit. Default 12 s.
	TransactionTimeout time.Duration

	// FetchMaxBytes bounds one fetch of all partitions, and what of it waits in memory; also one fetch of a restore, of
	// which four are under way at once. Default 8 MiB.
	FetchMaxBytes int32
	// HotSet is how many decoded entities a shard keeps in memory beside its store. Default 100,000.
	HotSet int
	// StoreCache is the block cache of the local store in bytes. Default 64 MiB.
	StoreCache int64
	// TombstoneLife is the changelog's delete.retention.ms: local state older than it may have missed a deletion and is
	// discarded. Default 7 days; `holdfast topics check` compares it with the topic's.
	TombstoneLife time.Duration

	// StayOnStop keeps the group membership at a clean stop: for a restart that is back within SessionTimeout. Without
	// it a clean stop hands the partitions over at once.
	StayOnStop bool

	Logger   *slog.Logger // nil: nothing is logged
	Observer *Observer    // nil: nobody watches

	disk vfs.FS // under Dir; nil: the host's; only this package's tests set it

	// Faults is nil outside tests; its type is internal, so only stream/streamtest can set it.
	Faults *fault.Plan
}

// ErrConfig marks an error that only a change of configuration, topics or permissions can mend. The worker stops; the
// process ends with exit code 4.
var ErrConfig = errors.New("configuration refused")

// workerForm is what Kafka allows in a static member's id.
var workerForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// Validate returns every mistake at once, one line each, or nil.
func (c Config) Validate() error {
	var wrong []error
	if _, err := c.Kafka.Options(); err != nil {
		wrong = append(wrong, err)
	}
	if !workerForm.MatchString(c.Worker) {
		wrong = append(wrong, fmt.Errorf("worker %q: a stable name of 1 to 128 letters, digits, '.', '_', '-'", c.Worker))
	}
	d := c.withDefaults()
	for _, x := range []struct {
		name  string
		value int64
	}{
		{"commit", int64(d.Commit)}, {"max_transaction_bytes", int64(d.MaxTransactionBytes)},
		{"max_transaction_records", int64(d.MaxTransactionRecords)}, {"session_timeout", int64(d.SessionTimeout)},
		{"rebalance_timeout", int64(d.RebalanceTimeout)}, {"transaction_timeout", int64(d.TransactionTimeout)},
		{"fetch_max_bytes", int64(d.FetchMaxBytes)}, {"hot_set", int64(d.HotSet)},
		{"store_cache", d.StoreCache}, {"tombstone_life", int64(d.TombstoneLife)},
	} {
		if x.value < 0 {
			wrong = append(wrong, fmt.Errorf("%s: %d is negative", x.name, x.value))
		}
	}
	if d.Commit >= d.TransactionTimeout {
		wrong = append(wrong, fmt.Errorf("commit %v: must be shorter than transaction_timeout %v", d.Commit, d.TransactionTimeout))
	}
	return errors.Join(wrong...)
}

func (c Config) withDefaults() Config {
	def(&c.Commit, 100*time.Millisecond)
	def(&c.MaxTransactionBytes, 4<<20)
	def(&c.MaxTransactionRecords, 10_000)
	def(&c.SessionTimeout, 9*time.Second)
	def(&c.RebalanceTimeout, 10*time.Second)
	def(&c.TransactionTimeout, 12*time.Second)
	def(&c.FetchMaxBytes, 8<<20)
	def(&c.HotSet, 100_000)
	def(&c.StoreCache, 64<<20)
	def(&c.TombstoneLife, 7*24*time.Hour)
	if c.disk == nil {
		c.disk = vfs.Default
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Validate returns every mistake of the stage at once, or nil.
func (s Spec) Validate() error {
	var wrong []error
	if !workerForm.MatchString(s.Name) {
		wrong = append(wrong, fmt.Errorf("stage %q: the name is 1 to 128 letters, digits, '.', '_', '-'", s.Name))
	}
	if s.Input == "" || s.Open == nil {
		wrong = append(wrong, fmt.Errorf("stage %s: it has no input or cannot open a task", s.Name))
	}
	if (s.Changelog == "") != (s.Decode == nil) {
		wrong = append(wrong, fmt.Errorf("stage %s: changelog and Decode come together or not at all", s.Name))
	}
	if s.Lanes < 0 || s.Lanes > maxLanes {
		wrong = append(wrong, fmt.Errorf("stage %s: %d lanes; 0 to %d are possible", s.Name, s.Lanes, maxLanes))
	}
	self := false
	for _, o := range s.Outputs {
		self = self || o == s.Input
	}
	if self != s.SelfTopic {
		wrong = append(wrong, fmt.Errorf("stage %s: SelfTopic says %t, its outputs say %t", s.Name, s.SelfTopic, self))
	}
	return errors.Join(wrong...)
}
