package check

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
)

// Account is everything that a check knows of one conversation, for who wants to follow its verdicts step by step. Agents
// are numbered and nowhere named: who they are is personal, and nothing of the reasoning depends on it.
type Account struct {
	Conversation, Organization string
	Agents                     int           // distinct
	Participants               []Participant // customers, agents, queues, each by their start
	Moments                    []Moment      // every time that was read, in the order of time; none without Options.Keep
	Recordings                 []Explained   // by id
}

// Participant is one session.
type Participant struct {
	Name               string // customer, agent 1, queue: with a number where there are several; no two are alike
	Role               string // of package timeline
	Session            string
	Media, Provider    string
	Start, End, Wrapup timeline.Stamp
}

// Moment is a reading and whose it is.
type Moment struct {
	Reading
	Who string // a participant's name; empty: none
}

// Explained is a recording with what its verdict was made of.
type Explained struct {
	Recording
	Exports    []Spot         // where the export speaks of it, the judged export first
	Session    int            // index of the participant it was compared with; -1: none
	Start, End timeline.Stamp // of the reference
	WindowMS   int64
	Taus       []int64                         // precision of each of Offsets, ms
	Wants      [attribute.HypothesisCount]Want // of each hypothesis that could not be tested
	Twin       string                          // the recording whose times it may bear, conversation/recording; empty: none
	Unread     []SpotRefusal                   // what the export says of it and nobody could read, or contradicts
}

// SpotRefusal is a refusal and the file it is of.
type SpotRefusal struct {
	File int
	Refusal
}

// Explain tells a conversation; nil: the export names none of that id.
func (r *Result) Explain(conversation string) *Account {
	j := r.judge
	c := j.conversations[conversation]
	if c == nil {
		return nil
	}
	a := &Account{Conversation: conversation, Organization: c.organization, Agents: c.Agents()}
	parts, users := Participants(c.Sessions)
	a.Participants = parts
	for i := range c.readings {
		a.Moments = append(a.Moments, a.moment(c, c.readings[i], users))
	}
	slices.SortStableFunc(a.Moments, func(x, y Moment) int {
		return cmp.Or(cmp.Compare(x.Lo, y.Lo), cmp.Compare(x.Hi, y.Hi), cmp.Compare(x.Clock, y.Clock), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Of, y.Of),
			cmp.Compare(r.Files[x.File].Path, r.Files[y.File].Path), cmp.Compare(x.Place, y.Place))
	})
	slices.SortFunc(c.recordings, func(x, y *recording) int { return cmp.Compare(x.id, y.id) })
	for _, rec := range c.recordings {
		l := j.lay(conversation, c, rec)
		a.Recordings = append(a.Recordings, r.explained(a, &l))
	}
	return a
}

// Nearest is the conversation of the export that begins most like an id; empty: none does.
func (r *Result) Nearest(id string) string {
	best, most := "", 0
	for _, known := range slices.Sorted(maps.Keys(r.judge.conversations)) {
		if n := Alike(known, id); n > most {
			best, most = known, n
		}
	}
	return best
}

// Alike is how many bytes two ids begin with alike; 0 where that is too few to mean one by the other.
func Alike(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	if n < min(4, len(b)-1) {
		return 0
	}
	return n
}

// Participants makes participants of sessions: customers, agents, queues, each by their start, with their names. users is
// the name of each user id.
func Participants(sessions []timeline.Session) (parts []Participant, users map[string]string) {
	users = map[string]string{}
	roles := []string{timeline.Customer, timeline.Agent, timeline.Queue}
	all := slices.Clone(sessions)
	slices.SortFunc(all, func(x, y timeline.Session) int {
		return cmp.Or(cmp.Compare(slices.Index(roles, x.Role), slices.Index(roles, y.Role)), earlier(x.Start, y.Start), cmp.Compare(x.ID, y.ID))
	})
	agents := map[string]string{}
	count := map[string]int{}
	for i := range all {
		s := &all[i]
		name := map[string]string{timeline.Customer: "customer", timeline.Queue: "queue"}[s.Role]
		if s.Role == timeline.Agent {
			who := cmp.Or(s.User, "session "+s.ID)
			if agents[who] == "" {
				agents[who] = fmt.Sprintf("agent %d", len(agents)+1)
			}
			if name = agents[who]; s.User != "" {
				users[s.User] = name
			}
		}
		count[name]++
		parts = append(parts, Participant{name, s.Role, s.ID, s.Media, s.Provider, s.Start, s.End, s.Wrapup})
	}
	met := map[string]int{}
	for i := range parts {
		p := &parts[i]
		if name := p.Name; count[name] > 1 {
			met[name]++
			if p.Name = fmt.Sprintf("%s %d", name, met[name]); p.Role == timeline.Agent {
				p.Name = fmt.Sprintf("%s, session %d", name, met[name])
			}
		}
	}
	return parts, users
}

