package report

import (
	"slices"
	"strings"

	"holdfast.example/processors/check"
	"holdfast.example/schemas/exhibit"
)

// fileLine is one file, or files of one kind of which nothing but that is to be said.
type fileLine struct {
	kind, name, text string
	bad              bool
}

// minGroup is from how many clean files of one kind on they are told together.
const minGroup = 4

// inventory says what was made of each file: those with nothing to say for themselves by their kinds, every one that was
// not understood or not read in full by itself.
func inventory(all []check.File) []fileLine {
	var out []fileLine
	for _, kind := range exhibit.Kinds() {
		out = append(out, ofKind(all, kind)...)
	}
	return out
}

// group is the clean files of one kind of which the same is said.
type group struct {
	reason   string
	evidence bool
	files    []*check.File
}

func ofKind(all []check.File, kind exhibit.Kind) []fileLine {
	var groups []group
	var alone []fileLine
	for i := range all {
		f := &all[i]
		switch {
		case f.Kind != kind:
		case troubled(f):
			alone = append(alone, fileLine{string(kind), plain(f.Path), trouble(f), true})
		default:
			at := slices.IndexFunc(groups, func(g group) bool { return g.reason == f.Reason && g.evidence == f.Evidence })
			if at < 0 {
				at = len(groups)
				groups = append(groups, group{reason: f.Reason, evidence: f.Evidence})
			}
			groups[at].files = append(groups[at].files, f)
		}
	}
	var out []fileLine
	for _, g := range groups {
		out = append(out, g.lines(string(kind))...)
	}
	return append(out, alone...)
}

// troubled says whether a file has to be listed by itself.
func troubled(f *check.File) bool {
	return f.Kind == exhibit.Unknown || f.Unread || f.Refused > 0 || len(f.Refusals) > 0
}

func (g *group) lines(kind string) []fileLine {
	if len(g.files) < minGroup {
		var out []fileLine
		for _, f := range g.files {
			out = append(out, fileLine{kind, plain(f.Path), taken(f.Facts, f.Repeated, f.Reason, f.Evidence), false})
		}
		return out
	}
	var facts, repeated int64
	for _, f := range g.files {
		facts += f.Facts
		repeated += f.Repeated
	}
	return []fileLine{{kind, count(int64(len(g.files)), "file"), taken(facts, repeated, g.reason, g.evidence), false}}
}

// taken says what came of a file.
func taken(facts, repeated int64, reason string, evidence bool) string {
	var parts []string
	if facts > 0 || reason == "" {
		parts = append(parts, count(facts, "entry")+" taken")
	}
	if repeated > 0 {
		parts = append(parts, grouped(repeated)+" of them said before")
	}
	if reason != "" {
		parts = append(parts, plain(reason))
	}
	if evidence {
		parts = append(parts, "evidence")
	}
	return strings.Join(parts, ", ")
}

// trouble says why a file was not read, or which parts of it were not.
func trouble(f *check.File) string {
	s := taken(f.Facts, f.Repeated, f.Reason, f.Evidence)
	if f.Kind == exhibit.Unknown && f.Facts == 0 {
		s = plain(f.Reason)
	}
	for i, r := range f.Refusals {
		if i == 3 {
			break
		}
		s += "; "
		if r.Place != "" {
			s += plain(r.Place) + ": "
		}
		s += plain(r.Reason)
	}
	refused := max(f.Refused, int64(len(f.Refusals)))
	if more := refused - int64(min(len(f.Refusals), 3)); more > 0 {
		s += "; and " + grouped(more) + " more"
	}
	return strings.TrimPrefix(s, "; ")
}
