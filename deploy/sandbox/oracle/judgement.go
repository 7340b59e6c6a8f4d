package oracle

import (
	"encoding/hex"
	"slices"

	"holdfast.example/deploy/sandbox/truth"
)

// tolerance is how far, in ms, a comparable pair of clocks may lie apart and still agree.
const tolerance = 50

// measured is what the truth says of one recording's clocks: export minus what happened.
type measured struct {
	recording            *truth.Recording
	claimed, comparable  bool // a file speaks of it; and somebody told when it began
	start, end, duration int64
	created              int64
	hasCreated           bool
	agents               int
	shape                string
}

// measure computes a recording's offsets and shape from the truth.
func measure(r *truth.Recording) measured {
	m := measured{recording: r, agents: r.Conversation.Agents(), shape: "not-comparable"}
	x, claimed := r.Reference()
	from, to, told := r.Conversation.Span()
	m.claimed = claimed
	if !claimed || !told {
		return m
	}
	m.comparable = true
	m.start, m.end = x.StartMS-from, x.EndMS-to
	m.duration = (x.EndMS - x.StartMS) - (to - from)
	if x.CreatedMS != 0 {
		m.created, m.hasCreated = x.CreatedMS-from, true
	}
	departs := func(n int64) bool { return max(n, -n) > tolerance }
	switch {
	case departs(m.start) && departs(m.end) && !departs(m.start-m.end):
		m.shape = "translation"
	case departs(m.start) && !departs(m.end), !departs(m.start) && !departs(m.end) && m.hasCreated && departs(m.created):
		m.shape = "start-only"
	case departs(m.end) && !departs(m.start):
		m.shape = "end-only"
	case !departs(m.start) && !departs(m.end):
		m.shape = "aligned"
	default:
		m.shape = "mixture"
	}
	return m
}

// offset is the one number a verdict of this shape gives.
func (m measured) offset() int64 {
	switch {
	case m.shape == "end-only":
		return m.end
	case m.shape == "start-only" && !(max(m.start, -m.start) > tolerance):
		return m.created
	}
	return m.start
}

// judgements checks the last pairing and the last verdict of every recording, and the last leaf of every cohort.
func (j *judge) judgements() {
	pairing, verdict := map[string][]*leaf{}, map[string][]*leaf{}
	for _, entity := range sorted(j.byEntity) {
		for _, l := range j.byEntity[entity] { // in order of seq
			id := entity + " " + l.body.text("recording_id")
			switch l.kind {
			case "pairing":
				pairing[id] = append(pairing[id], l)
			case "verdict":
				verdict[id] = append(verdict[id], l)
			}
		}
	}
	for r := range j.world.Recordings() {
		if !r.Has(truth.Media) && !r.Has(truth.Metadata) && r.Row == nil {
			continue
		}
		j.report.Expected.Verdicts++
		id := conversationEntity(r.Conversation) + " " + r.ID
		j.pairings(r, pairing[id])
		j.verdicts(r, verdict[id])
		delete(pairing, id)
		delete(verdict, id)
	}
	for _, of := range []map[string][]*leaf{pairing, verdict} {
		for _, id := range sorted(of) {
			j.object(of[id][0].kind, "%s: no such recording", id)
		}
	}
	for _, c := range j.world.Cohorts {
		j.cohort(c)
	}
	known := map[string]bool{}
	for _, c := range j.world.Cohorts {
		known[c.Provider] = true
	}
	for _, l := range j.leaves {
		if l.kind == "cohort" && !known[l.body.text("provider")] {
			j.object("cohort", "%s: a provider that nobody uses, %q", l.entity, l.body.text("provider"))
		}
	}
}

func (j *judge) pairings(r *truth.Recording, ls []*leaf) {
	if len(ls) == 0 {
		j.object("pairing", "%s, recording %s: none", conversationEntity(r.Conversation), r.ID)
		return
	}
	for i, l := range ls {
		if i > 0 && sameBody(l.body, ls[i-1].body) {
			j.object("pairing", "%s, seq %d says what the one before it said", l.entity, l.seq)
		}
		for _, v := range l.body.list("objects") {
			part, _ := v.(object)
			if !isPart(r, part) {
				j.object("pairing", "%s, seq %d: an object that is not the recording's: %s %s", l.entity, l.seq, part.text("role"), part.text("version_id"))
			}
		}
	}
	last := ls[len(ls)-1]
	if n, _ := last.body.number("agents"); n != int64(r.Conversation.Agents()) {
		j.object("pairing", "%s, seq %d: %d agents, there were %d", last.entity, last.seq, n, r.Conversation.Agents())
	}
	if none := last.body.text("by") == "none"; none != (len(r.Conversation.Events) == 0) {
		j.object("pairing", "%s, seq %d: by %q, with %d events told", last.entity, last.seq, last.body.text("by"), len(r.Conversation.Events))
	}
	for _, role := range []truth.Role{truth.Media, truth.Metadata} {
		shown := slices.ContainsFunc(last.body.list("objects"), func(v any) bool {
			part, _ := v.(object)
			return part.text("role") == string(role)
		})
		if shown != r.Has(role) {
			j.object("pairing", "%s, seq %d: %s shown: %v, put: %v", last.entity, last.seq, role, shown, r.Has(role))
		}
	}
}

