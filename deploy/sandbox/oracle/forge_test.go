package oracle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"holdfast.example/deploy/sandbox/centre"
	"holdfast.example/deploy/sandbox/tap"
	"holdfast.example/deploy/sandbox/truth"
	"holdfast.example/deploy/sandbox/wire"
)

// forge writes, from a world that was played on paper, an output with which the oracle must be content: the good
// output that the self-test corrupts. It can be told to lie, consistently, in hashes, chains and all.
type forge struct {
	t        testing.TB
	w        *truth.World
	j        *judge
	out      tap.Output
	last     map[string]string // entity to the hash of its last leaf
	seq      map[string]int64
	index    [shards]int64
	first    [shards]int64
	epoch    int64
	secrets  map[string][16]byte
	values   map[string]map[wire.Field]bool
	regime   string
	at       int64
	offsets  map[string]int64
	lie      lie
	lied     int
	verdicts map[string]string // recording to its verdict's leaf
}

const shards = 3

// lie changes what is about to be written. Each may be nil.
type lie struct {
	leaf   func(kind string, leaf map[string]any) bool // true: this one was changed
	marker func(m map[string]any) bool
	alert  func(a *wire.Alert) bool // the leaf follows
	only   bool                     // alert changes after its leaf was written
	before []wire.Alert             // steps nobody expects, while all sources are well
	during []wire.Alert             // and while s3 is stalled
}

func world(t testing.TB, seed uint64) *truth.World {
	w := centre.Generate(seed)
	if err := centre.Rehearse(context.Background(), w); err != nil {
		t.Fatal(err)
	}
	return w
}

func newForge(t testing.TB, w *truth.World, l lie) *forge {
	f := &forge{t: t, w: w, out: tap.Output{}, last: map[string]string{}, seq: map[string]int64{},
		secrets: map[string][16]byte{}, values: map[string]map[wire.Field]bool{}, at: 1790000000000, epoch: 1,
		offsets: map[string]int64{}, lie: l, verdicts: map[string]string{},
		j: &judge{world: w, report: &Report{}, cohorts: map[*truth.Cohort]string{}}}
	for _, c := range w.Cohorts {
		sum := sha256.Sum256([]byte(c.Provider))
		f.j.cohorts[c] = "cohort:" + hex.EncodeToString(sum[:])
	}
	f.write()
	return f
}

func (f *forge) write() {
	document := `{"fold":1}`
	sum := sha256.Sum256([]byte(document))
	f.regime = hex.EncodeToString(sum[:])
	f.leaf("log:sandbox", "regime", map[string]any{"document": document}, nil)
	for _, c := range f.w.Conversations {
		for _, e := range c.Events {
			f.fact(eventLeaf(c, e))
		}
	}
	f.cut()
	for o := range f.w.Objects() {
		for _, x := range f.j.objectLeaves(o) {
			f.fact(x)
		}
	}
	for _, m := range f.w.Manifests {
		for _, row := range m.Rows {
			f.fact(rowLeaf(row))
		}
	}
	f.cut()
	for r := range f.w.Recordings() {
		f.judged(r)
	}
	for _, c := range f.w.Cohorts {
		f.cohort(c)
	}
	f.cut()
	f.allAlerts()
	f.cut()
	f.openings()
	f.letters()
}

func canonical(v any) []byte {
	var b bytes.Buffer
	switch v := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%q:", name)
			b.Write(canonical(v[name]))
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(canonical(e))
		}
		b.WriteByte(']')
	default:
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			panic(err)
		}
		b.Truncate(b.Len() - 1)
	}
	return b.Bytes()
}

func stamp(ms int64) string { return time.UnixMilli(ms).UTC().Format(timeForm) }

