// Package broker runs the in-process Kafka of the sandbox: kfake on the loopback, its log in a directory.
//
// kfake speaks Kafka's protocol with transactions, groups and read-committed readers, and is a fake all the same: one
// node, no replication, no fsync. Over crashes of workers and over clean stops it keeps what was promised; over its own
// kill -9 it does not (an open transaction loses its abort marker, a half-ended one stays half ended). The sandbox
// therefore lets broker and truth live and die together, and calls itself what it is: not for evidence.
//
// Invariants:
//
//  1. One process a directory: Start holds an exclusive lock (flock) on it until Stop, because two brokers on one
//     directory would both succeed in opening it.
//  2. Every start has a boot number one higher than the last, on disk before the broker listens. Workers put it into
//     their transactional ids, so no transaction of an earlier boot can be ended by a later one.
//  3. No topic is compacted and none expires: the broker cannot compact beside transactions, and would expire
//     compacted topics by event time. The topics' embedded profile says so; the broker makes none by itself.
//  4. It listens on 127.0.0.1 alone.
//
// Stored under the directory: lock, boot (a decimal number and a newline), and log/ as kfake writes it.
package broker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"holdfast.example/deploy/sandbox/port"
)

// Broker is one running broker.
type Broker struct {
	Address string // 127.0.0.1:port
	Boot    int64  // counts the starts on this directory, from 1

	cluster *kfake.Cluster
	lock    *os.File
}

// Start runs a broker over dir, which is made if it is not there.
func Start(dir string) (*Broker, error) {
	log := filepath.Join(dir, "log")
	if err := os.MkdirAll(log, 0o700); err != nil {
		return nil, fmt.Errorf("make the broker's folder: %w", err)
	}
	lock, err := acquire(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	b := &Broker{lock: lock}
	if b.Boot, err = countBoot(filepath.Join(dir, "boot")); err != nil {
		return nil, errors.Join(err, b.Stop())
	}
	p, err := port.Free()
	if err != nil {
		return nil, errors.Join(err, b.Stop())
	}
	b.cluster, err = kfake.NewCluster(
		kfake.NumBrokers(1), // one goroutine serves them all: more of them buy nothing
		kfake.Ports(p),
		kfake.DataDir(log), // in memory the whole log would stay in RAM
		kfake.GroupMinSessionTimeout(time.Second),
		kfake.BrokerConfigs(map[string]string{
			"group.consumer.heartbeat.interval.ms": "500", // the default of 5 s makes rebalances slow
			"group.consumer.session.timeout.ms":    "6000",
		}),
	)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the in-process broker: %w", err), b.Stop())
	}
	b.Address = port.Address(p)
	return b, nil
}

// Stop ends the broker cleanly; clients should be gone before.
func (b *Broker) Stop() error {
	if b.cluster != nil {
		b.cluster.Close()
		b.cluster = nil
	}
	if b.lock == nil {
		return nil
	}
	lock := b.lock
	b.lock = nil
	if err := lock.Close(); err != nil {
		return fmt.Errorf("release the broker's folder: %w", err)
	}
	return nil
}

// countBoot raises the number in the file by one, durably, and returns it.
func countBoot(path string) (int64, error) {
	var n int64
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return 0, fmt.Errorf("read boot number: %w", err)
	default:
		if n, err = strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err != nil || n < 1 {
			return 0, fmt.Errorf("read boot number: %s holds %q, not a number from 1; remove the broker's folder to start anew", path, text)
		}
	}
	n++
	next, err := os.CreateTemp(filepath.Dir(path), "boot-")
	if err != nil {
		return 0, fmt.Errorf("write boot number: %w", err)
	}
	_, err = fmt.Fprintln(next, n)
	if err = errors.Join(err, next.Sync(), next.Close()); err != nil {
		return 0, fmt.Errorf("write boot number: %w", err)
	}
	if err := os.Rename(next.Name(), path); err != nil {
		return 0, fmt.Errorf("write boot number: %w", err)
	}
	return n, nil
}
