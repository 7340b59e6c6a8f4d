package check

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas/instant"
)

// accounts plays a story and tells some of its scenes.
func accounts(t *testing.T, s *story, which ...int) (all []*Account, scenes []scene, r *Result) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, s.files(1))
	scenes = s.scenes(1)
	for _, i := range which {
		r = run(t, dir, Options{Keep: scenes[i].conversation})
		a := r.Explain(scenes[i].conversation)
		if a == nil {
			t.Fatalf("%s is in the export, and nothing is told of it", scenes[i].conversation)
		}
		all = append(all, a)
	}
	return all, scenes, r
}

// At stake: that the second agent's start, on which story B turns, stands in the account at its instant and place; that
// every time of the files is there once; that nobody's id is.
func TestExplainTwoAgents(t *testing.T) {
	all, scenes, r := accounts(t, storyB(), 5)
	a, c := all[0], &scenes[5]
	var names []string
	for i := range a.Participants {
		names = append(names, a.Participants[i].Name)
	}
	if !slices.Equal(names, []string{"customer", "agent 1", "agent 2"}) || a.Agents != 2 {
		t.Fatalf("took part: %q, %d agents", names, a.Agents)
	}
	second := a.Participants[2]
	if want := "50000002-0000-4000-8000-000000000005"; second.Session != want || second.Start.Lo != c.again || second.End.Lo != c.end {
		t.Errorf("the second agent is %+v; want session %s from %d", second, want, c.again)
	}
	if len(a.Moments) != 9 { // six events and three times of the row
		t.Errorf("%d times were told; 9 stand in the files", len(a.Moments))
	}
	if !slices.IsSortedFunc(a.Moments, func(x, y Moment) int { return int(x.Lo - y.Lo) }) {
		t.Error("the times are not in the order of time")
	}
	at := slices.IndexFunc(a.Moments, func(m Moment) bool { return m.Who == "agent 2" && strings.HasPrefix(m.Of, "user.start") })
	if at < 0 || a.Moments[at].Lo != c.again || r.Files[a.Moments[at].File].Kind != "event" || a.Moments[at].Place != "/27" {
		t.Errorf("the start of the second agent is not told at its place: %+v", a.Moments)
	}
	if text := fmt.Sprintf("%+v", a); strings.Contains(text, "e0000000-") {
		t.Errorf("a user id stands in the account: %s", text)
	}
	rec := &a.Recordings[0]
	if rec.ID != c.id || rec.Session != 0 || rec.Start.Lo != c.start || rec.End.Lo != c.end || rec.PairedBy != timeline.ByCustomer {
		t.Errorf("recording %+v", rec)
	}
	at = slices.IndexFunc(rec.Offsets, func(o FieldOffset) bool { return o.Field == "created_at" })
	if o := rec.Offsets[at]; o.Lo != c.again-c.out || o.Hi != o.Lo || !o.Departs || rec.Taus[at] != 52 {
		t.Errorf("created_at is %+v, precision %d; want %d ms", o, rec.Taus[at], c.again-c.out)
	}
	for h, want := range map[attribute.Hypothesis]int64{attribute.CreatedConnect: c.connect - c.start - (c.again - c.out), attribute.StartConnect: c.connect - c.start} {
		if tr := rec.Verdict.Trials[h]; tr.State != attribute.Excluded || tr.Dist != want {
			t.Errorf("%v is %v by %d ms; want excluded by %d ms", h, tr.State, tr.Dist, want)
		}
	}
	if !rec.Wants[attribute.ConstantOffset].Cohort || !slices.Equal(rec.Wants[attribute.FinalisationCreated].Facts, []attribute.Fact{attribute.Finalise}) {
		t.Errorf("wants %+v", rec.Wants)
	}
}

// The control of story B: one agent, and nothing departs.
func TestExplainOneAgent(t *testing.T) {
	all, _, r := accounts(t, storyB(), 52)
	a := all[0]
	rec := &a.Recordings[0]
	if a.Agents != 1 || len(a.Moments) != 7 || rec.Verdict.Shape != attribute.Aligned || rec.Verdict.Grade != attribute.Established {
		t.Errorf("%d agents, %d times, %v %v", a.Agents, len(a.Moments), rec.Verdict.Shape, rec.Verdict.Grade)
	}
	if r.Explain("c0ffee00") != nil {
		t.Error("a conversation that the export does not name was told")
	}
	for id, want := range map[string]string{
		"c0ffee00-0000-4000-8000-00000000005":   "c0ffee00-0000-4000-8000-000000000050",
		"c0ffee00-0000-4000-8000-0000000000980": "c0ffee00-0000-4000-8000-000000000098",
		"dead":                                  "", "c0f": "c0ffee00-0000-4000-8000-000000000000",
	} {
		if got := r.Nearest(id); got != want {
			t.Errorf("nearest to %s is %q; want %q", id, got, want)
		}
	}
}

// One agent who comes back is one agent; one whose id is not said is his session.
func TestParticipants(t *testing.T) {
	at := func(ms int64) timeline.Stamp {
		return timeline.Stamp{Lo: ms, Hi: ms, Clock: string(instant.GenesysCloud), Zoned: true}
	}
	parts, users := Participants([]timeline.Session{
		{ID: "s4", Role: timeline.Agent, User: "anna", Start: at(40)}, {ID: "s5", Role: timeline.Agent},
		{ID: "s2", Role: timeline.Agent, User: "bert", Start: at(30)}, {ID: "s1", Role: timeline.Agent, User: "anna", Start: at(20)},
		{ID: "q", Role: timeline.Queue, Start: at(15)}, {ID: "c2", Role: timeline.Customer, Start: at(50)}, {ID: "c1", Role: timeline.Customer, Start: at(10)}})
	got := ""
	for _, p := range parts {
		got += p.Session + " " + p.Name + "; "
	}
	if want := "c1 customer 1; c2 customer 2; s1 agent 1, session 1; s2 agent 2; s4 agent 1, session 2; s5 agent 3; q queue; "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(users) != 2 || users["anna"] != "agent 1" {
		t.Errorf("users %v", users)
	}
}

