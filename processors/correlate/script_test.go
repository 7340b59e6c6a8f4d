package correlate

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"holdfast.example/schemas"
	"holdfast.example/stream"
	"holdfast.example/stream/streamtest"
)

var rewrite = flag.Bool("rewrite", false, "write what the scripts in testdata say now as what they should say")

// A script is a story of one shard, in blocks: commands, a line "----", what they put out, an empty line. Commands:
//
//	settings cohort_min=3 settle=1s ...      before all else; a regime with them enters
//	event c=c1 t=customer.start s=s1 [u=ann] [at=0s]
//	object c=c1 r=r1 role=media [key=..] [v=v1] [etag=..] [size=7] [action=created]
//	inspection c=c1 r=r1 role=metadata [outcome=ok] [content=..] [hold=OFF] [start=12m end=13m created=..] [names=c2] [unreadable]
//	row c=c1 r=r1 [ptr=/0] [start= end=] [unreadable]
//	recordings n=600 name=a [lag=12m] [agents=2] [only=start]      whole conversations, by the number
//	tick t=20m [through=20m] [events= s3= inspections=] [n=] [epoch=] [cut]
//	bare                                      no regime enters
//	regime settle=7s ...                      another regime enters: that of the script with these settings (also fold= shards= origin=)
//	worker known=2 settle=7s ...              a worker configured so takes over, and first folds the record that stopped the one before
//	junk | wrong | foreign | empty            records that do not belong
//	withhold | reveal                         facts bring no secret, or one, from here on
//	again                                     the record before once more
//
// Times are told from 2026-05-04T09:00:00Z. arr= is a fact's arrival; without it each comes 1 ms after the one before.
// A first line "brief" shows of the block only alerts, cohorts and stops, and counts the rest.
type script struct {
	t       *testing.T
	log     *log
	spec    stream.Spec
	state   *stream.State
	task    stream.Task
	base    Settings       // of the script's first regime
	meta    []byte         // before the last step
	held    *stream.Record // what the last worker stopped at
	arrival int64
	n       int64
	epoch   int64
	bare    bool
	taken   int
	outputs []streamtest.Output
	stopped bool
	out     bytes.Buffer
	brief   bool
	counts  map[string]int
	seq     map[string]int
}

func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := &script{t: t, log: newLog(t, 1), epoch: 1, arrival: epoch0, seq: map[string]int{}}
			got := s.run(string(text))
			switch {
			case got == string(text):
			case *rewrite:
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			default:
				t.Errorf("%s says something else; -rewrite takes it.\n%s", file, difference(string(text), got))
			}
			if s.stopped {
				return
			}
			want, err := streamtest.Fold(replayOf(t, s.doc(s.base)), 1, s.log.records, selfOf)
			if err != nil {
				t.Fatal(err)
			}
			mustBeSame(t, want, s.outputs)
			checkOutputs(t, 1, s.outputs)
		})
	}
}

func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		if i >= len(w) || i >= len(g) || w[i] != g[i] {
			return fmt.Sprintf("line %d\nwant:\n%s\ngot:\n%s", i+1, strings.Join(w[i:min(len(w), i+12)], "\n"), strings.Join(g[i:min(len(g), i+12)], "\n"))
		}
	}
	return ""
}

func (s *script) run(text string) string {
	var all strings.Builder
	for block := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n\n") {
		commands, _, isBlock := strings.Cut(block+"\n", "----\n")
		all.WriteString(commands)
		if isBlock {
			s.out.Reset()
			s.brief, s.counts = false, map[string]int{}
			for line := range strings.Lines(commands) {
				line = strings.TrimSpace(line)
				if line != "" && line[0] != '#' {
					s.command(line)
				}
			}
			for _, what := range slices.Sorted(maps.Keys(s.counts)) {
				fmt.Fprintf(&s.out, "%d %s\n", s.counts[what], what)
			}
			all.WriteString("----\n" + s.out.String())
		}
		all.WriteString("\n")
	}
	return strings.TrimRight(all.String(), "\n") + "\n"
}

// arguments are what follows a command's word.
type arguments struct {
	t    *testing.T
	m    map[string]string
	used map[string]bool
}

