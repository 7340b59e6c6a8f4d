package correlate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream/streamtest"
)

// checker reads what was put out as a stranger would: from the bytes, with encoding/json and sha256, sharing nothing
// with the writer. It holds C3 (no gap, no fork), the markers, C7, and that every commitment opens.
type checker struct {
	t       testing.TB
	chains  map[string]place  // by entity
	index   map[int32]int64   // next, by shard
	first   map[int32]int64   // of the open epoch
	epoch   map[int32]int64   // open
	leaves  map[string]string // hash → alert's finding, else ""
	alerts  int
	said    int
	openers map[string]*schemas.Opening // the last, by entity
	commits []commitment
}

type place struct {
	seq  int64
	hash string
}

type commitment struct{ entity, field, text string }

func checkOutputs(t testing.TB, shards int32, outputs []streamtest.Output) {
	t.Helper()
	c := &checker{t: t, chains: map[string]place{}, index: map[int32]int64{}, first: map[int32]int64{}, epoch: map[int32]int64{},
		leaves: map[string]string{}, openers: map[string]*schemas.Opening{}}
	for p := range shards {
		c.epoch[p] = 1
	}
	for _, o := range outputs {
		rec, err := schemas.Decode(o.Value)
		if err != nil {
			t.Fatalf("%s: %v", o.Topic, err)
		}
		if o.Topic != schemas.TopicCustodyOpenings && o.Topic != schemas.TopicObservations && bytes.Contains(o.Value, []byte(planted)) {
			t.Fatalf("%s: a personal value stands in %q", o.Topic, o.Value)
		}
		switch rec := rec.(type) {
		case *schemas.CustodyRecord:
			c.leaf(o, rec.Leaf)
		case *schemas.CustodyMarker:
			c.marker(o, rec.Marker)
		case *schemas.Alert:
			c.alert(o, rec)
		case *schemas.Opening:
			c.openers[rec.Entity] = rec
		}
	}
	if c.said != c.alerts {
		t.Fatalf("%d leaves of alerts, %d alerts", c.said, c.alerts)
	}
	for _, k := range c.commits {
		c.opens(k)
	}
}

type anyLeaf struct {
	Entity, Kind, Prev       string
	Seq, Epoch, Shard, Index int64
	Body                     map[string]any
}

func (c *checker) leaf(o streamtest.Output, b []byte) {
	var l anyLeaf
	if err := json.Unmarshal(b, &l); err != nil {
		c.t.Fatal(err)
	}
	if _, err := leaf.Parse(b); err != nil {
		c.t.Fatalf("%v: %s", err, b)
	}
	sum := sha256.Sum256(b)
	hash := hex.EncodeToString(sum[:])
	was := c.chains[l.Entity]
	switch {
	case string(o.Key) != hash:
		c.t.Fatalf("key %s of leaf %s", o.Key, hash)
	case l.Seq != was.seq+1 || l.Prev != was.hash:
		c.t.Fatalf("%s: seq %d with prev %q after %d %q", l.Entity, l.Seq, l.Prev, was.seq, was.hash)
	case int32(l.Shard) != o.From || o.Partition != o.From:
		c.t.Fatalf("leaf of shard %d came from %d into %d", l.Shard, o.From, o.Partition)
	case l.Index != c.index[o.From]:
		c.t.Fatalf("shard %d: index %d, want %d", o.From, l.Index, c.index[o.From])
	case l.Epoch != c.epoch[o.From]:
		c.t.Fatalf("shard %d: epoch %d, open is %d", o.From, l.Epoch, c.epoch[o.From])
	}
	c.chains[l.Entity] = place{l.Seq, hash}
	c.index[o.From]++
	finding := ""
	if l.Kind == leaf.KindAlert {
		finding = l.Body["finding"].(string)
		c.said++
	}
	c.leaves[hash] = finding
	c.commitments(l.Entity, l.Body)
}

func (c *checker) commitments(entity string, body map[string]any) {
	for name, field := range map[string]string{"user": leaf.FieldUserID, "object": leaf.FieldObject, "principal": leaf.FieldPrincipal} {
		if text, ok := body[name].(string); ok && text != leaf.Withheld {
			c.commits = append(c.commits, commitment{entity, field, text})
		}
	}
	if export, ok := body["export"].(map[string]any); ok {
		users, _ := export["users"].([]any)
		for _, u := range users {
			if u != leaf.Withheld {
				c.commits = append(c.commits, commitment{entity, leaf.FieldUserID, u.(string)})
			}
		}
	}
}

func (c *checker) opens(k commitment) {
	o := c.openers[k.entity]
	if o == nil {
		c.t.Fatalf("%s: nothing opens its %s", k.entity, k.field)
	}
	for _, f := range o.Fields {
		if f.Field == k.field && leaf.Opens(o.Secret, f.Field, f.Value, k.text) {
			return
		}
	}
	if o.Spilled == 0 {
		c.t.Fatalf("%s: a %s does not open, and none is said to have spilled", k.entity, k.field)
	}
}

func (c *checker) marker(o streamtest.Output, b []byte) {
	var m struct{ Epoch, Shard, First, Count int64 }
	if err := json.Unmarshal(b, &m); err != nil {
		c.t.Fatal(err)
	}
	p := o.From
	if int32(m.Shard) != p || o.Partition != p || m.Epoch != c.epoch[p] || m.First != c.first[p] || m.First+m.Count != c.index[p] {
		c.t.Fatalf("marker %s after index %d of shard %d, epoch %d from %d", b, c.index[p], p, c.epoch[p], c.first[p])
	}
	c.first[p], c.epoch[p] = c.index[p], c.epoch[p]+1
}

func (c *checker) alert(o streamtest.Output, a *schemas.Alert) {
	c.alerts++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00", a.Rule, a.Entity, a.Subject))
	hash := hex.EncodeToString(a.Leaf[:])
	if finding, ok := c.leaves[hash]; !ok || finding != hex.EncodeToString(sum[:]) || string(o.Key) != finding || sum != a.Finding {
		c.t.Fatalf("alert %+v: its leaf speaks of %q", a, finding)
	}
}
