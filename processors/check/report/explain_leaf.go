package report

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/leaf"
)

// Tale gathers what the pipeline wrote of one conversation, leaf by leaf in the order of its chain. Each kind of leaf has
// one function. What a body holds beyond what these put into words is told as it stands, under its own name.
type Tale struct {
	conversation string
	organization string
	met          timeline.Conversation
	moments      []tracedMoment
	recordings   map[string]*Explained
	sessions     map[string]string // of each recording, by its newest pairing
	cohorts      map[string]string // entity of each recording's cohort, by its newest verdict
	said         map[string]CohortSaid
	alerts       []Alert
}

// tracedMoment is a time with the session it is of, whose name is known when all is read.
type tracedMoment struct {
	Moment
	lo            int64
	role, session string
}

// NewTale begins a tale.
func NewTale(conversation string) *Tale {
	return &Tale{conversation: conversation, recordings: map[string]*Explained{}, sessions: map[string]string{}, cohorts: map[string]string{}, said: map[string]CohortSaid{}}
}

// Take takes a leaf of the conversation; b is its bytes.
func (t *Tale) Take(l *leaf.Leaf, b []byte) {
	switch l.Kind {
	case leaf.KindEvent:
		t.event(l)
	case leaf.KindObject:
		o := l.Object
		t.named(o.OrganizationID)
		t.times(l, "object of "+o.RecordingID+", "+o.Role+", "+o.Action, "", "")
	case leaf.KindInspection:
		t.inspection(l)
	case leaf.KindLock:
		t.times(l, "lock of "+l.Hold.RecordingID, "", "")
	case leaf.KindPairing:
		t.pairing(l)
	case leaf.KindVerdict:
		t.verdict(l, bodyOf(b))
	case leaf.KindAlert:
		t.alert(l)
	default:
		t.times(l, l.Kind, "", "")
	}
}

// bodyOf is a leaf's body as it stands.
func bodyOf(b []byte) json.RawMessage {
	var l struct {
		Body json.RawMessage `json:"body"`
	}
	if json.Unmarshal(b, &l) != nil {
		return nil // the leaf was parsed before: it is JSON
	}
	return l.Body
}

func (t *Tale) named(organization string) {
	if organization != "" && (t.organization == "" || organization < t.organization) {
		t.organization = organization
	}
}

// times keeps a leaf's times.
func (t *Tale) times(l *leaf.Leaf, of, role, session string) {
	for i := range l.Times {
		x := &l.Times[i]
		m := tracedMoment{Moment{Zoned: x.Zone != "", Clock: x.Clock, Field: x.Field, Of: of, Text: some(x.Text), Refused: some(x.Refused), Record: &l.Seq}, x.LoMS, role, session}
		if x.Refused == "" {
			lo, hi := instant.Format(x.LoMS), instant.Format(x.HiMS)
			m.Lo, m.Hi = &lo, &hi
		}
		t.moments = append(t.moments, m)
	}
}

// event: who was in the conversation, and from when to when. Who an agent is stands in a leaf as a commitment, which tells
// agents apart and nothing else; one that is withheld tells not even that.
func (t *Tale) event(l *leaf.Leaf) {
	e := l.Event
	t.named(e.OrganizationID)
	var at timeline.Stamp
	for i := range l.Times {
		if x := &l.Times[i]; (x.Field == "eventTime" || x.Field == "event_time") && x.Refused == "" {
			at = timeline.Stamp{Lo: x.LoMS, Hi: x.HiMS, Clock: x.Clock, Zoned: x.Zone != ""}
			break
		}
	}
	s, bounds := timeline.OfEvent(e.Topic, at)
	s.ID, s.Media, s.Provider = e.SessionID, e.MediaType, e.Provider
	if e.User != leaf.Withheld {
		s.User = e.User
	}
	t.times(l, e.Topic, s.Role, e.SessionID)
	if !bounds {
		return
	}
	t.met.Meet(s)
}

func (t *Tale) inspection(l *leaf.Leaf) {
	in := l.Inspection
	t.named(in.OrganizationID)
	of := "object of " + in.RecordingID + ", " + in.Role
	if x := in.Export; x != nil {
		of = strings.TrimSpace("export of " + x.RecordingID + ", " + x.Form + " " + x.Pointer)
	}
	t.times(l, of, "", "")
}

