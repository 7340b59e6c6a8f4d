package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/leaf"
)

const explainedDay = 1777885200000 // 2026-05-04T09:00:00Z

// deal is one conversation of a made-up export. Those of two agents have a created_at that is late by the gap.
type deal struct {
	conversation, recording               string
	start, connect, out, again, end, late int64
	two                                   bool
}

func deals(n int) []deal {
	all := make([]deal, n)
	for i := range all {
		x := int64(i)
		d := &all[i]
		d.conversation, d.recording = fmt.Sprintf("c0ffee00-0000-4000-8000-%012d", i), fmt.Sprintf("7ec00000-0000-4000-8000-%012d", i)
		d.start = explainedDay + x*600_000 + x*x*37
		d.connect = d.start + 5_000 + x*977%40_000
		d.out = d.connect + 200_000 + x*1_009
		d.again = d.out + 1_900 + x*613%1_500
		d.end = d.again + 300_000
		if d.two = i%3 == 0; d.two {
			d.late = d.again - d.out
		}
	}
	return all
}

// stage writes the export, changed by hostile words, and its events; and checks it.
func stage(t *testing.T, all []deal, keep, provider string) *check.Result {
	t.Helper()
	dir := t.TempDir()
	var rows, events []string
	name, _ := json.Marshal(provider)
	for i := range all {
		d := &all[i]
		rows = append(rows, fmt.Sprintf(`{"conversation_id":%q,"recording_id":%q,"media_type":"Message","provider":%s,"start_time":%q,"end_time":%q,"created_at":%q}`,
			d.conversation, d.recording, name, instant.Format(d.start), instant.Format(d.end), instant.Format(d.start+d.late)))
		one := func(topic, session, user string, at int64) {
			events = append(events, fmt.Sprintf(`{"topicName":"v2.detail.events.conversation.%s.%s","eventBody":{"eventTime":%d,"conversationId":%q,"participantId":"p","sessionId":"%s-%d","mediaType":"MESSAGE","provider":%s,"userId":%q}}`,
				d.conversation, topic, at, d.conversation, session, i, name, user))
		}
		one("customer.start", "customer", "", d.start)
		one("user.start", "first", "secret-anna", d.connect)
		if d.two {
			one("user.end", "first", "secret-anna", d.out)
			one("user.start", "second", "secret-bert", d.again)
			one("user.end", "second", "secret-bert", d.end)
		} else {
			one("user.end", "first", "secret-anna", d.end)
		}
		one("customer.end", "customer", "", d.end)
	}
	files := map[string]string{"export/m.json": "[" + strings.Join(rows, ",\n") + "]", "evidence/events.ndjson": strings.Join(events, "\n") + "\n"}
	for path, text := range files {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := check.Run(t.Context(), []check.Source{check.Disk(filepath.Join(dir, "export"))}, []check.Source{check.Disk(filepath.Join(dir, "evidence"))}, check.Options{Keep: keep})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func explainedText(t *testing.T, e *Explanation) string {
	t.Helper()
	var b bytes.Buffer
	if err := e.Text(&b, Options{Width: 4000}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// line finds the one line that holds all the words.
func lineWith(t *testing.T, text string, words ...string) string {
	t.Helper()
	for l := range strings.SplitSeq(text, "\n") {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(l, w) }) {
			return l
		}
	}
	t.Errorf("no line says %q in\n%s", words, text)
	return ""
}

// At stake: the answer to story B for one conversation, number by number: whose start it is, how late the field is, and by
// which number the rivals are out; by the record's own trial where it has one, else by its cohort's.
func TestExplainNamesTheNumbers(t *testing.T) {
	all := deals(150)
	d := &all[3]
	e := Explain(stage(t, all, d.conversation, "PureCloud Messaging"), d.conversation, "test")
	text := explainedText(t, e)
	lineWith(t, text, "agent 2", "message", instant.Format(d.again), instant.Format(d.end), "second-3")
	lineWith(t, text, instant.Format(d.again), "genesys-cloud", "eventTime", "user.start, agent 2", "evidence/events.ndjson /17")
	lineWith(t, text, instant.Format(d.start+d.late), "export-metadata", "created_at", "export of "+d.recording, "export/m.json /3")
	lineWith(t, text, "created_at DEPARTS "+signed(d.late, 52), "export-metadata minus genesys-cloud", "precision 52 ms")
	lineWith(t, text, "start_time aligned 0.000 s")
	lineWith(t, text, "paired with", "session of customer", "[customer-session]")
	rejected := text[strings.Index(text, "\n  rejected"):strings.Index(text, "\n  open")]
	lineWith(t, rejected, "queue-wait: misses by "+length(d.connect-d.start)+", more than five times the precision (260 ms)")
	lineWith(t, rejected, "created-agent-connect: misses by "+length(d.connect-d.start-d.late))
	lineWith(t, rejected, "zone: the nearest zone offset is "+length(900_000-d.late)+" away")
	lineWith(t, text, "handoff: fits, off by 0 ms (50 ms are allowed, precision 54 ms), chance ")
	lineWith(t, text, "constant: excluded by the cohort: one offset of ", " of 50 recordings, and must fit ")
	lineWith(t, text, "finalisation-created: would need the time at which the export finished with the recording")
	lineWith(t, text, "cohort", "DRIFT: message", "two agents or more: 50 of 50 recordings depart; one agent (control): 0 of 100")
	lineWith(t, text, "its verdict", "handoff, established")
	lineWith(t, text, cohortsOwn)
	if strings.Contains(text, "secret-") {
		t.Errorf("a user id is shown:\n%s", text)
	}
	if e.Exit != 0 || e.Agents != 2 {
		t.Errorf("exit %d, %d agents", e.Exit, e.Agents)
	}
	// The record's own verdict is not its cohort's.
	if v := e.Recordings[0].Verdict.(*recordingObject); v.Cause == "handoff" || e.Cohorts[*e.Recordings[0].Cohort].Verdict.(*cohortObject).Cause != "handoff" {
		t.Errorf("the recording's cause is %s", v.Cause)
	}
}

// A hypothesis is told once, under one of the states; that of one agent says that there was one.
func TestExplainTellsTheWholeTable(t *testing.T) {
	all := deals(150)
	all[4].late = 7_500 // one agent, and late all the same
	e := Explain(stage(t, all, all[4].conversation, "p"), all[4].conversation, "test")
	told := map[string]int{}
	for _, tr := range e.Recordings[0].Trials {
		for _, n := range tr.Names {
			told[n]++
		}
	}
	for h := range attribute.HypothesisCount {
		if told[h.String()] != 1 {
			t.Errorf("%v is told %d times", h, told[h.String()])
		}
	}
	text := explainedText(t, e)
	lineWith(t, text, "handoff, ", "created-second-session: would need two agents, and 1 agent took part")
	lineWith(t, text, "created_at DEPARTS +7.500 s")
	if *e.Recordings[0].Covering != "outlying" {
		t.Errorf("covering %s", *e.Recordings[0].Covering)
	}
	quiet := Explain(stage(t, all, all[1].conversation, "p"), all[1].conversation, "test")
	if len(quiet.Recordings[0].Trials) != 0 {
		t.Errorf("nothing departs, and trials are told: %+v", quiet.Recordings[0].Trials)
	}
	lineWith(t, explainedText(t, quiet), "verdict", "established: nothing departs (within 52 ms)")
}

// A provider's name may hold what a terminal obeys.
func TestExplainIsHarmless(t *testing.T) {
	all := deals(40)
	e := Explain(stage(t, all, all[0].conversation, "Pure\x1b[31m\u202eCloud\x07"), all[0].conversation, "test")
	e.Notes = append(e.Notes, "\x9b31m")
	e.Timeline[0].Of = "\x1b]0;title\x07"
	var asJSON bytes.Buffer
	if err := e.JSON(&asJSON); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{explainedText(t, e), asJSON.String()} {
		if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && (r < ' ' || r >= 0x7F && r < 0xA0 || r == 0x202e) }); i >= 0 {
			t.Errorf("%q reaches the terminal", text[max(0, i-40):i+10])
		}
	}
	var back Explanation
	if err := json.Unmarshal(asJSON.Bytes(), &back); err != nil || *back.Participants[0].Provider != "Pure\x1b[31m\u202eCloud\x07" {
		t.Errorf("JSON does not give the name back: %v", err)
	}
}