func (a arguments) text(name, otherwise string) string {
	a.used[name] = true
	if v, ok := a.m[name]; ok {
		return v
	}
	return otherwise
}

func (a arguments) has(name string) bool { a.used[name] = true; _, ok := a.m[name]; return ok }

func (a arguments) number(name string, otherwise int64) int64 {
	v := a.text(name, "")
	if v == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		a.t.Fatalf("%s: %v", name, err)
	}
	return n
}

// ms is a time, told from epoch0.
func (a arguments) ms(name string, otherwise int64) int64 {
	v := a.text(name, "")
	if v == "" {
		return otherwise
	}
	d, err := time.ParseDuration(v)
	if err != nil {
		a.t.Fatalf("%s: %v", name, err)
	}
	return epoch0 + d.Milliseconds()
}

func (s *script) command(line string) {
	words := strings.Fields(line)
	a := arguments{s.t, map[string]string{}, map[string]bool{}}
	for _, w := range words[1:] {
		k, v, _ := strings.Cut(w, "=")
		a.m[k] = v
	}
	if words[0] == "brief" {
		s.brief = true
		return
	}
	if s.task == nil {
		s.begin(words[0], a)
	}
	s.arrival = a.ms("arr", s.arrival+1)
	switch words[0] {
	case "settings", "bare":
	case "event":
		at := a.ms("at", s.arrival)
		o := eventOf(a.text("c", "c1"), a.text("t", ""), a.text("s", ""), a.text("u", ""), s.arrival, at)
		if a.has("nozone") {
			o.Times[0].Zone = ""
		}
		s.fact(o)
	case "object":
		s.fact(s.object(a).notified(a.text("action", schemas.ActionCreated), s.arrival))
	case "inspection":
		s.fact(s.inspection(a))
	case "row":
		e, times := s.export(a, schemas.FormRow)
		o := rowOf(a.text("c", "c1"), a.text("r", "r1"), a.text("ptr", "/0"), e, times, s.arrival)
		if a.has("unreadable") {
			o.Labels, o.Export.RecordingID = []string{schemas.LabelUnreadable}, ""
		}
		s.fact(o)
	case "recordings":
		s.recordings(a)
	case "tick":
		s.tick(a)
	case "regime":
		d := s.doc(settingsOf(a, s.base))
		for _, name := range []string{"fold", "shards"} {
			if v := a.text(name, ""); v != "" {
				d = strings.Replace(d, `"`+name+`":1`, `"`+name+`":`+v, 1)
			}
		}
		s.fold("regime", encode(s.t, &schemas.Regime{Document: d}))
	case "worker":
		s.worker(s.doc(settingsOf(a, s.base)), a.number("known", 0))
	case "junk":
		s.fold("conversation:c1", []byte("junk"))
	case "wrong":
		s.fold("tick", encode(s.t, &schemas.CustodyMarker{Marker: []byte("{}")}))
	case "foreign":
		o := eventOf("c1", "customer.start", "s", "", s.arrival, s.arrival)
		s.fold("conversation:c2", encode(s.t, o))
		o.Entity = "matter:1"
		s.fold(o.Entity, encode(s.t, o))
		s.fold("cohort:x", encode(s.t, &schemas.Measure{To: "cohort:x", Shape: shapeAligned, Start: &schemas.Offset{}}))
	case "empty":
		o := eventOf("c1", "customer.start", "s", "", s.arrival, s.arrival)
		o.Event = nil
		s.fact(o)
		s.fold(cohortKey("", "", ""), encode(s.t, &schemas.Measure{To: cohortKey("", "", ""), Shape: shapeAligned}))
	case "withhold", "reveal":
		s.bare = words[0] == "withhold"
	case "again":
		r := s.log.records[len(s.log.records)-1]
		s.fold(string(r.Key), r.Value)
	default:
		s.t.Fatalf("no such command: %s", line)
	}
	for k := range a.m {
		if !a.used[k] {
			s.t.Fatalf("%s: %s is no argument of it", line, k)
		}
	}
}

