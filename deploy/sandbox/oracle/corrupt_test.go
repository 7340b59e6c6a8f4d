package oracle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"holdfast.example/deploy/sandbox/tap"
	"holdfast.example/deploy/sandbox/truth"
	"holdfast.example/deploy/sandbox/wire"
)

// What is at stake in this file: an oracle that would let any of this pass could not be called to witness. Every way to
// corrupt an output that was thought of is here, for each kind of output; the oracle must object to each.

// corruption changes a copy of a good output.
type corruption struct {
	name string
	do   func(c *copyOf)
}

// copyOf is a deep copy of an output, with what is needed to change it.
type copyOf struct {
	*forge
	out tap.Output
}

func copied(f *forge) *copyOf {
	out := tap.Output{}
	for topic, rs := range f.out {
		for _, r := range rs {
			out[topic] = append(out[topic], tap.Record{Partition: r.Partition, Offset: r.Offset, Key: bytes.Clone(r.Key), Value: bytes.Clone(r.Value)})
		}
	}
	return &copyOf{f, out}
}

// find returns the index of the n-th record that fits.
func (c *copyOf) find(topic string, n int, fits func(r tap.Record) bool) int {
	for i, r := range c.out[topic] {
		if fits(r) {
			if n == 0 {
				return i
			}
			n--
		}
	}
	c.t.Fatalf("no such record in %s", topic)
	return -1
}

func isMarker(r tap.Record) bool {
	c, err := wire.DecodeCustody(r.Value)
	return err == nil && c.Marker
}

// kind fits the leaves of a kind.
func kind(k string) func(tap.Record) bool {
	return func(r tap.Record) bool {
		c, err := wire.DecodeCustody(r.Value)
		return err == nil && !c.Marker && bytes.Contains(c.JSON, []byte(`"kind":"`+k+`"`))
	}
}

func (c *copyOf) drop(topic string, i int) { c.out[topic] = slices.Delete(c.out[topic], i, i+1) }

// rewrite puts other JSON into a custody record, under the key that belongs to it.
func (c *copyOf) rewrite(i int, change func(json []byte) []byte) {
	r := &c.out[TopicCustody][i]
	old, err := wire.DecodeCustody(r.Value)
	if err != nil {
		c.t.Fatal(err)
	}
	json := change(bytes.Clone(old.JSON))
	if bytes.Equal(json, old.JSON) {
		c.t.Fatal("the corruption changes nothing")
	}
	r.Value = c.custodyValue(old.Marker, json)
	sum := sha256.Sum256(json)
	r.Key = []byte(hex.EncodeToString(sum[:]))
}

func (c *copyOf) custodyValue(marker bool, json []byte) []byte {
	if marker {
		return c.encode("custody_marker", map[string]any{"marker": json})
	}
	return c.encode("custody_record", map[string]any{"leaf": json})
}

func swap(old, now string) func([]byte) []byte {
	return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(now), 1) }
}

func flip(b []byte, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	b[r.IntN(len(b))] ^= 1 << r.IntN(8)
}

func leafCorruptions() []corruption {
	var out []corruption
	add := func(name string, do func(c *copyOf)) { out = append(out, corruption{name, do}) }
	for _, k := range []string{"event", "object", "inspection", "lock", "pairing", "verdict", "alert", "cohort", "regime"} {
		add("drop: "+k, func(c *copyOf) { c.drop(TopicCustody, c.find(TopicCustody, 0, kind(k))) })
		add("bit flip: "+k, func(c *copyOf) { flip(c.out[TopicCustody][c.find(TopicCustody, 0, kind(k))].Value, 7) })
	}
	for seed := range uint64(12) {
		add(fmt.Sprintf("bit flip anywhere, %d", seed), func(c *copyOf) {
			i := rand.New(rand.NewPCG(seed, 2)).IntN(len(c.out[TopicCustody]))
			flip(c.out[TopicCustody][i].Value, seed)
		})
	}
	event := func(c *copyOf) int { return c.find(TopicCustody, 5, kind("event")) }
	add("another key", func(c *copyOf) { c.out[TopicCustody][event(c)].Key[3] ^= 1 })
	add("tombstone", func(c *copyOf) { c.out[TopicCustody][event(c)].Value = nil })
	add("seq fork", func(c *copyOf) {
		i := event(c)
		r := c.out[TopicCustody][i]
		c.out[TopicCustody] = append(c.out[TopicCustody], tap.Record{Partition: r.Partition, Key: bytes.Clone(r.Key), Value: bytes.Clone(r.Value)})
		c.rewrite(len(c.out[TopicCustody])-1, swap(`"topic":"`, `"topic":"x`))
	})
	add("other partition", func(c *copyOf) { c.out[TopicCustody][event(c)].Partition ^= 1 })
	add("white space", func(c *copyOf) { c.rewrite(event(c), swap(`,"entity"`, `, "entity"`)) })
	add("members in another order", func(c *copyOf) {
		c.rewrite(event(c), func(b []byte) []byte {
			return append([]byte(`{"v":1,`), bytes.Replace(b[1:], []byte(`,"v":1}`), []byte(`}`), 1)...)
		})
	})
	add("a float", func(c *copyOf) { c.rewrite(event(c), swap(`"v":1}`, `"v":1.0}`)) })
	add("an escape too many", func(c *copyOf) { c.rewrite(event(c), swap(`"kind":"event"`, `"kind":"\u0065vent"`)) })
	add("a member nobody knows", func(c *copyOf) { c.rewrite(event(c), swap(`"v":1}`, `"v":1,"x":"y"}`)) })
	add("bytes after the leaf", func(c *copyOf) { c.rewrite(event(c), func(b []byte) []byte { return append(b, ' ') }) })
	add("another version", func(c *copyOf) { c.rewrite(event(c), swap(`"v":1}`, `"v":2}`)) })
	add("two leaves exchanged", func(c *copyOf) {
		a, b := event(c), c.find(TopicCustody, 0, kind("verdict"))
		rs := c.out[TopicCustody]
		rs[a].Partition, rs[b].Partition = rs[b].Partition, (rs[a].Partition+1)%shards
	})
	return out
}

