package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
	"holdfast.example/stream/replay"
)

// spoil changes the n-th record of a topic that decodes as a T.
func spoil[T any](t *testing.T, records []stream.Record, n int, change func(*T)) {
	t.Helper()
	for i := range records {
		rec, err := schemas.Decode(records[i].Value)
		if err != nil {
			continue
		}
		if x, ok := rec.(*T); ok {
			if n--; n < 0 {
				change(x)
				if records[i].Value, err = schemas.Append(nil, x); err != nil {
					t.Fatal(err)
				}
				return
			}
		}
	}
	t.Fatal("there is no such record to spoil")
}

// kindOf finds the n-th record that decodes as a T.
func kindOf[T any](t *testing.T, records []stream.Record, n int) int {
	t.Helper()
	for i := range records {
		if rec, err := schemas.Decode(records[i].Value); err == nil {
			if _, ok := rec.(*T); ok {
				if n--; n < 0 {
					return i
				}
			}
		}
	}
	t.Fatal("there is no such record")
	return 0
}

// forge writes a leaf anew with one member changed, under its own hash.
func forge(t *testing.T, r *stream.Record, change func(*leaf.Leaf)) {
	t.Helper()
	rec, err := schemas.Decode(r.Value)
	if err != nil {
		t.Fatal(err)
	}
	l, err := leaf.Parse(rec.(*schemas.CustodyRecord).Leaf)
	if err != nil {
		t.Fatal(err)
	}
	change(l)
	b, err := l.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Value, err = schemas.Append(nil, &schemas.CustodyRecord{Leaf: b}); err != nil {
		t.Fatal(err)
	}
	r.Key = hexSum(b)
}