// settingsOf are base with what the arguments change.
func settingsOf(a arguments, x Settings) Settings {
	x.CohortMin, x.Origin = int(a.number("cohort_min", int64(x.CohortMin))), a.text("origin", x.Origin)
	for name, d := range map[string]*time.Duration{"settle": &x.Settle, "stalled": &x.Stalled, "patience_export": &x.PatienceExport,
		"patience_companion": &x.PatienceCompanion, "cohort_patience": &x.CohortPatience, "match_window": &x.MatchWindow, "slack": &x.Slack} {
		*d = time.Duration(a.ms(name, epoch0+d.Milliseconds())-epoch0) * time.Millisecond
	}
	return x
}

func (s *script) doc(x Settings) string {
	return document(s.t, 1, func(d *Settings) { *d = x })
}

func (s *script) begin(first string, a arguments) {
	s.base = Defaults()
	if first == "settings" {
		s.base = settingsOf(a, s.base)
	}
	doc := s.doc(s.base)
	s.spec = specOf(s.t, doc)
	var err error
	if s.state, err = stream.NewState(stream.NewMemory(), &s.spec, 0); err != nil {
		s.t.Fatal(err)
	}
	if s.task, err = s.spec.Open(0, 1, nil); err != nil {
		s.t.Fatal(err)
	}
	if first != "bare" {
		s.fold("regime", encode(s.t, &schemas.Regime{Document: doc}))
	}
}

// worker opens the shard anew, as a worker with that configuration does that looked at the log at tick known.
func (s *script) worker(doc string, known int64) {
	spec, err := Spec(doc, known)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.held == nil {
		s.remember()
	}
	task, err := spec.Open(0, 1, s.meta)
	s.stopped = err != nil
	if err != nil {
		fmt.Fprintf(&s.out, "stop: %v\n", err)
		return
	}
	s.task = task
	if r := s.held; r != nil {
		s.held = nil
		s.step(*r)
	}
}

func (s *script) fact(o *schemas.Observation) {
	if s.bare {
		o.Secret = nil
	}
	s.fold(o.Entity, encode(s.t, o))
}

// fold puts one record into the log and folds it, then the measures it led to.
func (s *script) fold(key string, value []byte) {
	if s.stopped {
		s.t.Fatal("a stopped shard folds nothing")
	}
	s.step(s.log.put(0, key, value))
}

