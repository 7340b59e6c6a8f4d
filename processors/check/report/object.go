package report

import (
	"encoding/hex"

	"holdfast.example/processors/check"
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas"
	"holdfast.example/schemas/exhibit"
	"holdfast.example/schemas/instant"
)

// SchemaVersion is that of the JSON object. A closed list or a member that changes changes it.
const SchemaVersion = 1

// The members are described in docs/check.schema.json.
type (
	fileObject struct {
		Path     string          `json:"path"`
		Kind     exhibit.Kind    `json:"kind"`
		Reason   *string         `json:"reason"`
		Evidence bool            `json:"evidence"`
		Form     *exhibit.Form   `json:"form"`
		List     *string         `json:"list"`
		Size     int64           `json:"size_bytes"`
		SHA256   *string         `json:"sha256"`
		Facts    int64           `json:"facts_n"`
		Repeated int64           `json:"repeated_n"`
		Refused  int64           `json:"refused_n"`
		Refusals []refusalObject `json:"refusals"`
		Unread   bool            `json:"unread"`
	}
	refusalObject struct {
		Place  string `json:"place"`
		Reason string `json:"reason"`
	}
	deciderObject struct {
		Need  string  `json:"need"`
		Fact  *string `json:"fact"`
		Count *int64  `json:"count_n"`
	}
	keyObject struct {
		Organization *string `json:"organization"`
		Channel      *string `json:"channel"`
		Provider     *string `json:"provider"`
		Created      *string `json:"created"`
	}
	// causeObject is how a cause is told, of a cohort and of a recording alike.
	causeObject struct {
		Shape      string         `json:"shape"`
		Locus      string         `json:"locus"`
		Grade      string         `json:"grade"`
		Mechanism  string         `json:"mechanism"`
		Instant    *string        `json:"instant"`
		Cause      string         `json:"cause"`
		Candidates []string       `json:"candidates"`
		Causes     []string       `json:"candidate_causes"`
		Deciding   *deciderObject `json:"deciding_fact"`
	}
	cohortObject struct {
		Index             int                `json:"index"`
		Key               keyObject          `json:"key"`
		Zones             []string           `json:"zones"`
		N                 int64              `json:"n"`
		Sampled           int                `json:"sampled_n"`
		Stratum           string             `json:"stratum"`
		StratumN          int                `json:"stratum_n"`
		Departing         int                `json:"departing_n"`
		Controls          int                `json:"controls_n"`
		ControlsDeparting int                `json:"controls_departing_n"`
		Fact              *string            `json:"fact"`
		Offset            *int64             `json:"offset_ms"`
		Spread            *int64             `json:"spread_ms"`
		Tau               *int64             `json:"tau_ms"`
		Jitter            *int64             `json:"jitter_ms"`
		JitterWarning     bool               `json:"jitter_warning"`
		causeObject                          //
		Hypothesis        *string            `json:"hypothesis"`
		CandidateZones    []string           `json:"candidate_zones"`
		Job               *string            `json:"job"`
		Splits            *string            `json:"splits"`
		From              *string            `json:"departing_from"`
		To                *string            `json:"departing_to"`
		Latest            int                `json:"latest_n"`
		LatestDeparting   int                `json:"latest_departing_n"`
		Hypotheses        []hypothesisObject `json:"hypotheses"`
		Outliers          []outlierObject    `json:"outliers"`
	}
	hypothesisObject struct {
		Name    string         `json:"name"`
		State   string         `json:"state"`
		Holds   bool           `json:"holds"`
		Numbers figures        `json:"numbers"`
		Missing *deciderObject `json:"missing"`
	}
	outlierObject struct {
		Recording string `json:"recording_sha256"`
		Distance  int64  `json:"distance_ms"`
		Finding   bool   `json:"finding"`
	}
	offsetObject struct {
		Field   string `json:"field"`
		Fact    string `json:"fact"`
		ClockA  string `json:"clock_a"`
		ClockB  string `json:"clock_b"`
		Lo      int64  `json:"lo_ms"`
		Hi      int64  `json:"hi_ms"`
		Departs bool   `json:"departs"`
		File    int    `json:"file"`
	}
	recordingObject struct {
		Conversation string         `json:"conversation_id"`
		ID           *string        `json:"recording_id"`
		File         int            `json:"file"`
		Place        string         `json:"place"`
		Cohort       *int           `json:"cohort"`
		PairedBy     string         `json:"paired_by"`
		Agents       int32          `json:"agents_n"`
		Job          *string        `json:"job"`
		Offsets      []offsetObject `json:"field_offsets"`
		Fact         *string        `json:"fact"`
		Offset       *int64         `json:"offset_ms"`
		Tau          *int64         `json:"tau_ms"`
		causeObject
		Chance   *int64        `json:"chance_ppb"`
		Trials   []trialObject `json:"trials"`
		Lack     *check.Lack   `json:"lack"`
		Covering string        `json:"covering"`
		FailOn   string        `json:"fail_on_grade"`
		Finding  bool          `json:"finding"`
	}
	trialObject struct {
		Name     string `json:"name"`
		State    string `json:"state"`
		Distance int64  `json:"distance_ms"`
		Tau      int64  `json:"tau_ms"`
		Chance   *int64 `json:"chance_ppb"`
	}
	lackingObject struct {
		Lack       check.Lack `json:"lack"`
		Recordings int64      `json:"recordings_n"`
	}
	summaryObject struct {
		Recordings    int64           `json:"recordings_n"`
		Aligned       int64           `json:"aligned_n"`
		Departing     int64           `json:"departing_n"`
		Unjudged      int64           `json:"unjudged_n"`
		Findings      int64           `json:"findings_n"`
		Conversations int64           `json:"conversations_n"`
		Strangers     int64           `json:"strangers_n"`
		Unread        int64           `json:"unread_files_n"`
		Uncohorted    int64           `json:"uncohorted_n"`
		Differing     int64           `json:"differing_n"`
		Lacks         []lackingObject `json:"lacks"`
		Exit          int             `json:"exit"`
	}
)