// recording is what is told of a recording so far.
func (t *Tale) recording(id string) *Explained {
	x := t.recordings[id]
	if x == nil {
		x = &Explained{ID: some(id), Places: []string{}, PairedBy: timeline.ByNone, Paired: Paired(timeline.ByNone, 0), Offsets: []Compared{}, Trials: []Trial{}, Unread: []string{},
			Says: []Said{{"verdict", noVerdict}}}
		t.recordings[id] = x
	}
	return x
}

const noVerdict = "none yet: it is judged when it has been quiet for the time that the regime says"

// pairing: the newest counts.
func (t *Tale) pairing(l *leaf.Leaf) {
	p := l.Pairing
	t.times(l, "pairing of "+p.RecordingID, "", "")
	x := t.recording(p.RecordingID)
	x.PairedBy, x.Paired = p.By, Paired(p.By, p.WindowMS)
	t.sessions[p.RecordingID] = p.SessionID
}

func (t *Tale) alert(l *leaf.Leaf) {
	a := l.Alert
	t.times(l, "alert "+a.Rule, "", "")
	t.alerts = append(t.alerts, Alert{Record: l.Seq, At: instant.Format(l.AtMS), Rule: a.Rule, Severity: a.Severity, Step: a.Step, Subject: some(a.Subject), N: a.N})
}

// Cohorts are the entities of the cohorts that the newest verdicts name.
func (t *Tale) Cohorts() []string {
	all := slices.DeleteFunc(slices.Sorted(maps.Values(t.cohorts)), func(e string) bool { return e == "" })
	return slices.Compact(all)
}

// Tell tells what was taken.
func (t *Tale) Tell(version string, chain Chain) *Explanation {
	e := newExplanation(FromRecords, t.conversation, version)
	e.Organization, e.Agents, e.Chain, e.Alerts = some(t.organization), int64(t.met.Agents()), &chain, append(e.Alerts, t.alerts...)
	parts, _ := check.Participants(t.met.Sessions)
	e.join(parts)
	slices.SortStableFunc(t.moments, func(a, b tracedMoment) int { return compareMoments(&a, &b) })
	for i := range t.moments {
		m := &t.moments[i]
		if at := slices.IndexFunc(parts, func(p check.Participant) bool { return p.Session == m.session && p.Role == m.role }); at >= 0 && m.session != "" {
			m.Who = &parts[at].Name
		}
		e.Timeline = append(e.Timeline, m.Moment)
	}
	entities := t.Cohorts()
	for _, entity := range entities {
		said, known := t.said[entity]
		if !known {
			said = CohortSaid{Name: entity, Says: []Said{{"cohort", "no verdict yet"}}}
		}
		e.Cohorts = append(e.Cohorts, said)
	}
	if len(t.recordings) == 0 {
		e.Exit = exitUnjudged
		e.Notes = append(e.Notes, "no recording of this conversation has come")
	}
	for _, id := range slices.Sorted(maps.Keys(t.recordings)) {
		x := t.recordings[id]
		if at := slices.IndexFunc(parts, func(p check.Participant) bool { return p.Session == t.sessions[id] }); at >= 0 {
			x.Session, x.Reference = &parts[at].Name, &Reference{stampOf(parts[at].Start), stampOf(parts[at].End)}
		}
		if at := slices.Index(entities, t.cohorts[id]); at >= 0 {
			x.Cohort = &at
		}
		if !judgedLeaf(x) {
			e.Exit = exitUnjudged
		}
		e.Recordings = append(e.Recordings, *x)
	}
	return e
}

// judgedLeaf says whether a recording has a verdict that says anything.
func judgedLeaf(x *Explained) bool {
	var v struct{ Grade string }
	body, is := x.Verdict.(json.RawMessage)
	if !is || json.Unmarshal(body, &v) != nil {
		return false
	}
	return v.Grade != attribute.GradeNotComparable.String() && v.Grade != attribute.Insufficient.String()
}

// compareMoments orders times; one that was refused comes last.
func compareMoments(a, b *tracedMoment) int {
	switch {
	case (a.Lo == nil) != (b.Lo == nil):
		if b.Lo == nil {
			return -1
		}
		return 1
	case a.lo != b.lo:
		if a.lo < b.lo {
			return -1
		}
		return 1
	}
	return strings.Compare(a.Clock+a.Field+a.Of, b.Clock+b.Field+b.Of)
}
