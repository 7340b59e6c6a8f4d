package oracle

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"holdfast.example/deploy/sandbox/wire"
)

type marker struct {
	hash                 string
	partition            int32
	shard, shards, epoch int64
	first, count         int64
}

// record is one value of custody.records, read: hash, canonical form, members.
type record struct {
	marker bool
	json   []byte
	hash   string
	tree   object
	err    error
}

func (o *Oracle) decode(value []byte) record {
	if r, ok := o.read[string(value)]; ok {
		return r
	}
	var r record
	c, err := wire.DecodeCustody(value)
	if err == nil {
		sum := sha256.Sum256(c.JSON)
		r.marker, r.json, r.hash = c.Marker, c.JSON, hex.EncodeToString(sum[:])
		if r.tree, err = parse(c.JSON); err != nil {
			err = fmt.Errorf("%s: not canonical: %w", r.hash[:12], err)
		} else if r.marker {
			err = membersOf(r.tree, markMembers)
		} else {
			err = grammar(r.tree)
		}
	}
	r.err = err
	o.read[string(value)] = r
	return r
}

// readCustody decodes custody.records: keys, canonical form, grammar. A record that fails is objected to and left out
// of what follows.
func (j *judge) readCustody() {
	for _, r := range j.out[TopicCustody] {
		if r.Value == nil {
			j.object("custody", "a tombstone over %s", r.Key)
			continue
		}
		c := j.oracle.decode(r.Value)
		if c.err != nil {
			j.object("custody", "partition %d, offset %d: %v", r.Partition, r.Offset, c.err)
			continue
		}
		if string(r.Key) != c.hash {
			j.object("custody", "key %.80q is not the SHA-256 of the record, %s", r.Key, c.hash)
			continue
		}
		if c.marker {
			j.addMarker(c.tree, c.hash, r.Partition)
		} else {
			j.addLeaf(c.tree, c.hash, r.Partition, c.json)
		}
	}
	j.report.Leaves, j.report.Markers = len(j.leaves), len(j.markers)
}

func (j *judge) addLeaf(tree object, hash string, partition int32, raw []byte) {
	if j.byHash[hash] != nil {
		return // the same bytes under the same key: a retry, and no second record
	}
	l := &leaf{hash: hash, shard: partition, entity: tree.text("entity"), kind: tree.text("kind"), tree: tree,
		body: tree.object("body"), raw: raw, opened: map[string]string{}}
	l.seq, _ = tree.number("seq")
	l.epoch, _ = tree.number("epoch")
	l.index, _ = tree.number("index")
	if shard, _ := tree.number("shard"); shard != int64(partition) {
		j.object("custody", "%s: shard %d, and lies in partition %d", hash[:12], shard, partition)
	}
	j.leaves = append(j.leaves, l)
	j.byHash[hash] = l
	j.byEntity[l.entity] = append(j.byEntity[l.entity], l)
	j.report.Kinds[l.kind]++
}

func (j *judge) addMarker(tree object, hash string, partition int32) {
	for _, m := range j.markers {
		if m.hash == hash {
			return
		}
	}
	m := &marker{hash: hash, partition: partition}
	for name, p := range map[string]*int64{"shard": &m.shard, "shards": &m.shards, "epoch": &m.epoch, "first": &m.first, "count": &m.count} {
		n, ok := tree.number(name)
		if !ok || n < 0 {
			j.object("marker", "%s: %s is no count", hash[:12], name)
			return
		}
		*p = n
	}
	if v, _ := tree.number("v"); v != 1 || m.shard != int64(partition) || m.shard >= m.shards {
		j.object("marker", "%s: shard %d of %d, version %d, in partition %d", hash[:12], m.shard, m.shards, v, partition)
	}
	for source := range tree.object("through") {
		if !slices.Contains([]string{"events", "inspections", "s3", "world"}, source) {
			j.object("marker", "%s: through of a source %q", hash[:12], source)
		} else if _, err := readTime(tree.object("through").text(source)); err != nil {
			j.object("marker", "%s: through of %s: %v", hash[:12], source, err)
		}
	}
	j.markers = append(j.markers, m)
}

// log checks places: per shard, indexes from 0 without a gap, epochs that never go back, and markers that count right.
func (j *judge) log() {
	var shards int64
	for _, m := range j.markers {
		if shards != 0 && m.shards != shards {
			j.object("marker", "%s speaks of %d shards, others of %d", m.hash[:12], m.shards, shards)
		}
		shards = max(shards, m.shards)
	}
	if shards == 0 {
		j.object("marker", "none at all")
		return
	}
	perShard := make([][]*leaf, shards)
	for _, l := range j.leaves {
		if int64(l.shard) >= shards {
			j.object("custody", "%s lies in shard %d of %d", l.hash[:12], l.shard, shards)
			continue
		}
		perShard[l.shard] = append(perShard[l.shard], l)
		if want := partitionOf(l.entity, int32(shards)); want != l.shard {
			j.object("custody", "%s of %s belongs in shard %d, not %d", l.hash[:12], l.entity, want, l.shard)
		}
	}
	least, most := int64(-1), int64(-1)
	for shard, leaves := range perShard {
		slices.SortFunc(leaves, func(a, b *leaf) int { return cmp.Or(cmp.Compare(a.index, b.index), cmp.Compare(a.hash, b.hash)) })
		for i, l := range leaves {
			if l.index != int64(i) {
				j.object("custody", "shard %d: index %d where %d belongs", shard, l.index, i)
				break
			}
		}
		last := j.shardMarkers(int64(shard), leaves)
		if least < 0 || last < least {
			least = last
		}
		most = max(most, last)
	}
	if most-least > 1 {
		j.object("marker", "one shard has closed epoch %d, another only %d", most, least)
	}
	j.report.Epochs = int(least) + 1
}