// some is a member that is null where there is nothing to say.
func some[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}

// where is a member that is null unless.
func where[T any](there bool, v T) *T {
	if !there {
		return nil
	}
	return &v
}

func fileOf(f *check.File) *fileObject {
	o := &fileObject{Path: f.Path, Kind: f.Kind, Reason: some(f.Reason), Evidence: f.Evidence, Form: some(f.Form), List: some(f.List), Size: f.Size,
		SHA256: where(f.SHA256 != schemas.Hash{}, hex.EncodeToString(f.SHA256[:])), Facts: f.Facts, Repeated: f.Repeated, Refused: f.Refused,
		Refusals: []refusalObject{}, Unread: f.Unread}
	for _, r := range f.Refusals {
		o.Refusals = append(o.Refusals, refusalObject(r))
	}
	return o
}

func deciderOf(d attribute.Decider) *deciderObject {
	if d.Need == attribute.NeedNothing {
		return nil
	}
	return &deciderObject{d.Need.String(), where(d.Fact != attribute.NoFact, d.Fact.String()), some(d.Count)}
}

func causeOf(s attribute.Shape, l attribute.Locus, g attribute.Grade, c attribute.Cause, may attribute.Causes, d attribute.Decider) causeObject {
	o := causeObject{Shape: s.String(), Locus: l.String(), Grade: g.String(), Mechanism: c.Mechanism(),
		Instant: where(c.Instant() != attribute.NoFact, c.Instant().String()), Cause: c.String(), Candidates: []string{}, Causes: []string{}, Deciding: deciderOf(d)}
	for _, x := range may.List() {
		o.Causes = append(o.Causes, x.String())
		if m := x.Mechanism(); len(o.Candidates) == 0 || o.Candidates[len(o.Candidates)-1] != m { // definitions stand together
			o.Candidates = append(o.Candidates, m)
		}
	}
	return o
}

