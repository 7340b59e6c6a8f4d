package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"holdfast.example/processors/check"
	"holdfast.example/processors/check/report"
	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
	"holdfast.example/stream/replay"
)

// fromTopics tells from custody.records.
func (e *explaining) fromTopics(ctx context.Context, l *loader, out io.Writer) error {
	config, _, err := l.load(needKafka)
	if err != nil {
		return err
	}
	k := config.kafka()
	if err := brokerCheck(ctx, k); err != nil {
		return err
	}
	log, err := openReplayLog(ctx, k, []string{schemas.TopicCustodyRecords})
	if err != nil {
		return err
	}
	defer log.close()
	x, err := e.tell(ctx, log)
	if err != nil {
		return stream.Explain(err)
	}
	return e.write(out, x)
}

// tell reads the conversation's partition, then those of the cohorts that its verdicts name, each up to where it was
// committed when this began.
func (e *explaining) tell(ctx context.Context, log *replayLog) (*report.Explanation, error) {
	shelf, err := openShelf(ctx, log)
	if err != nil {
		return nil, err
	}
	tale := report.NewTale(e.conversation)
	own := newTrail("conversation:"+e.conversation, shelf.partitions())
	var strangers strangers
	err = shelf.read(ctx, own.partition, func(r *stream.Record, b []byte) {
		if !own.concerns(b) {
			strangers.meet(b, e.conversation)
		} else if l := own.take(r, b); l != nil {
			tale.Take(l, b)
		}
	})
	if err != nil {
		return nil, err
	}
	if own.records == 0 {
		return nil, misuse("%s", strangers.sentence(own))
	}
	broken, notes := own.broken, own.notes
	for _, entity := range tale.Cohorts() {
		cohort := newTrail(entity, shelf.partitions())
		err := shelf.read(ctx, cohort.partition, func(r *stream.Record, b []byte) {
			if !cohort.concerns(b) {
				return
			}
			if l := cohort.take(r, b); l != nil {
				tale.TakeCohort(l, b)
			}
		})
		if err != nil {
			return nil, err
		}
		broken, notes = append(broken, cohort.broken...), append(notes, cohort.notes...)
	}
	x := tale.Tell(readBuild().String(), report.Chain{Partition: own.partition, Records: own.records, Copies: own.copies, Broken: append([]string{}, broken...)})
	if x.Notes = append(x.Notes, notes...); len(broken) > 0 {
		x.Exit = exitStop
	}
	return x, nil
}

// custodyShelf is custody.records as far as it was committed at one moment.
type custodyShelf struct {
	log     *replayLog
	extents []replay.Extent
}

func openShelf(ctx context.Context, log *replayLog) (*custodyShelf, error) {
	name := log.prefix + schemas.TopicCustodyRecords
	starts, err := log.adm.ListStartOffsets(ctx, name)
	if err = errors.Join(err, starts.Error()); err != nil {
		return nil, fmt.Errorf("ask start of %s: %w", name, err)
	}
	ends, err := log.adm.ListCommittedOffsets(ctx, name)
	if err = errors.Join(err, ends.Error()); err != nil {
		return nil, fmt.Errorf("ask end of %s: %w", name, err)
	}
	s := &custodyShelf{log: log}
	for p := range int32(len(log.topics[name].Partitions)) {
		from, ok := starts.Lookup(name, p)
		to, ok2 := ends.Lookup(name, p)
		if !ok || !ok2 {
			return nil, fmt.Errorf("ask extent of %s: partition %d is missing", name, p)
		}
		s.extents = append(s.extents, replay.Extent{Start: from.Offset, End: to.Offset})
	}
	return s, nil
}

func (s *custodyShelf) partitions() int32 { return int32(len(s.extents)) }

// read gives the leaves of a partition in their order. What is no custody record of ours is passed over: of whom it is
// nobody knows, and where it ought to be one of the conversation's the chain tells.
func (s *custodyShelf) read(ctx context.Context, p int32, take func(r *stream.Record, b []byte)) error {
	return s.log.Read(ctx, schemas.TopicCustodyRecords, p, s.extents[p], func(r stream.Record) error {
		if rec, err := schemas.Decode(r.Value); err == nil {
			if c, is := rec.(*schemas.CustodyRecord); is {
				take(&r, c.Leaf)
			}
		}
		return nil
	})
}