func (s *script) remember() {
	var err error
	if s.meta, err = s.task.Meta(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *script) step(r stream.Record) {
	s.remember()
	effects := s.state.Effects()
	if err := s.task.Step(s.state, r); err != nil {
		s.refused(r, effects, err)
		return
	}
	for more := true; more; {
		var err error
		if more, err = s.task.Drain(s.state); err != nil {
			s.t.Fatal(err)
		}
	}
	outputs := s.state.Outputs()[s.taken:]
	s.taken += len(outputs)
	for _, o := range outputs {
		if o.Topic != schemas.TopicObservations {
			s.outputs = append(s.outputs, streamtest.Output{Output: o})
		}
		s.say(o)
	}
	for _, o := range outputs {
		if o.Topic == schemas.TopicObservations {
			s.fold(string(o.Key), o.Value)
		}
	}
}

func (s *script) say(o stream.Output) {
	line, loud := describe(s.t, o)
	switch {
	case line == "":
	case s.brief && !loud:
		s.counts[strings.Fields(line)[0]]++
	default:
		fmt.Fprintln(&s.out, line)
	}
}

func (s *script) refused(r stream.Record, effects int, err error) {
	poison := new(stream.PoisonError)
	if !asPoison(err, &poison) {
		fmt.Fprintf(&s.out, "stop: %v\n", err)
		s.stopped, s.held = true, &r
		return
	}
	if s.state.Effects() != effects {
		s.t.Fatalf("poison after effects: %v", err)
	}
	letter, err := stream.DeadLetter(s.spec.Name, r, poison)
	if err != nil {
		s.t.Fatal(err)
	}
	s.outputs = append(s.outputs, streamtest.Output{Output: letter})
	fmt.Fprintf(&s.out, "poison %s: %s\n", poison.Code, poison.Reason)
}

func (s *script) object(a arguments) object {
	return object{conversation: a.text("c", "c1"), recording: a.text("r", "r1"), role: a.text("role", schemas.RoleMedia), key: a.text("key", ""),
		version: a.text("v", ""), etag: a.text("etag", ""), size: a.number("size", 7)}
}

func (s *script) inspection(a arguments) *schemas.Observation {
	x := s.object(a)
	w := answer{outcome: a.text("outcome", schemas.OutcomeOK), content: a.text("content", x.role), hold: a.text("hold", schemas.HoldOff), mode: a.text("mode", schemas.RetentionNone),
		request: a.text("request", fmt.Sprint("request ", s.arrival)), unreadable: a.has("unreadable")}
	if x.role == schemas.RoleMetadata && w.outcome == schemas.OutcomeOK && !w.unreadable {
		w.export, w.times = s.export(a, schemas.FormMetadata)
		w.content += fmt.Sprint(w.export.Projection[:4])
	}
	return x.inspected(w, s.arrival)
}

func (s *script) export(a arguments, form string) (*schemas.ExportFact, []schemas.Reading) {
	e, times := exportOfFile(form, a.text("names", a.text("c", "c1")), a.text("r", "r1"), a.text("session", ""), a.ms("start", -1), a.ms("end", -1), a.ms("created", -1))
	e.DurationMS = -1
	if d := a.text("duration", ""); d != "" {
		e.DurationMS = a.ms("duration", 0) - epoch0
	}
	if p := a.text("projection", ""); p != "" {
		e.Projection = hashOf(p)
	}
	if a.has("refused") {
		times = append(times, schemas.Reading{Field: a.text("refused", ""), Clock: "export-metadata", LoMS: 0, HiMS: -1, Text: "pii-no time", Refused: "not ISO 8601"})
	}
	if a.has("nozone") {
		for i := range times {
			times[i].Zone = ""
		}
	}
	return e, times
}

// recordings are n whole conversations of two minutes, each with one recording.
func (s *script) recordings(a arguments) {
	name, agents := a.text("name", "a"), a.number("agents", 1)
	lag := a.ms("lag", epoch0) - epoch0
	jitter := a.ms("jitter", epoch0) - epoch0
	only := a.text("only", "")
	for i := range a.number("n", 1) {
		c := fmt.Sprintf("%s%d", name, i)
		from := epoch0 + i*1000
		to := from + 120_000
		by := lag
		if jitter > 0 {
			by += i % jitter
		}
		next := func() int64 { s.arrival++; return s.arrival }
		s.fact(eventOf(c, "customer.start", c+"-s", "", next(), from))
		for k := range agents {
			s.fact(eventOf(c, "user.start", fmt.Sprintf("%s-u%d", c, k), fmt.Sprint("agent", k), next(), from+1000*(k+1)))
			s.fact(eventOf(c, "user.end", fmt.Sprintf("%s-u%d", c, k), fmt.Sprint("agent", k), next(), to-1000))
		}
		s.fact(eventOf(c, "customer.end", c+"-s", "", next(), to))
		start, end, created := from+by, to+by, int64(-1)
		switch only {
		case "start":
			end = to
		case "end":
			start = from
		case "created":
			start, end, created = from, to, from+by
		}
		x := object{conversation: c, recording: c + "-r", role: schemas.RoleMedia, version: "v1", size: 7}
		s.fact(x.notified(schemas.ActionCreated, next()))
		s.fact(x.inspected(answer{outcome: schemas.OutcomeOK, content: c, hold: schemas.HoldOff, mode: schemas.RetentionNone, request: c}, next()))
		x.role = schemas.RoleMetadata
		s.fact(x.notified(schemas.ActionCreated, next()))
		e, times := exportOfFile(schemas.FormMetadata, c, x.recording, "", start, end, created)
		s.fact(x.inspected(answer{outcome: schemas.OutcomeOK, content: c + "m", hold: schemas.HoldOff, mode: schemas.RetentionNone, request: c, export: e, times: times}, next()))
	}
}

func (s *script) tick(a arguments) {
	s.n = a.number("n", s.n+1)
	t := a.ms("t", s.arrival)
	s.arrival = max(s.arrival, t)
	k := tickOf(s.n, t, 0, a.number("epoch", s.epoch), a.has("cut"))
	through := a.ms("through", t)
	for i := range k.Sources {
		k.Sources[i].ThroughMS = a.ms(k.Sources[i].Source, through)
	}
	if k.Cut && !a.has("epoch") {
		s.epoch++
	}
	s.fold("tick", encode(s.t, k))
}