func cohortOf(index int, c *check.Cohort) *cohortObject {
	v := &c.Verdict
	compared := v.Field != attribute.NoFact
	o := &cohortObject{Index: index, Key: keyObject{some(c.Key.Organization), some(c.Key.Channel), some(c.Key.Provider), some(c.Key.Created)},
		Zones: orEmpty(c.Zones), N: v.N, Sampled: v.Sampled, Stratum: v.Stratum.String(), StratumN: v.StratumN, Departing: v.Departing,
		Controls: v.Controls, ControlsDeparting: v.ControlsOf, Fact: where(compared, v.Field.String()),
		Offset: where(compared && v.Shape != attribute.NotComparable, v.Offset), Spread: where(compared && v.Shape != attribute.NotComparable, v.Spread),
		Tau: where(compared, v.Tau), Jitter: where(v.Jitter >= 0, v.Jitter), JitterWarning: v.JitterWarns(),
		causeObject: causeOf(v.Shape, v.Locus, v.Grade, v.Cause, v.Candidates, v.Decider),
		Hypothesis:  where(v.Hypothesis < attribute.HypothesisCount, v.Hypothesis.String()), CandidateZones: orEmpty(v.Zones), Job: some(v.Job),
		Splits: where(v.Splits != attribute.StratumNone, v.Splits.String()), From: where(v.From <= v.To, instant.Format(v.From)),
		To: where(v.From <= v.To, instant.Format(v.To)), Latest: v.Latest.N, LatestDeparting: v.Latest.Departing, Outliers: []outlierObject{}}
	for i := range v.Hypotheses {
		t := &v.Hypotheses[i]
		o.Hypotheses = append(o.Hypotheses, hypothesisObject{t.Hypothesis.String(), t.State.String(), t.Holds, figures(t.Numbers), deciderOf(t.Missing)})
	}
	for _, x := range v.Outliers {
		o.Outliers = append(o.Outliers, outlierObject{hex.EncodeToString(x.ID[:]), x.Dist, x.Finding})
	}
	return o
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func recordingOf(r *check.Recording) *recordingObject {
	v := &r.Verdict
	compared := v.Field != attribute.NoFact
	o := &recordingObject{Conversation: r.Conversation, ID: some(r.ID), File: r.File, Place: r.Place, Cohort: where(r.Cohort >= 0, r.Cohort),
		PairedBy: r.PairedBy, Agents: r.Observed.Agents, Job: some(r.Observed.Job), Offsets: make([]offsetObject, 0, len(r.Offsets)),
		Fact: where(compared, v.Field.String()), Offset: where(compared, v.Offset.Mid()), Tau: where(compared, v.Tau),
		causeObject: causeOf(v.Shape, v.Locus, v.Grade, v.Cause, v.Candidates, v.Decider), Chance: where(v.EPPB >= 0, v.EPPB), Trials: []trialObject{},
		Lack: some(r.Lack), Covering: coverings[r.Covering], FailOn: r.Grade.String(), Finding: r.Finding}
	for _, f := range r.Offsets {
		o.Offsets = append(o.Offsets, offsetObject{f.Field, f.Fact.String(), f.ClockA, f.ClockB, f.Lo, f.Hi, f.Departs, f.File})
	}
	if !departs(v) || r.Covering == check.Covered { // thousands of one cause are the cohort's to explain
		return o
	}
	for h, t := range v.Trials {
		if t.State != attribute.NotTestable {
			o.Trials = append(o.Trials, trialObject{attribute.Hypothesis(h).String(), t.State.String(), t.Dist, t.Tau, where(t.PPB >= 0, t.PPB)})
		}
	}
	return o
}

// coverings are the words of check.Covering.
var coverings = [...]string{check.Uncovered: "uncovered", check.Covered: "covered", check.Listed: "listed", check.Outlying: "outlying"}

func summaryOf(m *check.Summary) *summaryObject {
	o := &summaryObject{m.Recordings, m.Aligned, m.Departing, m.Unjudged, m.Findings, m.Conversations, m.Strangers, m.Unread, m.Uncohorted, m.Differing, []lackingObject{}, m.Exit()}
	for _, l := range m.Lacks {
		o.Lacks = append(o.Lacks, lackingObject(l))
	}
	return o
}