// At stake: the bounds that E is said to be held against are attribution's own.
func TestChanceBounds(t *testing.T) {
	s := newScene(1, 60).each(func(_ int, r *attribute.Recording) {
		move(r, r.Readings[attribute.Finalise].Lo-r.Readings[attribute.SessionEnd].Lo, attribute.Start, attribute.End)
	}).drop(attribute.Created, attribute.Header, attribute.S3Put)
	model, cohort := attribute.NewModel(attribute.Table{}), attribute.NewCohort()
	for _, m := range s.recs {
		cohort.Add(&m.seen, false)
	}
	spread := model.Spread(cohort)
	const twice = 2 * 54 * 1_000_000_000 // 2τ in ppb
	for _, c := range []struct {
		reach int64
		grade attribute.Grade
		says  string
	}{
		{twice / chanceNamed, attribute.Established, "E 1,000,000 ppb, not above the bound of 1,000,000 ppb for a name"},
		{twice/chanceNamed - 1, attribute.ConsistentWith, "above the bound of 1,000,000 ppb for a name"},
		{twice / chanceConsistent, attribute.ConsistentWith, "E 50,000,000 ppb, above the bound of 1,000,000 ppb for a name"},
		{twice/chanceConsistent - 1, attribute.Unexplained, "above the bound of 50,000,000 ppb"},
	} {
		spread.Reach[attribute.FinalisationShift] = c.reach
		rec := &check.Explained{Recording: check.Recording{Verdict: model.Record(&s.recs[0].seen, spread)}}
		if v := &rec.Verdict; v.Grade != c.grade || !strings.Contains(chanceText(v.EPPB), c.says) {
			t.Errorf("R %d: %v, %s; want %v, %s", c.reach, v.Grade, chanceText(v.EPPB), c.grade, c.says)
		}
		if c.grade == attribute.Unexplained && ownCause(&rec.Verdict) != "unexplained: finalisation fits, and so would chance" {
			t.Error(ownCause(&rec.Verdict))
		}
	}
}

