package correlate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"

	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
	"holdfast.example/schemas/leaf"
	"holdfast.example/stream"
)

// Closed words of a verdict (research of attribution: shape, locus, grade, mechanism).
const (
	shapeAligned       = "aligned"
	shapeTranslation   = "translation"
	shapeStartOnly     = "start-only"
	shapeEndOnly       = "end-only"
	shapeCut           = "cut"
	shapeDegenerate    = "degenerate"
	shapeMixture       = "mixture"
	shapeNotComparable = "not-comparable"

	gradeEstablished   = "established"
	gradeUnexplained   = "unexplained"
	gradeNotComparable = "not-comparable"
	gradeInsufficient  = "insufficient"

	locusUnknown  = "unknown"
	mechanismNone = "none"

	byRecording = "recording-id"
	bySession   = "session-id"
	byCustomer  = "customer-session"
	byWindow    = "window"
	byNone      = "none"
)

// reference is what a recording is compared with: a session's start, and the end of the last communication in it.
type reference struct {
	by         string
	session    string
	start, end instant.Interval // the empty interval where not known
	media      string
	provider   string
	outside    bool // no session within the match window
}

// settled judges one recording that has been quiet: its pairing, then its verdict, each a leaf if it says anything new,
// then its measure to the cohort.
func (s *shard) settled(tx stream.Tx, entity string, c *conversation, r *recording) error {
	x := r.Metadata
	if x == nil {
		x = r.Row
	}
	ref := c.refer(x, s.regime.MatchWindowMS)
	at := s.meta.T
	if err := s.paired(tx, entity, c, r, ref); err != nil {
		return err
	}
	by := step{entity: entity, chain: &c.Chain, atMS: at, evidence: r.Evidence}
	if ref.outside {
		if err := s.raise(tx, by, finding{Rule: ruleUnmatched, Subject: r.ID, N: 1}, nil, nil); err != nil {
			return err
		}
	} else if _, err := s.resolve(tx, by, ruleUnmatched, r.ID); err != nil {
		return err
	}
	v := s.compare(x, r, ref)
	v.RecordingID, v.Agents = r.ID, c.agents()
	co := cohort{Organization: r.Organization}
	if x != nil && v.OffsetMS != nil {
		co.Channel, co.Provider = x.Channel, x.Provider
		if co.Channel == "" {
			co.Channel = ref.media
		}
		if co.Provider == "" {
			co.Provider = ref.provider
		}
		v.Cohort = cohortKey(co.Organization, co.Channel, co.Provider)
	}
	digest := digestOf(v)
	if digest == r.Verdict {
		return nil
	}
	r.Verdict = digest
	l := leaf.Leaf{Kind: leaf.KindVerdict, AtMS: at, Evidence: r.Evidence, Verdict: &v}
	sum, err := s.append(tx, entity, &c.Chain, &l)
	if err != nil || v.OffsetMS == nil {
		return err
	}
	_, id, _ := strings.Cut(entity, ":")
	return s.measure(tx, &co, id, r, &v, sum, ref)
}

// digestOf tells two verdicts apart. The offset is written out: a pointer would print as its address.
func digestOf(v leaf.Verdict) mark {
	offset := "none"
	if v.OffsetMS != nil {
		offset = strconv.FormatInt(*v.OffsetMS, 10)
	}
	v.OffsetMS = nil
	return markOf(fmt.Sprintf("%s %+v", offset, v))
}

// paired writes the pairing leaf, if it says anything that the last one did not.
func (s *shard) paired(tx stream.Tx, entity string, c *conversation, r *recording, ref reference) error {
	p := leaf.Pairing{RecordingID: r.ID, SessionID: ref.session, By: ref.by, Agents: c.agents(), WindowMS: s.regime.MatchWindowMS}
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %s %d", p.RecordingID, p.SessionID, p.By, p.Agents)
	for i := range r.Parts {
		q := leaf.Part{Role: r.Parts[i].Role, VersionID: r.Parts[i].Version}
		if r.Parts[i].Read {
			q.SHA256 = &r.Parts[i].SHA256
			h.Write(q.SHA256[:])
		}
		fmt.Fprintf(h, " %s %s", q.Role, q.VersionID)
		p.Objects = append(p.Objects, q)
	}
	digest := mark(h.Sum(nil)[:16])
	if digest == r.Pairing {
		return nil
	}
	r.Pairing = digest
	_, err := s.append(tx, entity, &c.Chain, &leaf.Leaf{Kind: leaf.KindPairing, AtMS: s.meta.T, Evidence: r.Evidence, Pairing: &p})
	return err
}

