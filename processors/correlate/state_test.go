package correlate

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

// fill sets every field of a state to something of its own, by its place.
func fill(v reflect.Value, n *int64) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case reflect.Int32, reflect.Int64:
		v.SetInt(*n * 1001)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(uint64(*n) & 0xff)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic(v.Kind())
	}
}

// At stake: state outlives the release that wrote it. Every field goes through the blob and back, and the bytes are
// those of testdata/state.golden: who changes a state struct sees it here, and must say how the old blobs are read.
func TestStateIsGolden(t *testing.T) {
	var n int64
	states := []struct {
		key string
		v   any
	}{{"conversation:c", new(conversation)}, {"cohort:c", new(cohort)}, {"log:l", new(register)}, {"meta", new(meta)}}
	var b strings.Builder
	for _, s := range states {
		fill(reflect.ValueOf(s.v).Elem(), &n)
		var blob []byte
		var err error
		back := reflect.New(reflect.TypeOf(s.v).Elem()).Interface()
		if value, ok := s.v.(stream.Value); ok {
			if blob, err = value.AppendState([]byte("before")); err != nil {
				t.Fatal(err)
			}
			blob = bytes.TrimPrefix(blob, []byte("before"))
			if back, err = decode(s.key, blob); err != nil {
				t.Fatal(err)
			}
			if _, err := decode(s.key, append(blob[:len(blob):len(blob)], 0)); err == nil {
				t.Errorf("%s: a byte too many is taken", s.key)
			}
		} else {
			if blob, err = metaSchema.AppendSingleObject(nil, s.v); err != nil {
				t.Fatal(err)
			}
			if _, err := metaSchema.DecodeSingleObject(blob, back); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(s.v, back) {
			t.Errorf("%s comes back as another\n%+v\n%+v", s.key, s.v, back)
		}
		fmt.Fprintf(&b, "%s\n%s\n", s.key, hex.EncodeToString(blob))
	}
	const golden = "testdata/state.golden"
	if *rewrite {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Errorf("the format of the state has changed; -rewrite takes it.\n%s", difference(string(want), b.String()))
	}
}

// At stake: a blob that a story leaves behind reads back as itself, empty lists and all; else a restart changes bytes.
func TestStateRoundTrip(t *testing.T) {
	for seed := range uint64(20) {
		p := newPlay(t, seeded(seed), 1, tell(seeded(seed), 12))
		p.run()
		f := p.shards[0]
		if err := f.state.Stage(); err != nil {
			t.Fatal(err)
		}
		for key := range f.state.Entries {
			v, err := f.state.Get(key)
			if err != nil {
				t.Fatal(err)
			}
			blob, err := v.AppendState(nil)
			if err != nil {
				t.Fatal(err)
			}
			back, err := decode(key, blob)
			if err != nil {
				t.Fatal(err)
			}
			again, err := back.AppendState(nil)
			if err != nil || !bytes.Equal(blob, again) {
				t.Fatalf("%s: %v\n%x\n%x", key, err, blob, again)
			}
			due := func(v stream.Value) (out []int64) {
				v.Deadlines(func(lane int, at int64) { out = append(out, int64(lane), at) })
				return out
			}
			if !reflect.DeepEqual(due(v), due(back)) {
				t.Fatalf("%s: other deadlines", key)
			}
		}
	}
}

// At stake: one conversation that somebody floods must not stop its shard: its blob stays below a broker's limit for a
// record, every fact still has its leaf, the leaf says that the entity spilled, and the openings say what they lack.
func TestH20Flood(t *testing.T) {
	long := strings.Repeat("x", 100)
	doc := document(t, 1, nil)
	l := newLog(t, 1)
	l.add(&schemas.Regime{Document: doc})
	spec := specOf(t, doc)
	state, err := stream.NewState(stream.NewMemory(), &spec, 0)
	if err != nil {
		t.Fatal(err)
	}
	task, err := spec.Open(0, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := int64(epoch0)
	for i := range 4000 {
		at++
		switch i % 5 {
		case 0:
			l.add(eventOf("c", "user.start", fmt.Sprint(long, i), fmt.Sprint(long, i), at, at))
		case 1, 2:
			r := fmt.Sprint(long, i/100)
			x := object{conversation: "c", recording: r, role: schemas.RoleMedia, key: fmt.Sprint(strings.Repeat(long, 9), i), version: strings.Repeat("v", 1000) + fmt.Sprint(i), size: 1}
			l.add(x.notified(schemas.ActionCreated, at))
		case 3:
			x := object{conversation: "c", recording: fmt.Sprint(long, "r", i), role: schemas.RoleMetadata, version: "v", size: 1}
			e, times := exportOfFile(schemas.FormMetadata, "d", x.recording, long, at, at-1, at)
			e.MediaType, e.Provider = strings.Repeat("m", 500), strings.Repeat("p", 500)
			l.add(x.inspected(answer{outcome: schemas.OutcomeOK, content: fmt.Sprint(i), hold: schemas.HoldOn, mode: schemas.RetentionNone, export: e, times: times}, at))
		case 4:
			e, times := exportOfFile(schemas.FormRow, "c", fmt.Sprint(long, "row", i), long, at, at, at)
			l.add(rowOf("c", e.RecordingID, fmt.Sprint("/", i), e, times, at))
		}
	}
	for i := range 1200 {
		o := rowOf("c", "", fmt.Sprint("/bad/", i), &schemas.ExportFact{Form: schemas.FormRow, DurationMS: -1, UserIDs: []string{}, ParticipantIDs: []string{}, Aliases: []string{}}, nil, at)
		o.Labels = []string{schemas.LabelUnreadable}
		l.add(o)
	}
	l.add(tickOf(1, at+80*3_600_000, at+80*3_600_000, 1, true))
	for _, r := range l.records {
		foldOne(t, &spec, state, task, r)
	}
	for more := true; more; {
		if more, err = task.Drain(state); err != nil {
			t.Fatal(err)
		}
	}
	v, err := state.Get("conversation:c")
	if err != nil {
		t.Fatal(err)
	}
	blob, err := v.AppendState(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := v.(*conversation)
	t.Logf("%d bytes; %d seen, %d sessions, %d recordings, %d openings, %d findings, %d waits, %d bytes of body; spilled %d, unopened %d, unraised %d", len(blob),
		len(c.Seen), len(c.Sessions), len(c.Recordings), len(c.Openings), len(c.Chain.Findings), len(c.Waits), c.Bytes, c.Spilled, c.Unopened, c.Chain.Unraised)
	if len(blob) > 1<<20-4096 {
		t.Errorf("the blob has %d bytes", len(blob))
	}
	if c.Spilled == 0 || c.Unopened == 0 || c.Chain.Unraised == 0 {
		t.Error("nothing was spilled: the flood is none")
	}
	leaves, truncated := 0, 0
	var opening *schemas.Opening
	for _, o := range state.Outputs() {
		rec, err := schemas.Decode(o.Value)
		if err != nil {
			t.Fatal(err)
		}
		switch rec := rec.(type) {
		case *schemas.CustodyRecord:
			f, err := leaf.Parse(rec.Leaf)
			if err != nil {
				t.Fatal(err)
			}
			if f.Lock != "" && f.Kind != leaf.KindLock {
				leaves++
				if len(f.Labels) > 0 && f.Labels[len(f.Labels)-1] == leaf.LabelTruncated {
					truncated++
				}
			}
		case *schemas.Opening:
			opening = rec
		}
	}
	if leaves != 5200 || truncated == 0 || opening == nil || opening.Spilled == 0 {
		t.Errorf("%d leaves of facts, %d say truncated, last opening %d spilled", leaves, truncated, opening.Spilled)
	}
}

// At stake: the record around a leaf is written by hand, for speed; it must be what every reader of the schema expects.
func TestCustodyRecordByHand(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 8191, 8192, leaf.MaxBytes} {
		b := bytes.Repeat([]byte{'x'}, n)
		want := encode(t, &schemas.CustodyRecord{Leaf: b})
		got := append(binary.AppendVarint(bytes.Clone(custodyHeader), int64(n)), b...)
		if !bytes.Equal(want, got) {
			t.Errorf("%d bytes: %x, want %x", n, got[:16], want[:16])
		}
	}
}