// An instant is written with the digits it was written with; what is coarser is the interval it lies in.
func TestSpan(t *testing.T) {
	const at = explainedDay
	for _, c := range []struct {
		lo, hi int64
		zoned  bool
		want   string
	}{
		{at + 118, at + 118, true, "2026-05-04T09:00:00.118Z"},
		{at - 500, at + 999, true, "2026-05-04T08:59:59.500Z to 09:00:00.999Z"},
		{at - 10*3_600_000, at, true, "2026-05-03T23:00:00.000Z to 2026-05-04T09:00:00.000Z"},
		{at, at, false, "2026-05-04T09:00:00.000Z (no zone)"},
	} {
		if got := stampOf(timeline.Stamp{Lo: c.lo, Hi: c.hi, Clock: "s3", Zoned: c.zoned}).span(); got != c.want {
			t.Errorf("%s; want %s", got, c.want)
		}
	}
	if stampOf(timeline.Stamp{}).span() != "-" {
		t.Error("what is not known is written as a time")
	}
}

// A leaf that says more than this release has words for loses nothing.
func TestTaleOfLeaves(t *testing.T) {
	tale := NewTale("c")
	at := func(field, clock string, ms int64) []leaf.Time {
		return []leaf.Time{{Field: field, Clock: clock, LoMS: ms, HiMS: ms, Zone: "UTC", Text: instant.Format(ms)}}
	}
	event := func(seq int64, topic, session, user string, ms int64) {
		tale.Take(&leaf.Leaf{Kind: leaf.KindEvent, Seq: seq, Times: at("eventTime", "genesys-cloud", ms),
			Event: &leaf.Event{Topic: topic, SessionID: session, User: user, MediaType: "MESSAGE"}}, []byte(`{}`))
	}
	event(2, "user.start", "s1", "commitment-a", 2_000)
	event(1, "customer.start", "s0", "", 1_000)
	event(3, "user.start", "s2", leaf.Withheld, 3_000)
	event(4, "customer.end", "s0", "", 9_000)
	tale.Take(&leaf.Leaf{Kind: leaf.KindInspection, Seq: 5, Inspection: &leaf.Inspection{RecordingID: "r"},
		Times: []leaf.Time{{Field: "startTime", Clock: "export-metadata", LoMS: 0, HiMS: -1, Refused: "no time"}}}, []byte(`{}`))
	tale.Take(&leaf.Leaf{Kind: leaf.KindPairing, Seq: 6, Pairing: &leaf.Pairing{RecordingID: "r", SessionID: "s0", By: timeline.ByWindow, WindowMS: 900_000}}, []byte(`{}`))
	offset := int64(2_500)
	v := &leaf.Verdict{RecordingID: "r", Shape: "start-only", Locus: "unknown", Grade: "unexplained", Mechanism: "none", OffsetMS: &offset, Cohort: "cohort:x", Missing: "third-clock",
		Offsets: []leaf.Offset{{Field: "startTime", ClockA: "export-metadata", ClockB: "genesys-cloud", LoMS: 2_500, HiMS: 2_500}}}
	tale.Take(&leaf.Leaf{Kind: leaf.KindVerdict, Seq: 7, Verdict: v}, []byte(`{"body":{"grade":"unexplained","candidates":["handoff"],"word":"new"}}`))
	tale.TakeCohort(&leaf.Leaf{Kind: leaf.KindCohort, Entity: "cohort:x", Cohort: &leaf.Cohort{Channel: "MESSAGE", N: 40, Grade: "unexplained", Shape: "start-only", Departing: 33, StratumN: 40}}, []byte(`{"body":{}}`))
	tale.Take(&leaf.Leaf{Kind: leaf.KindAlert, Seq: 8, Alert: &leaf.Alert{Rule: "media-missing", Severity: "high", Step: "opened", Subject: "r"}}, []byte(`{}`))
	e := tale.Tell("test", Chain{Records: 8, Broken: []string{}})
	text := explainedText(t, e)
	lineWith(t, text, "agent 1", "s1")
	lineWith(t, text, "agent 2", "s2")
	lineWith(t, text, "1970-01-01T00:00:03.000Z", "user.start, agent 2", "record 3")
	lineWith(t, text, "refused: no time", "startTime", "record 5")
	lineWith(t, text, "session of customer: of several customer sessions it is the first within 15 min 0.000 s")
	lineWith(t, text, "startTime DEPARTS +2.500 s")
	lineWith(t, text, "what is seen", "the start departs: +2.500 s [start-only]")
	lineWith(t, text, "candidates", `["handoff"]`)
	lineWith(t, text, "word ", " new")
	lineWith(t, text, "cohort ", "message · 33 of 40 recordings depart; n 40")
	lineWith(t, text, "opened", "media-missing", "r", "record 8")
	if e.Exit != 0 || strings.Contains(text, "commitment-a") {
		t.Errorf("exit %d\n%s", e.Exit, text)
	}
	if empty := NewTale("c").Tell("test", Chain{}); empty.Exit != exitUnjudged {
		t.Errorf("nothing was judged, and the exit code is %d", empty.Exit)
	}
}