// What an audit log says was looked at may be a user, whom no session names.
func TestAuditedUserIsNotShown(t *testing.T) {
	a := &Account{Conversation: "c"}
	c := &conversation{recordings: []*recording{{id: "r"}}}
	for of, want := range map[string]string{"audit VIEW r": "audit VIEW r", "audit VIEW c": "audit VIEW c", "audit UPDATE supervisor-7": "audit UPDATE"} {
		if got := a.moment(c, Reading{Of: of}, nil).Of; got != want {
			t.Errorf("%s is told as %q", of, got)
		}
	}
}

// At stake: two recordings that bear each other's times are told by name, and so is a row that contradicts another.
func TestExplainSwappedAndContradicted(t *testing.T) {
	s := storyA()
	s.shift = nil
	files, scenes := s.files(1), s.scenes(1)
	a, b := &scenes[2], &scenes[7] // of one job
	swap := strings.NewReplacer(iso(a.start), iso(b.start), iso(b.start), iso(a.start), iso(a.end), iso(b.end), iso(b.end), iso(a.end))
	files["export/job-1.json"] = swap.Replace(files["export/job-1.json"])
	files["export/late.json"] = "[" + strings.Replace(s.row(&scenes[3]), iso(scenes[3].end), iso(scenes[3].end+1), 1) + "]"
	dir := t.TempDir()
	write(t, dir, files)
	r := run(t, dir, Options{})
	x := r.Explain(a.conversation).Recordings[0]
	if x.Twin != b.conversation+"/"+b.id || x.Verdict.Cause != attribute.CauseMispaired {
		t.Errorf("twin %q, cause %v", x.Twin, x.Verdict.Cause)
	}
	x = r.Explain(scenes[3].conversation).Recordings[0]
	if len(x.Unread) != 1 || !strings.HasSuffix(r.Files[x.Unread[0].File].Path, "late.json") || x.Unread[0].Place != "/0" || x.Twin != "" {
		t.Errorf("contradicted by %+v", x.Unread)
	}
	if x = r.Explain(scenes[4].conversation).Recordings[0]; len(x.Unread) != 0 {
		t.Errorf("nothing contradicts it, and %+v is told", x.Unread)
	}
}

// whole is a recording of which everything is known and every field departs.
func whole(dice *rand.Rand) attribute.Recording {
	r := attribute.Recording{ID: sha256.Sum256([]byte("r")), Agents: 2}
	for f := attribute.Start; f < attribute.FactCount; f++ {
		family := attribute.FamilyPlatform
		switch f {
		case attribute.Start, attribute.End, attribute.Created:
			family = attribute.FamilyExport
		case attribute.Header, attribute.MediaDuration:
			family = attribute.FamilyHeader
		case attribute.SenderDate:
			family = attribute.FamilySender
		case attribute.Finalise:
			family = attribute.FamilyJob
		case attribute.S3Put:
			family = attribute.FamilyS3
		}
		at := int64(f)*100_000 + dice.Int64N(50_000)
		r.Readings[f] = attribute.Reading{Interval: instant.Interval{Lo: at, Hi: at}, Family: family, Zoned: true}
	}
	return r
}

// At stake: whoever brings what an account asks for gets the hypothesis tested. This holds the table of wants, which is
// written by hand, to what attribution does.
func TestWantsAreWhatAttributionWants(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 9))
	model := attribute.NewModel(attribute.Table{})
	judge := func(o attribute.Recording) *Recording { return &Recording{Observed: o, Verdict: model.Record(&o, nil)} }
	departs := func(r *Recording) bool {
		return r.Verdict.Shape != attribute.Aligned && r.Verdict.Shape != attribute.NotComparable
	}
	asked := [attribute.HypothesisCount]int{}
	for range 4000 {
		full := whole(dice)
		some := full
		for f := range some.Readings {
			if dice.IntN(3) == 0 {
				some.Readings[f] = attribute.Reading{}
			}
		}
		r := judge(some)
		for h := range attribute.HypothesisCount {
			w := wanting(h, r)
			if !departs(r) || w.Cohort || r.Verdict.Trials[h].State != attribute.NotTestable {
				continue
			}
			if len(w.Facts) == 0 {
				if h != attribute.ZoneShift || r.Verdict.Field != attribute.MediaDuration {
					t.Fatalf("%v could not be tested, and nothing is asked for: %+v", h, some.Readings)
				}
				continue
			}
			more := some
			for _, f := range w.Facts {
				more.Readings[f] = full.Readings[f]
			}
			if again := judge(more); departs(again) && again.Verdict.Trials[h].State == attribute.NotTestable && h != attribute.ZoneShift {
				t.Fatalf("%v asked for %v, got it, and is still not tested; it now wants %+v", h, w.Facts, wanting(h, again))
			}
			asked[h]++
		}
	}
	for h := range attribute.HypothesisCount {
		if field := HypothesisField(h); field != attribute.NoFact && h != attribute.ZoneShift && asked[h] == 0 {
			t.Errorf("%v was never asked for", h)
		}
		if r := judge(whole(dice)); HypothesisField(h) == attribute.NoFact && r.Verdict.Trials[h].State != attribute.NotTestable && h != attribute.Rounding {
			t.Errorf("one recording tested %v, which is said to be a cohort's", h)
		}
	}
}
