package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

// explain runs the verb.
func (p *past) explain(prefix, conversation string, flags ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	args := append([]string{"explain", conversation, "--kafka-brokers", p.fake.ListenAddrs()[0], "--kafka-prefix", prefix, "--kafka-partitions", fmt.Sprint(replayShards),
		"--kafka-profile", "embedded"}, flags...)
	code = start(p.ctx, args, &out, &errs)
	return code, out.String(), errs.String()
}

// leafOf is a custody record's leaf, nil of a marker.
func leafOf(t *testing.T, r *stream.Record) *leaf.Leaf {
	t.Helper()
	rec, err := schemas.Decode(r.Value)
	if err != nil {
		t.Fatal(err)
	}
	c, is := rec.(*schemas.CustodyRecord)
	if !is {
		return nil
	}
	l, err := leaf.Parse(c.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// find is the place of a conversation's n-th leaf of a kind.
func find(t *testing.T, records []stream.Record, conversation, kind string, n int) int {
	t.Helper()
	for i := range records {
		if l := leafOf(t, &records[i]); l != nil && l.Entity == "conversation:"+conversation && l.Kind == kind {
			if n--; n < 0 {
				return i
			}
		}
	}
	t.Fatalf("%s has no such %s", conversation, kind)
	return 0
}

// cohortLeaf makes the first leaf of the cohort that a conversation's verdict names.
func cohortLeaf(t *testing.T, records []stream.Record, conversation string, change func(*leaf.Leaf)) stream.Record {
	t.Helper()
	v := leafOf(t, &records[find(t, records, conversation, leaf.KindVerdict, 0)])
	offset := int64(2_400)
	l := &leaf.Leaf{Kind: leaf.KindCohort, Entity: v.Verdict.Cohort, Seq: 1, AtMS: replayOrigin, Regime: v.Regime, Shard: schemas.Murmur2Partition([]byte(v.Verdict.Cohort), replayShards),
		Cohort: &leaf.Cohort{Channel: "MESSAGE", Provider: "p", N: 41, Shape: "start-only", Grade: "unexplained", Mechanism: "none", Stratum: "agents>=2", OffsetMS: &offset, Departing: 33, StratumN: 35}}
	change(l)
	b, err := l.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	value, err := schemas.Append(nil, &schemas.CustodyRecord{Leaf: b})
	if err != nil {
		t.Fatal(err)
	}
	return stream.Record{Topic: schemas.TopicCustodyRecords, Partition: l.Shard, Key: hexSum(b), Value: value}
}

func says(t *testing.T, text string, words ...string) {
	t.Helper()
	for l := range strings.SplitSeq(text, "\n") {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(l, w) }) {
			return
		}
	}
	t.Errorf("no line says %q in\n%s", words, text)
}

// At stake: whoever is told a conversation from custody.records is told what stands there, with the record each time is
// in; and is told nothing good of records that are not what their keys and their chain say.
func TestExplainFromTopics(t *testing.T) {
	p := newPast(t)
	code, out, errs := p.explain("first.", "c3")
	if code != 0 || errs != "" {
		t.Fatalf("code %d, %s\n%s", code, errs, out)
	}
	records := p.topics[schemas.TopicCustodyRecords]
	own := int64(0)
	for i := range records {
		if l := leafOf(t, &records[i]); l != nil && l.Entity == "conversation:c3" {
			own = max(own, l.Seq)
		}
	}
	verdict := leafOf(t, &records[find(t, records, "c3", leaf.KindVerdict, 0)])
	begins := leafOf(t, &records[find(t, records, "c3", leaf.KindEvent, 0)])
	says(t, out, "custody", fmt.Sprintf("%d records in partition %d of custody.records, each under its own hash, chain", own, verdict.Shard))
	says(t, out, "customer", "message", "2026-05-04T09:00:00.000Z", "2026-05-04T09:01:00.000Z", "genesys-cloud", "c3-s")
	says(t, out, "2026-05-04T09:00:00.000Z", "genesys-cloud", "eventTime", begins.Event.Topic, "customer", fmt.Sprintf("record %d", begins.Seq))
	says(t, out, "2026-05-04T09:01:00.000Z", "export-metadata", "endTime", "export of c3-r, metadata")
	says(t, out, "recording c3-r")
	says(t, out, "stands in", fmt.Sprintf("record %d", verdict.Seq))
	says(t, out, "paired with", "session of customer: the export names this session [session-id]")
	says(t, out, "startTime aligned 0.000 s, export-metadata minus genesys-cloud, precision")
	says(t, out, "what is seen", "no field departs: 0.000 s [aligned]")
	says(t, out, "opened", "media-missing", "c3-r", "record ")
	says(t, out, "resolved", "media-missing", "c3-r", "record ")
	says(t, out, "cohort", "no verdict yet")
	if strings.Contains(out, hiddenName) {
		t.Errorf("who took part is shown:\n%s", out)
	}
	code, out, _ = p.explain("first.", "c3", "--json")
	var x struct {
		Source   string
		Timeline []struct{ Record int64 }
		Chain    struct {
			Records int64 `json:"records_n"`
		}
		Recordings []struct {
			ID      string `json:"recording_id"`
			Verdict map[string]any
		}
	}
	if err := json.Unmarshal([]byte(out), &x); err != nil || code != 0 || x.Source != "custody.records" || x.Chain.Records != own || x.Recordings[0].ID != "c3-r" ||
		x.Recordings[0].Verdict["shape"] != "aligned" || len(x.Timeline) != 4 || x.Timeline[1].Record != begins.Seq {
		t.Errorf("code %d, %v\n%s", code, err, out)
	}
	if code, _, errs := p.explain("first.", "c33"); code != exitMisuse || !strings.Contains(errs, "custody.records holds nothing of conversation:c33; its partition ") {
		t.Errorf("a conversation that is not there: code %d, %s", code, errs)
	}
	p.explainSpoiled(records)
}