// trail is one entity's leaves, held against their keys and their chain as they come.
type trail struct {
	entity    string
	partition int32
	needle    []byte
	records   int64
	copies    int64
	broken    []string
	notes     []string

	seq  int64
	prev schemas.Hash
	seen map[schemas.Hash]bool
}

func newTrail(entity string, partitions int32) *trail {
	return &trail{entity: entity, partition: schemas.Murmur2Partition([]byte(entity), partitions), needle: []byte(`"entity":"` + entity + `"`), seen: map[schemas.Hash]bool{}}
}

// concerns says whether a leaf is the entity's. Within strings quotes are escaped: nothing else looks like it.
func (t *trail) concerns(b []byte) bool { return bytes.Contains(b, t.needle) }

// take holds a leaf against what came before and parses it; nil: it is a copy, or this release cannot read it.
func (t *trail) take(r *stream.Record, b []byte) *leaf.Leaf {
	sum := leaf.Sum(b)
	if want := hex.EncodeToString(sum[:]); string(r.Key) != want {
		t.breaks("the record at offset %d stands under the key %q, and its bytes hash to %s", r.Offset, r.Key, want)
	}
	if t.seen[sum] {
		t.copies++
		return nil
	}
	t.seen[sum] = true
	t.records++
	var place struct {
		Kind string
		Seq  int64
		Prev string
	}
	if err := json.Unmarshal(b, &place); err != nil {
		t.breaks("the record at offset %d is no leaf: %v", r.Offset, err)
		return nil
	}
	t.link(r.Offset, place.Seq, place.Prev, sum)
	l, err := leaf.Parse(b)
	switch {
	case errors.Is(err, leaf.ErrUnknownKind), errors.Is(err, leaf.ErrUnknownVersion):
		t.notes = append(t.notes, fmt.Sprintf("record %d of %s is of kind %q, which this release cannot read", place.Seq, t.entity, place.Kind))
		return nil
	case err != nil:
		t.breaks("record %d at offset %d is no leaf: %v", place.Seq, r.Offset, err)
		return nil
	}
	return l
}

// link holds seq and prev against the leaf before.
func (t *trail) link(offset, seq int64, prev string, sum schemas.Hash) {
	switch {
	case seq <= t.seq:
		t.breaks("there is a second record %d, at offset %d, with other bytes than the first", seq, offset)
		return
	case seq != t.seq+1:
		t.breaks("after record %d comes record %d, at offset %d", t.seq, seq, offset)
	case seq > 1 && prev != hex.EncodeToString(t.prev[:]), seq == 1 && prev != "":
		t.breaks("record %d, at offset %d, does not name the record before it", seq, offset)
	}
	t.seq, t.prev = seq, sum
}

func (t *trail) breaks(format string, args ...any) {
	t.broken = append(t.broken, t.entity+": "+fmt.Sprintf(format, args...))
}

// strangers counts the other conversations of a partition and finds the nearest by its id.
type strangers struct {
	n       int64
	nearest string
	alike   int
}

// meet looks at a leaf that begins a conversation's chain.
func (s *strangers) meet(b []byte, wanted string) {
	_, after, is := bytes.Cut(b, []byte(`"entity":"conversation:`))
	if !is || !bytes.Contains(after, []byte(`"seq":1,`)) {
		return
	}
	id, _, _ := bytes.Cut(after, []byte(`"`))
	s.n++
	if n := check.Alike(string(id), wanted); n > s.alike {
		s.nearest, s.alike = string(id), n
	}
}

func (s *strangers) sentence(t *trail) string {
	text := fmt.Sprintf("custody.records holds nothing of %s; its partition %d holds %d other conversations", t.entity, t.partition, s.n)
	if s.nearest != "" {
		text += fmt.Sprintf("; the nearest there is %q", s.nearest)
	}
	return strings.Replace(text, " 1 other conversations", " 1 other conversation", 1)
}