// earlier orders times; one that is not known comes last.
func earlier(a, b timeline.Stamp) int {
	if a.Known() != b.Known() {
		if a.Known() {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.Lo, b.Lo)
}

// moment says whose a reading is, and takes out of it who an agent is.
func (a *Account) moment(c *conversation, r Reading, users map[string]string) Moment {
	m := Moment{Reading: r}
	if what, isAudit := strings.CutPrefix(r.Of, "audit "); isAudit {
		// What was looked at or changed may be a user: it is shown where it is this conversation or a recording of it.
		if action, entity, _ := strings.Cut(what, " "); entity != a.Conversation && c.known(entity) == nil {
			m.Of = "audit " + action
		}
		return m
	}
	for i := range a.Participants {
		if p := &a.Participants[i]; strings.HasSuffix(r.Of, " "+p.Session) && p.speaks(r.Of) {
			m.Who = p.Name
		}
	}
	for user, name := range users { // ids of one length, so that their order decides nothing
		m.Of = strings.ReplaceAll(m.Of, user, name)
	}
	return m
}

// speaks says whether a reading of an event or a segment is of the participant's role, where one id is used in several.
func (p *Participant) speaks(of string) bool {
	role, _, dotted := strings.Cut(of, ".")
	switch {
	case !dotted:
		return true
	case p.Role == timeline.Agent:
		return role == timeline.Agent || role == "acw" || role == "wrapup"
	}
	return role == p.Role
}

// explained judges a recording once more and keeps what the verdict was made of.
func (r *Result) explained(a *Account, l *laid) Explained {
	out := Explained{Recording: r.judge.judge(l), Session: -1, Start: l.ref.Start, End: l.ref.End, WindowMS: r.judge.options.WindowMS}
	if s := l.ref.Session; s != nil {
		out.Session = slices.IndexFunc(a.Participants, func(p Participant) bool { return p.Session == s.ID && p.Role == s.Role })
	}
	for _, x := range slices.Concat(l.r.exports, l.r.others) {
		out.Exports = append(out.Exports, Spot{x.file, x.place})
		out.Unread = append(out.Unread, r.unread(Spot{x.file, x.place})...)
	}
	out.Taus = make([]int64, len(out.Offsets))
	judged := 0
	for i := range out.Verdict.Offsets {
		if o := &out.Verdict.Offsets[i]; o.Field != attribute.NoFact {
			out.Taus[judged] = o.Tau
			judged++
		}
	}
	for i := judged; i < len(out.Taus); i++ { // the slack and both widths, of which the difference is one narrower
		out.Taus[i] = attribute.Slack + out.Offsets[i].Hi - out.Offsets[i].Lo + 2
	}
	for h := range attribute.HypothesisCount {
		if out.Verdict.Trials[h].State == attribute.NotTestable {
			out.Wants[h] = wanting(h, &out.Recording)
		}
	}
	out.Twin = r.twin(l)
	return out
}

// unread lists what was refused in a row or a file of the export, and who contradicts it.
func (r *Result) unread(at Spot) (all []SpotRefusal) {
	against := fmt.Sprintf(" than %s%s does", r.Files[at.File].Path, at.Place)
	for file := range r.Files {
		for _, x := range r.Files[file].Refusals {
			if file == at.File && (x.Place == at.Place || strings.HasPrefix(x.Place, at.Place+"/")) || strings.HasSuffix(x.Reason, against) {
				all = append(all, SpotRefusal{file, x})
			}
		}
	}
	return all
}

// twin is the recording that a recording was found to be swapped with.
func (r *Result) twin(l *laid) string {
	c := r.judge.cohorts[l.key]
	if c == nil || c.swaps[l.observed.ID] == nil {
		return ""
	}
	other := c.swaps[l.observed.ID].A
	if other == l.observed.ID {
		other = c.swaps[l.observed.ID].B
	}
	for _, id := range slices.Sorted(maps.Keys(r.judge.conversations)) {
		for _, rec := range r.judge.conversations[id].recordings {
			if sha256.Sum256([]byte(rec.id)) == other {
				return id + "/" + strings.TrimLeft(rec.id, "\x00")
			}
		}
	}
	return ""
}