func markerCorruptions() []corruption {
	var out []corruption
	add := func(name string, do func(c *copyOf)) { out = append(out, corruption{name, do}) }
	at := func(c *copyOf) int { return c.find(TopicCustody, 4, isMarker) }
	add("drop", func(c *copyOf) { c.drop(TopicCustody, at(c)) })
	add("drop all of a shard", func(c *copyOf) {
		c.out[TopicCustody] = slices.DeleteFunc(c.out[TopicCustody], func(r tap.Record) bool { return r.Partition == 1 && isMarker(r) })
	})
	add("drop all", func(c *copyOf) { c.out[TopicCustody] = slices.DeleteFunc(c.out[TopicCustody], isMarker) })
	add("twice, counting otherwise", func(c *copyOf) {
		r := c.out[TopicCustody][at(c)]
		c.out[TopicCustody] = append(c.out[TopicCustody], tap.Record{Partition: r.Partition, Key: r.Key, Value: r.Value})
		c.rewrite(len(c.out[TopicCustody])-1, swap(`"count":`, `"count":1`))
	})
	for name, now := range map[string][2]string{
		"wrong count":           {`"count":`, `"count":1`},
		"wrong first":           {`"first":`, `"first":1`},
		"an epoch skipped":      {`"epoch":2`, `"epoch":9`},
		"an epoch twice":        {`"epoch":2`, `"epoch":1`},
		"other shards":          {`"shards":3`, `"shards":4`},
		"another shard":         {`"shard":1`, `"shard":2`},
		"another version":       {`"v":1}`, `"v":2}`},
		"a member nobody knows": {`"v":1}`, `"v":1,"x":1}`},
		"a source nobody knows": {`"events":`, `"evenings":`},
		"a time that is none":   {`T`, `_`},
		"white space":           {`,"v"`, `, "v"`},
	} {
		add(name, func(c *copyOf) { c.rewrite(at(c), swap(now[0], now[1])) })
	}
	add("another key", func(c *copyOf) { c.out[TopicCustody][at(c)].Key[0] ^= 1 })
	add("other partition", func(c *copyOf) { c.out[TopicCustody][at(c)].Partition ^= 1 })
	for seed := range uint64(6) {
		add(fmt.Sprintf("bit flip, %d", seed), func(c *copyOf) { flip(c.out[TopicCustody][at(c)].Value, seed) })
	}
	return out
}

func openingCorruptions() []corruption {
	var out []corruption
	change := func(name string, how func(o *wire.Opening)) {
		out = append(out, corruption{name, func(c *copyOf) {
			r := &c.out[TopicOpenings][9]
			o, err := wire.DecodeOpening(r.Value)
			if err != nil {
				c.t.Fatal(err)
			}
			how(&o)
			r.Value = c.encodeOpening(o)
		}})
	}
	raw := func(name string, do func(c *copyOf)) { out = append(out, corruption{name, do}) }
	raw("drop", func(c *copyOf) { c.drop(TopicOpenings, 9) })
	raw("drop all", func(c *copyOf) { c.out[TopicOpenings] = nil })
	raw("tombstone", func(c *copyOf) { c.out[TopicOpenings][9].Value = nil })
	raw("another key", func(c *copyOf) { c.out[TopicOpenings][9].Key = c.out[TopicOpenings][8].Key })
	raw("exchanged", func(c *copyOf) {
		rs := c.out[TopicOpenings]
		rs[8].Value, rs[9].Value = rs[9].Value, rs[8].Value
	})
	change("another secret", func(o *wire.Opening) { o.Secret[5] ^= 1 })
	change("another value", func(o *wire.Opening) { o.Fields[0].Value += "x" })
	change("another field", func(o *wire.Opening) { o.Fields[0].Name = "principal" })
	change("a value less", func(o *wire.Opening) { o.Fields = o.Fields[1:] })
	change("a value more", func(o *wire.Opening) { o.Fields = append(o.Fields, wire.Field{Name: "user_id", Value: "zz"}) })
	change("a value twice", func(o *wire.Opening) { o.Fields = append(o.Fields, o.Fields[len(o.Fields)-1]) })
	change("another order", func(o *wire.Opening) { slices.Reverse(o.Fields) })
	change("values left out", func(o *wire.Opening) { o.Spilled = 1 })
	change("another entity", func(o *wire.Opening) { o.Entity += "x" })
	raw("the secret changed on the way", func(c *copyOf) {
		r := c.out[TopicOpenings][9]
		o, _ := wire.DecodeOpening(r.Value)
		o.Secret[0] ^= 1
		c.out[TopicOpenings] = slices.Insert(c.out[TopicOpenings], 9, tap.Record{Partition: r.Partition, Key: r.Key, Value: c.encodeOpening(o)})
	})
	for seed := range uint64(6) {
		raw(fmt.Sprintf("bit flip, %d", seed), func(c *copyOf) { flip(c.out[TopicOpenings][9].Value, seed) })
	}
	return out
}

