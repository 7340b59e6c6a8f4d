package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// The disk store is one Pebble database a worker and stage. Keys, all under the partition so that one range delete
// forgets it:
//
//	partition, 4 bytes big-endian │ 'd' │ entity key  → the entity's deadlines, only of entities that have one
//	partition                     │ 'm'               → the last meta record
//	partition                     │ 'p'               → position: version, next, append time, partition, topic id, input's id, topic, cluster
//	partition                     │ 's' │ entity key  → the entity's state
//
// The write-ahead log is on and never synced. A killed process loses the last block of it, at most 32 KiB, which is read
// again from the changelog; after a power failure the store is an older prefix of the changelog, or unreadable and
// deleted. Kafka holds the durable copy.
const (
	kindDue      = 'd'
	kindMeta     = 'm'
	kindPosition = 'p'
	kindState    = 's'

	positionVersion = 2
)

// exitStore is how the process ends when Pebble calls Fatalf and Run has not ended within fatalLimit.
const (
	exitStore  = 5
	fatalLimit = 10 * time.Second
)

type disk struct {
	db     *pebble.DB
	health *health
}

// OpenDisk opens or makes the database in dir. A database that cannot be read is deleted and made anew: it is a copy.
// The error is ErrStore where the disk is full or refuses writes, ErrConfig where dir may not be made.
func OpenDisk(dir string, cache int64, log *slog.Logger) (Stores, error) {
	return openDisk(vfs.Default, dir, cache, log)
}

func openDisk(fs vfs.FS, dir string, cache int64, log *slog.Logger) (Stores, error) {
	if err := fs.MkdirAll(dir, 0o700); err != nil {
		if fullDisk(err) || errors.Is(err, syscall.EIO) {
			return nil, storeError(dir, err)
		}
		return nil, fmt.Errorf("%w: the folder of the local store cannot be made; choose a folder this user may write, in state_dir (%w)", ErrConfig, err)
	}
	d, err := openPebble(fs, dir, cache, log)
	if err != nil && !hostRefuses(err) {
		log.Warn("local store is damaged and made anew from the changelog", "dir", dir, "cause", err)
		if err := fs.RemoveAll(dir); err != nil {
			return nil, fmt.Errorf("remove damaged store: %w", err)
		}
		d, err = openPebble(fs, dir, cache, log)
	}
	switch {
	case errors.Is(err, ErrStore):
		return nil, err
	case errors.Is(err, syscall.EAGAIN), err != nil && strings.Contains(err.Error(), lockHeld):
		// Not %w: the lock's error says of itself that it is a timeout, as a network's does.
		return nil, fmt.Errorf("%w: another process has the local store in %s; give each worker a name of its own (%v)", ErrConfig, dir, err)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return nil, fmt.Errorf("%w: the local store in %s is not this user's; choose a folder this user may write, in state_dir (%w)", ErrConfig, dir, err)
	case err != nil:
		return nil, fmt.Errorf("open store %s: %w", filepath.Base(dir), err)
	}
	return d, nil
}

// hostRefuses says that the disk, not what is on it, is why the store does not open: another process has it, or it is
// full, broken or not ours. To delete the database would not help, and would hurt that process.
func hostRefuses(err error) bool {
	if errors.Is(err, ErrStore) {
		return true
	}
	for _, e := range []error{syscall.EAGAIN, syscall.EACCES, syscall.EPERM, syscall.EROFS, syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EMFILE, syscall.ENFILE} {
		if errors.Is(err, e) {
			return true
		}
	}
	return strings.Contains(err.Error(), lockHeld)
}

// lockHeld is Pebble's way to say that this very process has the database open already.
const lockHeld = "lock held by current process"