// leaf writes one leaf at its place in chain and log and returns its hash.
func (f *forge) leaf(entity, kind string, body, more map[string]any) string {
	shard := partitionOf(entity, shards)
	f.at++
	f.seq[entity]++
	l := map[string]any{"at": stamp(f.at), "body": body, "entity": entity, "epoch": f.epoch, "index": f.index[shard],
		"kind": kind, "regime": f.regime, "seq": f.seq[entity], "shard": int64(shard), "v": 1}
	if p := f.last[entity]; p != "" {
		l["prev"] = p
	}
	maps.Copy(l, more)
	if f.lie.leaf != nil && f.lie.leaf(kind, l) {
		f.lied++
	}
	raw := canonical(l)
	sum := sha256.Sum256(raw)
	hash := hex.EncodeToString(sum[:])
	f.last[entity] = hash
	f.index[shard]++
	f.custody(shard, hash, "custody_record", map[string]any{"leaf": raw})
	return hash
}

func (f *forge) custody(shard int32, hash, name string, rec map[string]any) {
	f.append(TopicCustody, shard, []byte(hash), f.encode(name, rec))
}

func (f *forge) encode(name string, rec map[string]any) []byte {
	value, err := wire.Encode(name, rec)
	if err != nil {
		f.t.Fatal(err)
	}
	return value
}

func (f *forge) append(topic string, partition int32, key, value []byte) {
	id := topic + strconv.Itoa(int(partition))
	f.out[topic] = append(f.out[topic], tap.Record{Partition: partition, Offset: f.offsets[id], Key: key, Value: value})
	f.offsets[id]++
}

// cut closes the epoch with a marker a shard.
func (f *forge) cut() {
	for shard := range int32(shards) {
		m := map[string]any{"count": f.index[shard] - f.first[shard], "epoch": f.epoch, "first": f.first[shard],
			"shard": int64(shard), "shards": int64(shards), "v": 1, "through": map[string]any{"events": stamp(f.at)}}
		f.first[shard] = f.index[shard]
		if f.lie.marker != nil && f.lie.marker(m) {
			f.lied++
		}
		raw := canonical(m)
		sum := sha256.Sum256(raw)
		f.custody(shard, hex.EncodeToString(sum[:]), "custody_marker", map[string]any{"marker": raw})
	}
	f.epoch++
}

func (f *forge) commit(entity, field, value string) string {
	s, ok := f.secrets[entity]
	if !ok {
		sum := sha256.Sum256([]byte("secret of " + entity))
		s = [16]byte(sum[:16])
		f.secrets[entity], f.values[entity] = s, map[wire.Field]bool{}
	}
	f.values[entity][wire.Field{Name: field, Value: value}] = true
	return commit(s, field, value)
}

// fact writes the leaf of an expectation.
func (f *forge) fact(x *expectation) {
	entity := x.entity
	if entity == "unplaced:" {
		entity = "unplaced:manifest"
	}
	body, export := map[string]any{}, map[string]any{}
	for _, line := range x.says {
		name, value, _ := strings.Cut(line, "=")
		to := body
		if rest, ok := strings.CutPrefix(name, "export."); ok {
			name, to = rest, export
		}
		switch name {
		case "user":
			to[name] = f.commit(entity, "user_id", value)
		case "object", "principal":
			to[name] = f.commit(entity, name, value)
		case "size", "duration_ms":
			to[name], _ = strconv.ParseInt(value, 10, 64)
		case "users", "aliases":
			var list []any
			for _, v := range strings.Split(value, ",") {
				if name == "users" {
					v = f.commit(entity, "user_id", v)
				}
				list = append(list, v)
			}
			to[name] = list
		default:
			to[name] = value
		}
	}
	if len(export) > 0 {
		sum := sha256.Sum256([]byte(fmt.Sprint(x.says)))
		export["projection"] = hex.EncodeToString(sum[:])
		body["export"] = export
	}
	more := map[string]any{"lock": "hash"}
	if len(x.labels) > 0 {
		more["labels"] = list(x.labels)
	}
	if len(x.evidence) > 0 {
		sum := sha256.Sum256(x.evidence[0])
		more["evidence"] = []any{hex.EncodeToString(sum[:])}
	}
	var times []any
	for _, t := range x.times {
		times = append(times, map[string]any{"field": t.field, "clock": t.clock, "lo": stamp(t.lo), "hi": stamp(t.hi)})
	}
	if times != nil {
		more["times"] = times
	}
	f.leaf(entity, x.kind, body, more)
}

func list(of []string) []any {
	var out []any
	for _, s := range of {
		out = append(out, s)
	}
	return out
}