func isPart(r *truth.Recording, part object) bool {
	for _, o := range r.Objects {
		if string(o.Role) != part.text("role") || !o.Put && !o.Phantom {
			continue
		}
		sum := o.SHA256()
		version := o.VersionID
		if !o.Versioned() {
			version = ""
		}
		if part.text("version_id") == version && (part.text("sha256") == "" || part.text("sha256") == hex.EncodeToString(sum[:])) {
			return true
		}
	}
	return false
}

func (j *judge) verdicts(r *truth.Recording, ls []*leaf) {
	if len(ls) == 0 {
		j.object("verdict", "%s, recording %s: none", conversationEntity(r.Conversation), r.ID)
		return
	}
	for i, l := range ls {
		if i > 0 && sameBody(l.body, ls[i-1].body) {
			j.object("verdict", "%s, seq %d says what the one before it said", l.entity, l.seq)
		}
	}
	last, m := ls[len(ls)-1], measure(r)
	b := last.body
	wantGrade := "unexplained"
	switch {
	case m.shape == "aligned":
		wantGrade = "established"
	case !m.claimed:
		wantGrade = "insufficient" // nothing claims anything of the recording yet
	case !m.comparable:
		wantGrade = "not-comparable"
	}
	wrong := func(name string, got, want any) {
		j.object("verdict", "%s, seq %d, recording %s (%s): %s is %v, want %v", last.entity, last.seq, r.ID, r.Case, name, got, want)
	}
	if shape := b.text("shape"); shape != m.shape && !(m.shape == "not-comparable" && shape == "") {
		wrong("shape", shape, m.shape)
	}
	if g := b.text("grade"); g != wantGrade {
		wrong("grade", g, wantGrade)
	}
	if n, _ := b.number("agents"); n != int64(m.agents) {
		wrong("agents", n, m.agents)
	}
	offset, has := b.number("offset_ms")
	switch {
	case !m.comparable && has:
		wrong("offset_ms", offset, "none")
	case m.comparable && m.shape != "aligned" && (!has || offset != m.offset()):
		wrong("offset_ms", offset, m.offset())
	case has && offset != m.offset():
		wrong("offset_ms", offset, m.offset())
	}
	j.offsets(last, m, wrong)
}

// offsets checks each comparison with the events that is shown: it must hold the true difference and be no wider than
// the clocks allow.
func (j *judge) offsets(l *leaf, m measured, wrong func(string, any, any)) {
	want := map[string]int64{"startTime": m.start, "endTime": m.end, "duration": m.duration}
	must := []string{"startTime", "endTime"}
	if x, ok := m.recording.Reference(); ok && x.Aliased {
		want = map[string]int64{"recorded_start_time": m.start, "recorded_end_time": m.end}
		must = []string{"recorded_start_time", "recorded_end_time"}
	}
	if m.hasCreated {
		want["created_at"] = m.created
		must = append(must, "created_at")
	}
	seen := map[string]bool{}
	for _, v := range l.body.list("offsets") {
		o, _ := v.(object)
		if o.text("clock_a") != "export-metadata" || o.text("clock_b") != "genesys-cloud" {
			continue // of the export's own time and S3's: neither speaks of the interaction
		}
		field := o.text("field")
		truly, ok := want[field]
		lo, _ := o.number("lo_ms")
		hi, _ := o.number("hi_ms")
		if !m.comparable || !ok {
			wrong("an offset of "+field, lo, "none")
		} else if lo > truly || hi < truly || hi-lo > 4 {
			wrong("the offset of "+field, []int64{lo, hi}, truly)
		}
		seen[field] = true
	}
	for _, field := range must {
		if m.comparable && !seen[field] {
			wrong("the offset of "+field, "missing", want[field])
		}
	}
}

// sameBody compares two bodies without their place in time.
func sameBody(a, b object) bool {
	return render(a) == render(b)
}