// refer finds the session a recording belongs to: the one its metadata names, else the customer's. Where a conversation
// has several customer sessions (messaging lasts for weeks) the first within the match window of the recording counts.
func (c *conversation) refer(x *export, windowMS int64) reference {
	none := instant.Interval{Lo: 0, Hi: -1}
	ref := reference{by: byNone, start: none, end: none}
	var first, named, near *session
	customers := 0
	for i := range c.Sessions {
		q := &c.Sessions[i]
		if x != nil && x.Session != "" && q.ID == x.Session && (named == nil || q.Role == roleCustomer) {
			named = q
		}
		if q.Role != roleCustomer {
			continue
		}
		customers++
		if q.before(first) {
			first = q
		}
		if q.before(near) && q.within(x, windowMS) {
			near = q
		}
	}
	switch {
	case named != nil:
		ref.by, first = bySession, named
	case customers > 1 && near != nil:
		ref.by, first = byWindow, near
	case customers > 1 && x != nil && x.time(roleStart) != nil:
		ref.outside, first = true, nil
	case first != nil:
		ref.by = byCustomer
	}
	if first == nil {
		return ref
	}
	ref.session, ref.media, ref.provider = first.ID, first.Media, first.Provider
	ref.start = instant.Interval{Lo: first.StartLo, Hi: first.StartHi}
	ref.end = c.lastEnd(first)
	return ref
}

// before orders sessions by their start; one whose start is not known comes last.
func (q *session) before(other *session) bool {
	switch {
	case other == nil:
		return true
	case q.StartHi < q.StartLo || other.StartHi < other.StartLo:
		return q.StartHi >= q.StartLo
	}
	return q.StartLo < other.StartLo
}

// within says whether the recording's own times lie within the window of the session; a bound that is not known is open.
func (q *session) within(x *export, windowMS int64) bool {
	if x == nil {
		return false
	}
	start, end := x.time(roleStart), x.time(roleEnd)
	if start == nil {
		return false
	}
	hi := start.Hi
	if end != nil {
		hi = end.Hi
	}
	return (q.StartHi < q.StartLo || hi >= q.StartLo-windowMS) && (q.EndHi < q.EndLo || start.Lo <= q.EndHi+windowMS)
}

// lastEnd is the end of the last communication of a session: an agent may leave a little after the customer. It is
// known only where every communication that began has ended. An agent belongs to the customer session he starts in; to
// the first one also if he starts before it, as in an outbound call.
func (c *conversation) lastEnd(ref *session) instant.Interval {
	none := instant.Interval{Lo: 0, Hi: -1}
	from, until := int64(math.MinInt64), int64(math.MaxInt64) // the next customer session begins another reference
	for i := range c.Sessions {
		q := &c.Sessions[i]
		switch {
		case q.Role != roleCustomer || q.StartHi < q.StartLo:
		case q.StartLo > ref.StartLo:
			until = min(until, q.StartLo)
		case q.StartLo < ref.StartLo:
			from = ref.StartLo
		}
	}
	if ref.EndHi < ref.EndLo {
		return none
	}
	end := instant.Interval{Lo: ref.EndLo, Hi: ref.EndHi}
	for i := range c.Sessions {
		q := &c.Sessions[i]
		if q.Role != roleUser || q == ref {
			continue
		}
		if q.StartHi < q.StartLo {
			if from != math.MinInt64 || until != math.MaxInt64 {
				continue // nobody knows in which customer session he was
			}
		} else if q.StartLo < from || q.StartLo >= until {
			continue
		}
		if q.EndHi < q.EndLo {
			return none
		}
		end.Lo, end.Hi = max(end.Lo, q.EndLo), max(end.Hi, q.EndHi)
	}
	return end
}

// measure tells the cohort what was found, through the log.
func (s *shard) measure(tx stream.Tx, co *cohort, conversation string, r *recording, v *leaf.Verdict, sum schemas.Hash, ref reference) error {
	s.meta.Measures++
	m := schemas.Measure{To: v.Cohort, FromShard: s.p, Number: s.meta.Measures, Conversation: conversation, RecordingID: r.ID, Leaf: sum,
		OrganizationID: co.Organization, Channel: co.Channel, Provider: co.Provider, Agents: int32(v.Agents),
		Revises: r.Measured, Shape: v.Shape, EventMS: ref.start.Lo, ArrivalMS: r.FactAt}
	for _, o := range v.Offsets {
		d := &schemas.Offset{LoMS: o.LoMS, HiMS: o.HiMS}
		switch {
		case o.Field == roleExported:
		case roleOf(o.Field) == roleStart && m.Start == nil:
			m.Start = d
		case roleOf(o.Field) == roleEnd && m.End == nil:
			m.End = d
		case roleOf(o.Field) == roleCreated && m.Created == nil:
			m.Created = d
		case o.Field == fieldDuration:
			m.Duration = d
		}
	}
	r.Measured = true
	return s.emit(tx, schemas.TopicObservations, stream.ByKey, []byte(m.To), &m)
}

// cohortKey is the entity of a cohort: SHA-256 over its three parts, each after its length as four bytes, big-endian.
func cohortKey(parts ...string) string {
	var b bytes.Buffer
	for _, p := range parts {
		b.Write([]byte{byte(len(p) >> 24), byte(len(p) >> 16), byte(len(p) >> 8), byte(len(p))})
		b.WriteString(p)
	}
	h := sha256.Sum256(b.Bytes())
	return "cohort:" + hex.EncodeToString(h[:])
}