// shardMarkers checks the markers of one shard against its leaves, in order of index, and returns the last epoch closed.
func (j *judge) shardMarkers(shard int64, leaves []*leaf) int64 {
	var ms []*marker
	for _, m := range j.markers {
		if m.shard == shard {
			ms = append(ms, m)
		}
	}
	slices.SortFunc(ms, func(a, b *marker) int { return cmp.Or(cmp.Compare(a.epoch, b.epoch), cmp.Compare(a.hash, b.hash)) })
	next, at := int64(0), 0
	for i, m := range ms {
		if i > 0 && m.epoch != ms[i-1].epoch+1 {
			j.object("marker", "shard %d: epoch %d after epoch %d", shard, m.epoch, ms[i-1].epoch)
		}
		if i == 0 && m.epoch > 1 {
			j.object("marker", "shard %d: the first epoch closed is %d", shard, m.epoch)
		}
		if m.first != next {
			j.object("marker", "shard %d, epoch %d: first is %d, the end before is %d", shard, m.epoch, m.first, next)
		}
		next = m.first + m.count
		counted := int64(0)
		for ; at < len(leaves) && leaves[at].epoch <= m.epoch; at++ {
			counted++
			if leaves[at].epoch != m.epoch {
				j.object("custody", "shard %d, index %d: epoch %d after epoch %d was closed", shard, leaves[at].index, leaves[at].epoch, m.epoch-1)
			}
		}
		if counted != m.count {
			j.object("marker", "shard %d, epoch %d counts %d leaves, there are %d", shard, m.epoch, m.count, counted)
		}
	}
	if len(ms) == 0 {
		j.object("marker", "shard %d has none", shard)
		return 0
	}
	last := ms[len(ms)-1].epoch
	for ; at < len(leaves); at++ {
		if leaves[at].epoch > last+2 {
			j.object("custody", "shard %d: a leaf of epoch %d, and %d is the last one closed", shard, leaves[at].epoch, last)
			break
		}
	}
	return last
}

// chains checks that each entity's leaves are one chain: seq from 1, each naming the one before, and that the regime
// each leaf names is the one on record.
func (j *judge) chains() {
	regimes := map[string]bool{}
	for _, l := range j.leaves {
		if l.kind == "regime" {
			sum := sha256.Sum256([]byte(l.body.text("document")))
			regimes[hex.EncodeToString(sum[:])] = true
			if !strings.HasPrefix(l.entity, "log:") {
				j.object("regime", "on %s", l.entity)
			}
		}
	}
	if n := j.report.Kinds["regime"]; n != 1 {
		j.object("regime", "%d leaves, want one", n)
	}
	for _, entity := range sorted(j.byEntity) {
		chain := j.byEntity[entity]
		slices.SortFunc(chain, func(a, b *leaf) int { return cmp.Or(cmp.Compare(a.seq, b.seq), cmp.Compare(a.index, b.index)) })
		prev := ""
		for i, l := range chain {
			if l.seq != int64(i)+1 {
				j.object("custody", "%s: seq %d where %d belongs", entity, l.seq, i+1)
				break
			}
			if l.tree.text("prev") != prev {
				j.object("custody", "%s, seq %d: prev is %.12s, the leaf before is %.12s", entity, l.seq, l.tree.text("prev"), prev)
				break
			}
			if i > 0 && l.index <= chain[i-1].index {
				j.object("custody", "%s, seq %d lies before its predecessor in the log", entity, l.seq)
			}
			prev = l.hash
			if !regimes[l.tree.text("regime")] {
				j.object("custody", "%s, seq %d names regime %.12s, which is not on record", entity, l.seq, l.tree.text("regime"))
			}
		}
	}
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// partitionOf is murmur2 as Java's default partitioner applies it (org.apache.kafka.common.utils.Utils), written from
// the algorithm: MurmurHash2 of 32 bits, seed 0x9747b28c, sign bit off, modulo.
func partitionOf(key string, partitions int32) int32 {
	const m = uint32(0x5bd1e995)
	h := uint32(0x9747b28c) ^ uint32(len(key))
	i := 0
	for ; i+4 <= len(key); i += 4 {
		k := uint32(key[i]) | uint32(key[i+1])<<8 | uint32(key[i+2])<<16 | uint32(key[i+3])<<24
		k *= m
		k ^= k >> 24
		k *= m
		h *= m
		h ^= k
	}
	if rest := key[i:]; len(rest) > 0 {
		for n := len(rest) - 1; n >= 0; n-- {
			h ^= uint32(rest[n]) << (8 * n)
		}
		h *= m
	}
	h ^= h >> 13
	h *= m
	h ^= h >> 15
	return int32(h&0x7fffffff) % partitions
}