// TestReplay: a tool that says "all equal" must have looked. A clean past is equal, and what may legitimately differ is
// told by number; one record spoiled, lost, doubled, added or moved in any of the topics is shown at its place.
func TestReplay(t *testing.T) {
	p := newPast(t)
	const (
		custody, openings, alerts = schemas.TopicCustodyRecords, schemas.TopicCustodyOpenings, schemas.TopicDriftAlerts
		probes, dead, log         = schemas.TopicProbes, schemas.TopicDeadLetters, schemas.TopicObservations
	)
	type topics = map[string][]stream.Record
	drop := func(topic string, n int) func(topics) {
		return func(m topics) { m[topic] = slices.Delete(m[topic], n, n+1) }
	}
	for i, c := range []struct {
		name   string
		plant  func(topics)
		topic  string // of the difference; empty: all equal
		says   string
		member string
		made   bool // an observation makes it
		count  func(n replay.Count) bool
	}{
		{name: "clean", topic: ""},
		{name: "a copy of a leaf", plant: func(m topics) { m[custody] = append(m[custody], m[custody][2]) }, count: func(n replay.Count) bool { return n.Topic == custody && n.Copies == 1 }},
		{name: "an erased opening", plant: func(m topics) { m[openings] = append(m[openings], erase(m[openings][0])) }, count: func(n replay.Count) bool { return n.Topic == openings && n.Erased == 1 }},
		{name: "a forged leaf", plant: func(m topics) {
			forge(t, &m[custody][kindOf[schemas.CustodyRecord](t, m[custody], 4)], func(l *leaf.Leaf) { l.AtMS++ })
		},
			topic: custody, says: "recorded and made differ", member: "/at", made: true},
		{name: "a lost leaf", plant: drop(custody, 3), topic: custody, says: "it is not recorded", made: true},
		{name: "a leaf too many", plant: func(m topics) {
			r := m[custody][kindOf[schemas.CustodyRecord](t, m[custody], 0)]
			forge(t, &r, func(l *leaf.Leaf) { l.Index += 10_000 })
			m[custody] = append(m[custody], r)
		}, topic: custody, says: "the fold does not make it"},
		{name: "a fork", plant: func(m topics) {
			r := m[custody][kindOf[schemas.CustodyRecord](t, m[custody], 0)]
			forge(t, &r, func(l *leaf.Leaf) { l.AtMS++ })
			m[custody] = append(m[custody], r)
		}, topic: custody, says: "the place is recorded twice"},
		{name: "a tombstone", plant: func(m topics) { m[custody] = append(m[custody], erase(m[custody][0])) }, topic: custody, says: "no stage of ours writes"},
		{name: "another key", plant: func(m topics) { m[custody][1].Key = m[custody][0].Key }, topic: custody, says: "the key is not the hash"},
		{name: "a lost marker", plant: func(m topics) { drop(custody, kindOf[schemas.CustodyMarker](t, m[custody], 1))(m) }, topic: custody, says: "it is not recorded", made: true},
		{name: "a spoiled opening", plant: func(m topics) {
			spoil(t, m[openings], len(m[openings])-1, func(o *schemas.Opening) { o.Fields[0].Value += "x" })
		}, topic: openings, says: "recorded and made differ", member: "/fields/0/value", made: true},
		{name: "a spoiled alert", plant: func(m topics) { spoil(t, m[alerts], 1, func(a *schemas.Alert) { a.Severity = schemas.SeverityInfo }) },
			topic: alerts, says: "recorded and made differ", member: "/severity", made: true},
		{name: "a lost alert", plant: drop(alerts, 0), topic: alerts, says: "it is not recorded", made: true},
		{name: "a doubled alert", plant: func(m topics) { m[alerts] = append(m[alerts], m[alerts][0]) }, topic: alerts, says: "the place is recorded twice"},
		{name: "alerts out of order", plant: func(m topics) { slices.Reverse(m[alerts]) }, topic: alerts, says: "it is recorded before offset", made: true},
		{name: "a spoiled probe", plant: func(m topics) { spoil(t, m[probes], 0, func(x *schemas.Probe) { x.DeadlineMS++ }) }, topic: probes,
			says: "recorded and made differ", member: "/deadline_ms", made: true},
		{name: "a lost probe", plant: drop(probes, 1), topic: probes, says: "it is not recorded", made: true},
		{name: "a spoiled dead letter", plant: func(m topics) { spoil(t, m[dead], 0, func(x *schemas.DeadLetter) { x.Reason = "other" }) }, topic: dead,
			says: "recorded and made differ", member: "/reason", made: true},
		{name: "a lost dead letter", plant: drop(dead, 0), topic: dead, says: "it is not recorded", made: true},
		{name: "a spoiled measure", plant: func(m topics) { spoil(t, m[log], 1, func(x *schemas.Measure) { x.EventMS++ }) }, topic: log,
			says: "recorded and made differ", member: "/event_ms", made: true},
		{name: "a measure too many", plant: func(m topics) {
			r := m[log][kindOf[schemas.Measure](t, m[log], 0)]
			one := []stream.Record{r}
			spoil(t, one, 0, func(x *schemas.Measure) { x.Number += 1000 })
			at := slices.IndexFunc(m[log], func(x stream.Record) bool { return x.Partition == r.Partition && x.Offset == r.Offset })
			m[log][at].Value = one[0].Value
		}, topic: log, says: "it is not recorded", made: true},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			p := &past{t, p.ctx, p.fake, p.cl, p.adm, p.topics, p.offsets}
			prefix := fmt.Sprintf("x%d.", i)
			p.again(prefix, c.plant)
			code, stdout, stderr := p.replay(prefix, "--json")
			var got replayReport
			if err := json.Unmarshal([]byte(stdout), &got); err != nil {
				t.Fatal(err, stdout, stderr)
			}
			d := got.Difference
			if c.topic == "" {
				if code != 0 || d != nil || !got.Equal {
					t.Fatalf("code %d\n%s%s", code, stdout, stderr)
				}
				for _, n := range got.Topics {
					if n.Equal == 0 || n.Recorded != n.Equal || n.Beyond+n.Unfinished+n.Expired != 0 {
						t.Errorf("%+v", n)
					}
				}
				if c.count != nil && !slices.ContainsFunc(got.Topics, c.count) {
					t.Errorf("%+v", got.Topics)
				}
				return
			}
			if code != exitStop || d == nil || !strings.Contains(stderr, errDiffers.Error()) {
				t.Fatalf("code %d\n%s%s", code, stdout, stderr)
			}
			if d.Topic != c.topic || !strings.Contains(d.Says, c.says) || d.Member != c.member || (d.MadeBy != nil) != c.made {
				t.Errorf("%+v", d)
			}
			if strings.Contains(stdout, hiddenName) && c.topic == openings {
				t.Errorf("it shows what an opening opens: %s", stdout)
			}
			if _, text, _ := p.replay(prefix); !strings.Contains(text, d.Says) || !strings.Contains(text, "then a difference") {
				t.Errorf("for people:\n%s", text)
			}
		})
	}
	p.heads()
}

func erase(r stream.Record) stream.Record { r.Value = nil; return r }

// heads deletes the heads of topics: of alerts it is told by number, of observations nothing can be derived.
func (p *past) heads() {
	p.again("h.", nil)
	cut := func(topic string) {
		offsets := kadm.Offsets{}
		for q := range int32(replayShards) {
			offsets.AddOffset("h."+topic, q, 2, -1)
		}
		if _, err := p.adm.DeleteRecords(p.ctx, offsets); err != nil {
			p.t.Fatal(err)
		}
	}
	cut(schemas.TopicDriftAlerts)
	code, stdout, stderr := p.replay("h.", "--json")
	var got replayReport
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 {
		p.t.Fatal(code, stdout, stderr)
	}
	if !slices.ContainsFunc(got.Topics, func(n replay.Count) bool { return n.Topic == schemas.TopicDriftAlerts && n.Expired > 0 && n.Equal > 0 }) {
		p.t.Errorf("%+v", got.Topics)
	}
	for q := range replayShards {
		if code, stdout, stderr := p.replay("h.", "--partition", fmt.Sprint(q)); code != 0 || !strings.Contains(stdout, "all equal") {
			p.t.Errorf("partition %d: code %d %s%s", q, code, stdout, stderr)
		}
	}
	cut(schemas.TopicObservations)
	if code, _, stderr := p.replay("h."); code != exitStop || !strings.Contains(stderr, "the head of observations/0 is gone") {
		p.t.Errorf("code %d, %s", code, stderr)
	}
}
