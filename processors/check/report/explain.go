package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas/instant"
)

// ExplainVersion is that of the JSON object of an Explanation. A member that changes changes it.
const ExplainVersion = 1

// Where an Explanation comes from.
const (
	FromCheck   = "check"
	FromRecords = "custody.records"
)

// Explanation is one conversation told step by step: who took part, every time that was read, and how each recording's
// verdict came about. It is made by Explain out of a check, or by its caller out of custody records; Text and JSON tell
// the same. JSON is one object:
//
//	schema_version   of this object
//	holdfast         the program's version
//	source           "check" or "custody.records"
//	conversation_id, organization (null: not said), agents_n (distinct agents)
//	participants[]   {name, role, session_id, media, provider, start, end, wrapup}: an instant is {lo, hi, clock, zoned}
//	                 or null. name is customer, agent 1, queue …; user ids stand nowhere
//	timeline[]       every time that was read, in the order of time: {lo, hi, zoned, clock, field, of, who, text, refused,
//	                 file, place, record}. who is a participant's name or null; text (as written) and record (seq of the
//	                 leaf) are null in a check, file and place in custody records; a refused time has no lo and no hi
//	recordings[]     {recording_id, places[], paired_by, paired, session, reference{start, end}, offsets[], verdict{…},
//	                 says[], trials[], unread[], cohort, covering, record}. offsets[] is {field, clock_a, clock_b, lo_ms,
//	                 hi_ms, tau_ms, departs, place}, field minus reference; trials[] is {names[], state, distance_ms,
//	                 tau_ms, chance_ppb, why}, the fixed table whole, hypotheses of which the same is to be said together;
//	                 state is rejected, open, cohort-only or not-testable. verdict is the recording's as in recordings[] of
//	                 docs/check.schema.json, or the leaf's body. cohort is an index into cohorts[]; null: none
//	cohorts[]        {name, says[], verdict}: verdict as in cohorts[] of docs/check.schema.json, or the leaf's body
//	alerts[]         {record, at, rule, severity, step, subject, n}; of a check none
//	chain            {partition, records_n, copies_n, broken[]}: what custody.records holds of the conversation, and where
//	                 key, seq or prev are wrong; null in a check
//	notes[]          what bears on all of it
//	exit             the code the process ends with
type Explanation struct {
	SchemaVersion int           `json:"schema_version"`
	Holdfast      string        `json:"holdfast"`
	Source        string        `json:"source"`
	Conversation  string        `json:"conversation_id"`
	Organization  *string       `json:"organization"`
	Agents        int64         `json:"agents_n"`
	Participants  []Participant `json:"participants"`
	Timeline      []Moment      `json:"timeline"`
	Recordings    []Explained   `json:"recordings"`
	Cohorts       []CohortSaid  `json:"cohorts"`
	Alerts        []Alert       `json:"alerts"`
	Chain         *Chain        `json:"chain"`
	Notes         []string      `json:"notes"`
	Exit          int           `json:"exit"`
}

// The parts of an Explanation. Pointers are nil where there is nothing to say.
type (
	// Instant is a time as an interval, each end written as instant.Format does.
	Instant struct {
		Lo    string `json:"lo"`
		Hi    string `json:"hi"`
		Clock string `json:"clock"`
		Zoned bool   `json:"zoned"`
	}
	Participant struct {
		Name     string   `json:"name"`
		Role     string   `json:"role"`
		Session  string   `json:"session_id"`
		Media    *string  `json:"media"`
		Provider *string  `json:"provider"`
		Start    *Instant `json:"start"`
		End      *Instant `json:"end"`
		Wrapup   *Instant `json:"wrapup"`
	}
	Moment struct {
		Lo      *string `json:"lo"`
		Hi      *string `json:"hi"`
		Zoned   bool    `json:"zoned"`
		Clock   string  `json:"clock"`
		Field   string  `json:"field"`
		Of      string  `json:"of"`
		Who     *string `json:"who"`
		Text    *string `json:"text"`
		Refused *string `json:"refused"`
		File    *string `json:"file"`
		Place   *string `json:"place"`
		Record  *int64  `json:"record"`
	}
	Reference struct {
		Start *Instant `json:"start"`
		End   *Instant `json:"end"`
	}
	Compared struct {
		Field   string  `json:"field"`
		ClockA  string  `json:"clock_a"`
		ClockB  string  `json:"clock_b"`
		Lo      int64   `json:"lo_ms"`
		Hi      int64   `json:"hi_ms"`
		Tau     *int64  `json:"tau_ms"`
		Departs bool    `json:"departs"`
		Place   *string `json:"place"`
	}
	// Said is a labelled sentence.
	Said struct {
		Label string `json:"label"`
		Text  string `json:"text"`
	}
	Trial struct {
		Names    []string `json:"names"`
		State    string   `json:"state"`
		Distance *int64   `json:"distance_ms"`
		Tau      *int64   `json:"tau_ms"`
		Chance   *int64   `json:"chance_ppb"`
		Why      string   `json:"why"`
	}
	Explained struct {
		ID        *string    `json:"recording_id"`
		Places    []string   `json:"places"`
		PairedBy  string     `json:"paired_by"`
		Paired    string     `json:"paired"` // the same as a sentence
		Session   *string    `json:"session"`
		Reference *Reference `json:"reference"`
		Offsets   []Compared `json:"offsets"`
		Verdict   any        `json:"verdict"`
		Says      []Said     `json:"says"`
		Trials    []Trial    `json:"trials"`
		Unread    []string   `json:"unread"`
		Cohort    *int       `json:"cohort"`
		Covering  *string    `json:"covering"`
		Record    *int64     `json:"record"`
	}
	CohortSaid struct {
		Name    string `json:"name"`
		Says    []Said `json:"says"`
		Verdict any    `json:"verdict"`
	}
	Alert struct {
		Record   int64   `json:"record"`
		At       string  `json:"at"`
		Rule     string  `json:"rule"`
		Severity string  `json:"severity"`
		Step     string  `json:"step"`
		Subject  *string `json:"subject"`
		N        int64   `json:"n"`
	}
	Chain struct {
		Partition int32    `json:"partition"`
		Records   int64    `json:"records_n"`
		Copies    int64    `json:"copies_n"` // of one of them, byte for byte
		Broken    []string `json:"broken"`
	}
)

