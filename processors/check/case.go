package check

import (
	"cmp"
	"slices"
	"strings"

	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/processors/correlate/timeline"
	"holdfast.example/schemas"
	"holdfast.example/schemas/instant"
)

// dossier is everything that was taken in.
type dossier struct {
	conversations map[string]*conversation // named by the export
	owned         map[string]*recording    // those that the export names by id; of an id in two conversations, one of them
	jobs          map[string]job           // by name
	words         map[string]string        // one copy of each word that many facts share
	strangers     int64                    // facts of evidence about conversations that no export names
	keep          string                   // the conversation whose readings are kept, to be told one by one; empty: none
}

// conversation is what is known of one that the export names.
type conversation struct {
	timeline.Conversation
	organization string
	recordings   []*recording // in the order in which they were first met
	readings     []Reading    // all of them, where they are kept
}

// job is an export job. How many recordings it has, whoever knows more knows better: the platform, or its manifests.
type job struct{ told, met int64 }

func (j job) size() int64 { return max(j.told, j.met) }

// recording is one that the export names.
type recording struct {
	id           string
	exports      []export // at most one row and one metadata file
	others       []export // the same said again, or otherwise: not judged
	told         []told
	contradicted bool // two exports of one kind say other times of it
	differs      bool // its ids do not agree between the places they stand in
}

// export is what one file of the export says of a recording.
type export struct {
	*timeline.Export
	file  int
	place string
	row   bool
	job   string
	same  mark // what it says, but for times that each export stamps anew
}

// mark tells contents apart.
type mark [16]byte

// told is what evidence says of a recording.
type told struct {
	fact attribute.Fact
	timeline.Stamp
}

// Reading is one time that was read, for who wants to see them all.
type Reading struct {
	Name  string // of the field, as it stands
	Of    string // what it is said of: a session, a recording, an object, a message
	File  int
	Place string
	timeline.Stamp
}

func newDossier() *dossier {
	return &dossier{conversations: map[string]*conversation{}, owned: map[string]*recording{}, jobs: map[string]job{}, words: map[string]string{}}
}

// word is the one copy of a word. Beyond maxWords they are no longer shared: then they are no shared words.
func (d *dossier) word(s string) string {
	if w, known := d.words[s]; known {
		return w
	}
	if len(d.words) < maxWords {
		s = strings.Clone(s)
		d.words[s] = s
	}
	return s
}

const maxWords = 1 << 16

// open is the conversation of an export, new or known.
func (d *dossier) open(id string) *conversation {
	c := d.conversations[id]
	if c == nil {
		c = &conversation{}
		d.conversations[strings.Clone(id)] = c
	}
	return c
}

// about is the conversation that evidence speaks of; nil: no export names it.
func (d *dossier) about(id string) *conversation {
	c := d.conversations[id]
	if c == nil {
		d.strangers++
	}
	return c
}

// recording is the conversation's recording of that id, new or known. One id in two conversations is at most one's: which,
// nobody knows.
func (d *dossier) recording(c *conversation, id string) *recording {
	if r := c.known(id); r != nil {
		return r
	}
	r := &recording{id: strings.Clone(id)}
	c.recordings = append(c.recordings, r)
	if other := d.owned[r.id]; other != nil {
		other.differs, r.differs = true, true
	} else {
		d.owned[r.id] = r
	}
	return r
}

// elsewhere notes that evidence knows a recording as that of another conversation than the export does.
func (d *dossier) elsewhere(id string) {
	if r := d.owned[id]; r != nil {
		r.differs = true
	}
}

// known is the conversation's recording of that id; nil: no export names it.
func (c *conversation) known(id string) *recording {
	if i := slices.IndexFunc(c.recordings, func(r *recording) bool { return r.id == id }); i >= 0 {
		return c.recordings[i]
	}
	return nil
}

// of takes an organisation's name over. Sources that differ are met in any order: the smallest counts.
func (c *conversation) of(organization string, d *dossier) {
	if organization != "" && (c.organization == "" || organization < c.organization) {
		c.organization = d.word(organization)
	}
}

// tell adds what evidence says of a recording. Of two times of one fact the earlier counts: a put that was done again, an
// export that was stamped anew. One without a zone counts only where there is no other.
func (r *recording) tell(f attribute.Fact, s timeline.Stamp) {
	if !s.Known() {
		return
	}
	for i := range r.told {
		t := &r.told[i]
		switch {
		case t.fact != f:
			continue
		case s.Zoned != t.Zoned && s.Zoned, s.Zoned == t.Zoned && cmp.Or(cmp.Compare(s.Lo, t.Lo), cmp.Compare(s.Hi, t.Hi), cmp.Compare(s.Clock, t.Clock)) < 0:
			t.Stamp = s
		}
		return
	}
	r.told = append(r.told, told{f, s})
}

// time is what evidence says of a fact; the zero Stamp: nothing.
func (r *recording) time(f attribute.Fact) timeline.Stamp {
	for i := range r.told {
		if r.told[i].fact == f {
			return r.told[i].Stamp
		}
	}
	return timeline.Stamp{}
}

// stampOf is the first time of that name.
func stampOf(times []schemas.Reading, name string) timeline.Stamp {
	for i := range times {
		if times[i].Field == name {
			return timeline.Read(&times[i])
		}
	}
	return timeline.Stamp{}
}

// length is a length of time as it is told: it has no zone to name.
func length(ms int64, c instant.Clock) timeline.Stamp {
	return timeline.Stamp{Lo: ms, Hi: ms, Clock: string(c), Zoned: true}
}