func letterCorruptions() []corruption {
	var out []corruption
	change := func(name string, how func(d *wire.DeadLetter, c *copyOf)) {
		out = append(out, corruption{name, func(c *copyOf) {
			r := &c.out[TopicDeadLetters][2]
			d, err := wire.DecodeDeadLetter(r.Value)
			if err != nil {
				c.t.Fatal(err)
			}
			how(&d, c)
			r.Value = c.encodeLetter(d)
		}})
	}
	raw := func(name string, do func(c *copyOf)) { out = append(out, corruption{name, do}) }
	raw("drop", func(c *copyOf) { c.drop(TopicDeadLetters, 2) })
	raw("drop all", func(c *copyOf) { c.out[TopicDeadLetters] = nil })
	raw("twice", func(c *copyOf) { c.out[TopicDeadLetters] = append(c.out[TopicDeadLetters], c.out[TopicDeadLetters][2]) })
	raw("another key", func(c *copyOf) { c.out[TopicDeadLetters][2].Key = []byte("x") })
	raw("no value", func(c *copyOf) { c.out[TopicDeadLetters][2].Value = nil })
	change("other bytes", func(d *wire.DeadLetter, _ *copyOf) { d.RawSHA256[4] ^= 1 })
	change("no bytes named", func(d *wire.DeadLetter, _ *copyOf) { d.RawSHA256 = nil })
	change("bytes that were good", func(d *wire.DeadLetter, c *copyOf) {
		h := wire.Hash(sha256.Sum256(c.w.Conversations[0].Events[0].Deliveries[0]))
		d.RawSHA256 = &h
	})
	change("another topic", func(d *wire.DeadLetter, _ *copyOf) { d.Topic = "s3.inspections" })
	change("no stage", func(d *wire.DeadLetter, _ *copyOf) { d.Stage = "" })
	change("no code", func(d *wire.DeadLetter, _ *copyOf) { d.Code = "" })
	change("no reason", func(d *wire.DeadLetter, _ *copyOf) { d.Reason = "" })
	change("too small", func(d *wire.DeadLetter, _ *copyOf) { d.Size = 3 })
	change("quotes the payload", func(d *wire.DeadLetter, c *copyOf) {
		for _, h := range c.w.Hostile {
			if sum := sha256.Sum256(h.Body); wire.Hash(sum) == *d.RawSHA256 {
				d.Reason = "refused: " + strings.ToValidUTF8(string(h.Body[:40]), "?")
			}
		}
	})
	change("at another's place", func(d *wire.DeadLetter, c *copyOf) {
		other, _ := wire.DecodeDeadLetter(c.out[TopicDeadLetters][0].Value)
		d.Topic, d.Offset = other.Topic, other.Offset
	})
	return out
}

// small leaves the cohorts out that the corruptions of bytes do not need.
func small(w *truth.World) *truth.World {
	w.Conversations = slices.DeleteFunc(w.Conversations, func(c *truth.Conversation) bool {
		return slices.Contains([]truth.Case{truth.Aligned, truth.WholeHours, truth.HandoffLag, truth.HandoffControl}, c.Case)
	})
	return w
}

func TestObjectsToCorruptedBytes(t *testing.T) {
	w := small(world(t, 3))
	good, o := newForge(t, w, lie{}), New()
	if r := o.Check(w, good.out); !r.Agrees() {
		t.Fatalf("the good output is objected to: %s", r.Differences[0])
	}
	for what, list := range map[string][]corruption{
		"leaf": leafCorruptions(), "marker": markerCorruptions(), "opening": openingCorruptions(), "dead letter": letterCorruptions(),
		"alert": alertCorruptions(),
	} {
		if len(list) < 10 {
			t.Errorf("%s: only %d ways", what, len(list))
		}
		for _, c := range list {
			t.Run(what+"/"+c.name, func(t *testing.T) {
				bad := copied(good)
				c.do(bad)
				if r := o.Check(w, bad.out); r.Agrees() {
					t.Error("the oracle saw nothing")
				}
			})
		}
	}
	if r := o.Check(w, good.out); !r.Agrees() {
		t.Fatal("a corruption reached the good output")
	}
}