func openPebble(fs vfs.FS, dir string, cache int64, log *slog.Logger) (*disk, error) {
	h := newHealth(dir, log)
	blocks := pebble.NewCache(cache)
	o := &pebble.Options{
		FS:     guardFS{fs, h},
		Cache:  blocks,
		Logger: pebbleLog{h},
		EventListener: &pebble.EventListener{
			BackgroundError: h.fail,
			DataCorruption:  func(i pebble.DataCorruptionInfo) { h.fail(fmt.Errorf("%s: %w", i.Path, i.Details)) },
		},
		FormatMajorVersion:    pebble.FormatNewest,
		MemTableSize:          16 << 20,
		L0CompactionThreshold: 4,
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	d := &disk{health: h}
	err := h.do(func() error {
		defer blocks.Unref()
		db, err := pebble.Open(dir, o)
		d.db = db
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

func (d *disk) Partition(p int32) Store {
	var prefix [5]byte
	binary.BigEndian.PutUint32(prefix[:], uint32(p))
	return &diskStore{db: d.db, health: d.health, partition: p, key: prefix[:4:4]}
}

func (d *disk) Close() error { return d.health.close(d.db.Close, closeLimit) }

type diskStore struct {
	db        *pebble.DB
	health    *health
	partition int32
	key       []byte // the partition's prefix, then scratch
}

// at returns the key of a kind and an entity. It is valid until the next call.
func (s *diskStore) at(kind byte, key string) []byte {
	s.key = append(append(s.key[:4], kind), key...)
	return s.key
}

func (s *diskStore) get(key []byte) ([]byte, error) {
	v, closer, err := s.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v = append([]byte{}, v...)
	return v, closer.Close()
}

func (s *diskStore) Get(key string) ([]byte, error) { return s.get(s.at(kindState, key)) }

func (s *diskStore) Meta() ([]byte, error) { return s.get(s.at(kindMeta, "")) }

func (s *diskStore) Position() (Position, bool, error) {
	b, err := s.get(s.at(kindPosition, ""))
	if err != nil || b == nil {
		return Position{}, false, err
	}
	at, ok := parsePosition(b)
	return at, ok, nil // one that cannot be read is none: the state is read anew
}

func (s *diskStore) Apply(changes []Change, meta []byte, at Position) error {
	if err := s.health.err(); err != nil {
		return err
	}
	b := s.db.NewBatch()
	if err := s.fill(b, changes, meta, at); err != nil {
		return errors.Join(err, b.Close())
	}
	return s.health.do(func() error { return errors.Join(b.Commit(pebble.NoSync), b.Close()) })
}

func (s *diskStore) fill(b *pebble.Batch, changes []Change, meta []byte, at Position) error {
	var due []byte
	for _, c := range changes {
		if c.Blob == nil {
			err := errors.Join(b.Delete(s.at(kindState, c.Key), nil), b.Delete(s.at(kindDue, c.Key), nil))
			if err != nil {
				return err
			}
			continue
		}
		if err := b.Set(s.at(kindState, c.Key), c.Blob, nil); err != nil {
			return err
		}
		var err error
		if len(c.Due) == 0 {
			err = b.Delete(s.at(kindDue, c.Key), nil)
		} else {
			due = appendDue(due[:0], c.Due)
			err = b.Set(s.at(kindDue, c.Key), due, nil)
		}
		if err != nil {
			return err
		}
	}
	if meta != nil {
		if err := b.Set(s.at(kindMeta, ""), meta, nil); err != nil {
			return err
		}
	}
	return b.Set(s.at(kindPosition, ""), appendPosition(nil, at), nil)
}

func (s *diskStore) Scan(yield func(string, []Due) error) error {
	low := append([]byte{}, s.at(kindDue, "")...)
	high := append([]byte{}, s.at(kindDue+1, "")...)
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: low, UpperBound: high})
	if err != nil {
		return err
	}
	for ok := it.First(); ok && err == nil; ok = it.Next() {
		var due []Due
		if due, _, err = parseDue(it.Value()); err == nil {
			err = yield(string(it.Key()[len(low):]), due)
		}
	}
	return errors.Join(err, it.Error(), it.Close())
}

func (s *diskStore) Reset() error {
	low := append([]byte{}, s.key[:4]...)
	high := binary.BigEndian.AppendUint32(nil, uint32(s.partition)+1)
	return s.health.do(func() error { return s.db.DeleteRange(low, high, pebble.NoSync) })
}

func appendPosition(dst []byte, p Position) []byte {
	dst = append(dst, positionVersion)
	dst = binary.AppendVarint(dst, p.Next)
	dst = binary.AppendVarint(dst, p.AppendMS)
	dst = binary.AppendVarint(dst, int64(p.Partition))
	dst = append(dst, p.TopicID[:]...)
	dst = append(dst, p.Input[:]...)
	dst = binary.AppendUvarint(dst, uint64(len(p.Topic)))
	dst = append(dst, p.Topic...)
	return append(dst, p.Cluster...)
}

func parsePosition(b []byte) (p Position, ok bool) {
	if len(b) == 0 || b[0] != positionVersion {
		return p, false
	}
	r := reader{b: b[1:]}
	p.Next, p.AppendMS, p.Partition = r.varint("next"), r.varint("time"), int32(r.varint("partition"))
	if r.err != nil || len(r.b) < len(p.TopicID)+len(p.Input) {
		return p, false
	}
	r.b = r.b[copy(p.TopicID[:], r.b):]
	r.b = r.b[copy(p.Input[:], r.b):]
	n := r.uvarint("topic")
	if r.err != nil || n > uint64(len(r.b)) {
		return p, false
	}
	p.Topic, p.Cluster = string(r.b[:n]), string(r.b[n:])
	return p, true
}

// pebbleLog hands Pebble's messages on.
type pebbleLog struct{ health *health }

func (l pebbleLog) Infof(format string, args ...any) {
	l.health.log.Debug("store", "message", fmt.Sprintf(format, args...))
}

func (l pebbleLog) Errorf(format string, args ...any) {
	l.health.log.Error("store", "message", fmt.Sprintf(format, args...))
}

// Fatalf is called when Pebble cannot go on, from any goroutine, and must not return. Run ends with ErrStore; if it
// cannot, because the caller is its own loop, the process ends here.
func (l pebbleLog) Fatalf(format string, args ...any) {
	l.health.fail(fmt.Errorf(format, args...))
	time.Sleep(fatalLimit)
	os.Exit(exitStore)
}