// JSON writes the explanation as one object.
func (e *Explanation) JSON(w io.Writer) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(e); err != nil {
		return err
	}
	out := &encoder{w: bufio.NewWriter(w)}
	out.escaped(b.Bytes())
	return out.w.Flush() // it keeps the first error
}

// Exit codes of an explanation.
const (
	exitExplained = 0
	exitUnjudged  = 2
)

// Explain tells a conversation of a check; nil: the export names none of that id.
func Explain(r *check.Result, conversation, version string) *Explanation {
	a := r.Explain(conversation)
	if a == nil {
		return nil
	}
	e := newExplanation(FromCheck, conversation, version)
	e.Organization, e.Agents = some(a.Organization), int64(a.Agents)
	e.join(a.Participants)
	for i := range a.Moments {
		e.Timeline = append(e.Timeline, momentOf(r, a, &a.Moments[i]))
	}
	cohorts := map[int]int{}
	for i := range a.Recordings {
		rec := &a.Recordings[i]
		x := explained(r, a, rec)
		if rec.Cohort >= 0 {
			at, known := cohorts[rec.Cohort]
			if !known {
				at = len(e.Cohorts)
				cohorts[rec.Cohort] = at
				e.Cohorts = append(e.Cohorts, cohortSaid(rec.Cohort, &r.Cohorts[rec.Cohort]))
			}
			x.Cohort = &at
		}
		if !rec.Judged() || len(rec.Unread) > 0 {
			e.Exit = exitUnjudged
		}
		e.Recordings = append(e.Recordings, x)
	}
	if n := r.Summary.Unread; n > 0 {
		e.Notes = append(e.Notes, count(n, "file")+" could not be read in full; what is said of this conversation in the rest of them is not known")
	}
	return e
}

func newExplanation(source, conversation, version string) *Explanation {
	return &Explanation{SchemaVersion: ExplainVersion, Holdfast: version, Source: source, Conversation: conversation, Participants: []Participant{},
		Timeline: []Moment{}, Recordings: []Explained{}, Cohorts: []CohortSaid{}, Alerts: []Alert{}, Notes: []string{}}
}

func (e *Explanation) join(all []check.Participant) {
	for i := range all {
		p := &all[i]
		e.Participants = append(e.Participants, Participant{p.Name, p.Role, p.Session, some(p.Media), some(p.Provider), stampOf(p.Start), stampOf(p.End), stampOf(p.Wrapup)})
	}
}

func stampOf(s timeline.Stamp) *Instant {
	if !s.Known() {
		return nil
	}
	return &Instant{instant.Format(s.Lo), instant.Format(s.Hi), s.Clock, s.Zoned}
}

func momentOf(r *check.Result, a *check.Account, m *check.Moment) Moment {
	lo, hi, of := instant.Format(m.Lo), instant.Format(m.Hi), m.Of
	for i := range a.Participants {
		if p := &a.Participants[i]; p.Name == m.Who {
			of = strings.TrimSuffix(of, " "+p.Session)
		}
	}
	return Moment{Lo: &lo, Hi: &hi, Zoned: m.Zoned, Clock: m.Clock, Field: m.Name, Of: of, Who: some(m.Who), File: &r.Files[m.File].Path, Place: some(m.Place)}
}

// placed writes a file and a place in it.
func placed(r *check.Result, file int, place string) string {
	return strings.TrimSpace(r.Files[file].Path + " " + place)
}

// explained tells one recording of a check.
func explained(r *check.Result, a *check.Account, rec *check.Explained) Explained {
	v := &rec.Verdict
	x := Explained{ID: some(rec.ID), Places: []string{}, PairedBy: rec.PairedBy, Paired: Paired(rec.PairedBy, rec.WindowMS), Offsets: []Compared{},
		Verdict: recordingOf(&rec.Recording), Says: []Said{}, Trials: []Trial{}, Unread: []string{}, Covering: some(coverings[rec.Covering])}
	for _, at := range rec.Exports {
		x.Places = append(x.Places, placed(r, at.File, at.Place))
	}
	if rec.Session >= 0 {
		x.Session = &a.Participants[rec.Session].Name
		x.Reference = &Reference{stampOf(rec.Start), stampOf(rec.End)}
	}
	for i, o := range rec.Offsets {
		x.Offsets = append(x.Offsets, Compared{o.Field, o.ClockA, o.ClockB, o.Lo, o.Hi, &rec.Taus[i], o.Departs, &r.Files[o.File].Path})
	}
	x.Says = verdictSaid(rec)
	var c *check.Cohort
	if rec.Cohort >= 0 {
		c = &r.Cohorts[rec.Cohort]
	}
	if v.Shape != attribute.Aligned && v.Shape != attribute.NotComparable {
		x.Trials = trials(rec, c)
	}
	for _, u := range rec.Unread {
		x.Unread = append(x.Unread, strings.TrimSpace(placed(r, u.File, u.Place)+": "+u.Reason))
	}
	return x
}
