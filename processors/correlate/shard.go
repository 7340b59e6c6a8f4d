package correlate

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/twmb/avro"

	"holdfast.example/schemas"
	"holdfast.example/schemas/genesys"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

// Poison codes of this stage, a closed list.
const (
	CodeBadAvro     = "bad-avro"     // no record of the wire
	CodeWrongRecord = "wrong-record" // a record that has no business in observations
	CodeBadEntity   = "bad-entity"   // no entity key, or another shard's
	CodeNoBody      = "no-body"      // an observation that says nothing
	CodeBadForm     = "bad-form"     // one that says what cannot be
)

// Sources a deadline can wait for, by their index in ticks and meta.
const (
	events = iota
	s3
	inspections
	sources
)

var sourceNames = [sources]string{schemas.SourceEvents, schemas.SourceS3, schemas.SourceInspections}

// Lanes of deadlines. Within a lane what is due is monotone in the deadline, so its head decides.
const (
	laneS3         = iota // something must arrive from s3
	laneS3Late            // the same, already answered unknown
	laneEvents            // something must arrive from events
	laneEventsLate        // the same, already answered unknown
	laneSettle            // a recording is judged
	laneJudge             // a cohort is judged
	lanes
)

// Spec is the stage: the fold of observations under the regime that the log says. document is the regime this worker is
// configured with, known the number of the clock's last tick when the worker looked, 0 if there was none. Neither ever
// decides output. What entered before tick known is history, whatever it is; from there on the log's regime must be
// document, else the task ends with stream.ErrStop: what an operator chose must not be overruled unseen. With known
// math.MaxInt64 everything is history, as for a replay.
func Spec(document string, known int64) (stream.Spec, error) {
	if _, _, err := parseRegime(document); err != nil {
		return stream.Spec{}, err
	}
	return stream.Spec{
		Name: stageName, Input: schemas.TopicObservations, Changelog: schemas.TopicCorrelateState,
		Outputs: []string{schemas.TopicCustodyRecords, schemas.TopicCustodyOpenings, schemas.TopicDriftAlerts,
			schemas.TopicProbes, schemas.TopicObservations},
		SelfTopic: true,
		Lanes:     lanes,
		Decode:    decode,
		Open: func(partition, partitions int32, m []byte) (stream.Task, error) {
			return open(worker{document, known}, partition, partitions, m)
		},
	}, nil
}

var metaSchema = avro.MustSchemaFor[meta]()

// shard is the task of one partition of observations.
type shard struct {
	p, shards int32
	worker    worker
	meta      meta
	regime    regime // of meta.Regime
	name      schemas.Hash

	obs     schemas.Observation // reused by Step, as all below
	scratch []byte              // bytes before they are emitted
	opening schemas.Opening
	draft   draft
}

// worker is what the fold knows of who runs it. It may stop the fold; it decides nothing else.
type worker struct {
	document string // the regime it is configured with
	known    int64  // the clock's last tick when it looked
}

// draft is the leaf of the fact in hand. It is written before anything else is made.
type draft struct {
	leaf       leaf.Leaf
	event      leaf.Event
	object     leaf.Object
	inspection leaf.Inspection
	export     leaf.Export
	hold       leaf.Hold
	evidence   [1]schemas.Hash
}

func open(w worker, partition, partitions int32, m []byte) (*shard, error) {
	s := &shard{p: partition, shards: partitions, worker: w, meta: meta{Epoch: 1}}
	if m == nil {
		return s, nil
	}
	if rest, err := metaSchema.DecodeSingleObject(m, &s.meta); err != nil || len(rest) != 0 {
		return nil, fmt.Errorf("%w: meta of shard %d does not decode: %v, %d bytes left", stream.ErrStop, partition, err, len(rest))
	}
	if s.meta.Regime == "" {
		return s, nil
	}
	if err := s.adopt(s.meta.Regime); err != nil {
		return nil, err
	}
	return s, s.agrees(s.meta.Tick)
}

// Meta implements stream.Task.
func (s *shard) Meta() ([]byte, error) { return metaSchema.AppendSingleObject(nil, &s.meta) }

// Step implements stream.Task.
func (s *shard) Step(tx stream.Tx, r stream.Record) error {
	if schemas.IsObservation(r.Value) {
		if err := schemas.DecodeObservation(r.Value, &s.obs); err != nil {
			return stream.Poison(CodeBadAvro, "%v", err)
		}
		return s.observe(tx, &s.obs, string(r.Key))
	}
	rec, err := schemas.Decode(r.Value)
	if err != nil {
		return stream.Poison(CodeBadAvro, "%v", err)
	}
	switch rec := rec.(type) {
	case *schemas.Tick:
		return s.tick(tx, rec)
	case *schemas.Measure:
		return s.measured(tx, rec)
	case *schemas.Regime:
		return s.enter(tx, rec, r.AppendMS)
	}
	return stream.Poison(CodeWrongRecord, "%T", rec)
}