// explainSpoiled tells pasts in which something was changed.
func (p *past) explainSpoiled(records []stream.Record) {
	t := p.t
	last := find(t, records, "c3", leaf.KindVerdict, 0)
	for i, c := range []struct {
		name   string
		change func(all []stream.Record) []stream.Record
		code   int
		says   string
	}{
		{"a copy of the same bytes", func(all []stream.Record) []stream.Record { return slices.Insert(all, last, all[last]) }, 0, "chain unbroken; 1 further copy"},
		{"a key that is not the hash", func(all []stream.Record) []stream.Record {
			all[last].Key = hexSum([]byte("other"))
			return all
		}, exitStop, "and its bytes hash to"},
		{"a leaf that is gone", func(all []stream.Record) []stream.Record { return slices.Delete(all, last, last+1) }, exitStop, "conversation:c3: after record"},
		{"a second history", func(all []stream.Record) []stream.Record {
			other := all[last]
			forge(t, &other, func(l *leaf.Leaf) { l.Verdict.Grade = "unexplained" })
			return slices.Insert(all, last+1, other)
		}, exitStop, "there is a second record"},
		{"a leaf rewritten under its own hash", func(all []stream.Record) []stream.Record {
			forge(t, &all[last], func(l *leaf.Leaf) { l.Verdict.Grade = "unexplained" })
			return all
		}, exitStop, "does not name the record before it"},
		{"a cohort that departs", func(all []stream.Record) []stream.Record {
			return append(all, cohortLeaf(t, records, "c3", func(*leaf.Leaf) {}))
		}, 0, "message · p · 33 of 35 recordings depart, of stratum agents>=2; n 41"},
		{"a cohort whose chain is cut", func(all []stream.Record) []stream.Record {
			return append(all, cohortLeaf(t, records, "c3", func(l *leaf.Leaf) { l.Seq, l.Prev = 2, &schemas.Hash{1} }))
		}, exitStop, "after record 0 comes record 2"},
		{"no verdict", func(all []stream.Record) []stream.Record {
			return slices.DeleteFunc(all, func(r stream.Record) bool {
				l := leafOf(t, &r)
				return l != nil && l.Entity == "conversation:c3" && l.Kind != leaf.KindEvent
			})
		}, exitUnjudged, "no recording of this conversation has come"},
	} {
		prefix := fmt.Sprintf("e%d.", i)
		p.again(prefix, func(topics map[string][]stream.Record) {
			topics[schemas.TopicCustodyRecords] = c.change(topics[schemas.TopicCustodyRecords])
		})
		code, out, errs := p.explain(prefix, "c3")
		flat := strings.Join(strings.Fields(out), " ")
		if code != c.code || !strings.Contains(flat, c.says) {
			t.Errorf("%s: code %d, want %d; want %q\n%s%s", c.name, code, c.code, c.says, out, errs)
		}
	}
}
