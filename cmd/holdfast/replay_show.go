package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/replay"
)

// shownDifference is where recording and replay part, for people and scripts.
type shownDifference struct {
	Says     string     `json:"says"`
	Topic    string     `json:"topic"`
	Shard    int32      `json:"shard"`
	Place    string     `json:"place"`
	MadeBy   *shownAt   `json:"made_by,omitempty"`  // the input record; none: nothing makes it
	Recorded *shownSide `json:"recorded,omitempty"` // none: it is not recorded
	Made     *shownSide `json:"made,omitempty"`     // none: the replay does not make it
	Member   string     `json:"member,omitempty"`   // JSON pointer of the first member that differs
}

type shownAt struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
}

type shownSide struct {
	At    *shownAt        `json:"at,omitempty"`
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// showReplay reads the recorded side of a difference again: the replay has kept only what it needs to see that one is.
func showReplay(ctx context.Context, log *replayLog, job *replay.Job, r *replay.Report) (*replayReport, error) {
	out := &replayReport{Equal: r.Difference == nil, Observations: r.Input, Frontier: map[int32]int64{}, Topics: r.Counts}
	for _, p := range job.Shards {
		out.Frontier[p] = job.Frontier[p]
	}
	d := r.Difference
	if d == nil {
		return out, nil
	}
	s := &shownDifference{Says: d.Says, Topic: d.Topic, Shard: d.Shard, Place: d.Place}
	out.Difference = s
	if d.Input >= 0 {
		s.MadeBy = &shownAt{job.Spec.Input, d.Shard, d.Input}
	}
	var held, made []byte
	if h := d.Held; h != nil {
		err := log.Read(ctx, d.Topic, h.Partition, replay.Extent{Start: h.Offset, End: h.Offset + 1}, func(rec stream.Record) error {
			held = rec.Value
			s.Recorded = &shownSide{At: &shownAt{d.Topic, h.Partition, h.Offset}, Key: textOf(rec.Key), Value: viewOfRecord(rec.Value)}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if d.Made != nil {
		made = d.Made.Value
		s.Made = &shownSide{Key: textOf(d.Made.Key), Value: viewOfRecord(made)}
	}
	if s.Recorded != nil && s.Made != nil {
		s.Member = firstMember(viewWhole(held), viewWhole(made))
	}
	hide(s.Recorded)
	hide(s.Made)
	return out, nil
}

func (s *shownDifference) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s, shard %d, %s: %s\n", s.Topic, s.Shard, s.Place, s.Says)
	if s.MadeBy != nil {
		fmt.Fprintf(&b, "  made by   %s/%d offset %d\n", s.MadeBy.Topic, s.MadeBy.Partition, s.MadeBy.Offset)
	} else {
		b.WriteString("  made by   no observation\n")
	}
	if s.Member != "" {
		fmt.Fprintf(&b, "  differs   first in %s\n", s.Member)
	}
	if r := s.Recorded; r != nil {
		fmt.Fprintf(&b, "  recorded  %s/%d offset %d, key %s\n            %s\n", r.At.Topic, r.At.Partition, r.At.Offset, r.Key, r.Value)
	} else {
		b.WriteString("  recorded  nothing\n")
	}
	if m := s.Made; m != nil {
		fmt.Fprintf(&b, "  replayed  key %s\n            %s\n", m.Key, m.Value)
	} else {
		b.WriteString("  replayed  nothing\n")
	}
	b.WriteString("\n")
	return last(w, "%s", b.String())
}

func textOf(key []byte) string {
	if utf8.Valid(key) {
		return string(key)
	}
	return "hex " + hex.EncodeToString(key)
}

// viewWhole is a record as JSON: a leaf or marker as the text it is.
func viewWhole(value []byte) []byte {
	if value == nil {
		return []byte("null")
	}
	if rec, err := schemas.Decode(value); err == nil {
		switch rec := rec.(type) {
		case *schemas.CustodyRecord:
			if json.Valid(rec.Leaf) {
				return rec.Leaf
			}
		case *schemas.CustodyMarker:
			if json.Valid(rec.Marker) {
				return rec.Marker
			}
		}
		if b, err := schemas.JSON(value); err == nil {
			return b
		}
	}
	return []byte(strconv.Quote("hex " + hex.EncodeToString(value)))
}

func viewOfRecord(value []byte) json.RawMessage { return bytes.Clone(viewWhole(value)) }

// hide takes out what nobody may see who looks for a difference: what an opening opens.
func hide(s *shownSide) {
	if s == nil {
		return
	}
	var o struct {
		Entity  *string           `json:"entity"`
		Secret  *string           `json:"secret"`
		Fields  []json.RawMessage `json:"fields"`
		Spilled int64             `json:"spilled"`
	}
	if err := json.Unmarshal(s.Value, &o); err != nil || o.Secret == nil || o.Entity == nil {
		return
	}
	s.Value, _ = json.Marshal(map[string]any{"entity": *o.Entity, "secret": "hidden", "fields": fmt.Sprintf("%d, hidden", len(o.Fields)), "spilled": o.Spilled})
}

// firstMember is the JSON pointer (RFC 6901) of the first member in which two documents differ, members in ascending
// order; empty if they do not, or are none. A difference of the whole is "/".
func firstMember(a, b []byte) string {
	var x, y any
	for _, d := range []struct {
		b []byte
		v *any
	}{{a, &x}, {b, &y}} {
		dec := json.NewDecoder(bytes.NewReader(d.b))
		dec.UseNumber()
		if err := dec.Decode(d.v); err != nil {
			return ""
		}
	}
	at, differs := memberOf(x, y)
	if differs && at == "" {
		return "/"
	}
	return at
}

func memberOf(x, y any) (at string, differs bool) {
	switch a := x.(type) {
	case map[string]any:
		b, ok := y.(map[string]any)
		if !ok {
			return "", true
		}
		names := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			v, has := a[name]
			w, hasToo := b[name]
			below, differs := memberOf(v, w)
			if has != hasToo || differs {
				return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name) + below, true
			}
		}
		return "", false
	case []any:
		b, ok := y.([]any)
		if !ok {
			return "", true
		}
		for i := range max(len(a), len(b)) {
			if i >= len(a) || i >= len(b) {
				return fmt.Sprint("/", i), true
			}
			if below, differs := memberOf(a[i], b[i]); differs {
				return fmt.Sprint("/", i) + below, true
			}
		}
		return "", false
	}
	switch y.(type) {
	case map[string]any, []any:
		return "", true
	}
	return "", x != y
}