// observe checks an observation's place, then folds it.
func (s *shard) observe(tx stream.Tx, o *schemas.Observation, key string) error {
	kind, id, _ := strings.Cut(o.Entity, ":")
	switch {
	case kind != "conversation" && kind != "unplaced" || !genesys.IsID(id):
		return stream.Poison(CodeBadEntity, "entity is no conversation:<id> or unplaced:<id>")
	case key != o.Entity:
		return stream.Poison(CodeBadEntity, "the record's key is not its entity")
	case !s.owns(o.Entity):
		return stream.Poison(CodeBadEntity, "the entity belongs to another shard than %d of %d", s.p, s.shards)
	case o.Event == nil && o.Object == nil && o.Inspection == nil && o.Export == nil:
		return stream.Poison(CodeNoBody, "neither event, object, inspection nor export")
	}
	if why := unfit(o); why != "" {
		return stream.Poison(CodeBadForm, "%s", why)
	}
	if err := s.ready(); err != nil {
		return err
	}
	return s.fact(tx, o)
}

func (s *shard) owns(entity string) bool {
	return schemas.Murmur2Partition([]byte(entity), s.shards) == s.p
}

// ready refuses to fold before a regime has entered: no leaf could name it.
func (s *shard) ready() error {
	if s.meta.Regime == "" {
		return fmt.Errorf("%w: shard %d holds facts before any regime; the clock writes it before observe may produce: was the topic written by hand?", stream.ErrStop, s.p)
	}
	return nil
}

// enter takes a regime into force, from the next record on. The shard that owns the log's own entity records it. What
// has its deadline keeps it: see the package comment.
func (s *shard) enter(tx stream.Tx, r *schemas.Regime, atMS int64) error {
	if r.Document == s.meta.Regime {
		return nil
	}
	origin := s.regime.Origin
	if err := s.adopt(r.Document); err != nil {
		return err
	}
	if s.meta.Regime != "" && s.regime.Origin != origin {
		return fmt.Errorf("%w: shard %d: a regime names the log %s, and this log is %s: another origin is another log, on topics of its own",
			stream.ErrStop, s.p, s.regime.Origin, origin)
	}
	s.meta.Regime = r.Document
	if err := s.agrees(s.meta.Tick); err != nil {
		return err
	}
	log := s.logEntity()
	if !s.owns(log) {
		return nil
	}
	reg, err := get[register](tx, log)
	if err != nil {
		return err
	}
	l := leaf.Leaf{Kind: leaf.KindRegime, AtMS: atMS, RegimeBody: &leaf.Regime{Document: r.Document}}
	if _, err := s.append(tx, log, &reg.Chain, &l); err != nil {
		return err
	}
	tx.Put(log, reg)
	return nil
}

// adopt takes a regime as the one to fold by, if this binary can.
func (s *shard) adopt(document string) error {
	r, name, err := parseRegime(document)
	if err != nil {
		return fmt.Errorf("%w: shard %d: %v", stream.ErrStop, s.p, err)
	}
	if r.Shards != int64(s.shards) {
		return fmt.Errorf("%w: the log's regime is for %d shards, the topic has %d: the partition count cannot be changed", stream.ErrStop, r.Shards, s.shards)
	}
	s.regime, s.name = r, name
	return nil
}

// agrees stops the worker where the log is under another regime than its own after tick n and it cannot have known: a
// regime that entered before the worker looked is history.
func (s *shard) agrees(n int64) error {
	if n < s.worker.known || s.meta.Regime == s.worker.document {
		return nil
	}
	return fmt.Errorf("%w: shard %d: at tick %d the log is under regime %x, and this worker is configured for regime %x: restart with the new configuration; holdfast regime show says what differs",
		stream.ErrStop, s.p, n, s.name, sha256.Sum256([]byte(s.worker.document)))
}

func (s *shard) logEntity() string { return "log:" + s.regime.Origin }

// get returns the entity's state, a fresh one if it has none.
func get[T any, P interface {
	*T
	stream.Value
}](tx stream.Tx, key string) (P, error) {
	v, err := tx.Get(key)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return P(new(T)), nil
	}
	p, ok := v.(P)
	if !ok {
		return nil, fmt.Errorf("%w: state of %s is a %T", stream.ErrStop, key, v)
	}
	return p, nil
}
