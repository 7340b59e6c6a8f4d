package report

import (
	"holdfast.example/processors/correlate/attribute"
	"holdfast.example/schemas/instant"
)

// clocks names the families of clocks as a person would.
var clocks = map[string]string{
	instant.FamilyPlatform: "the platform's events",
	instant.FamilyExport:   "the export's metadata",
	instant.FamilyJob:      "the export job",
	instant.FamilyHeader:   "the media's or transcript's header",
	instant.FamilySender:   "the e-mail's sender",
	instant.FamilyS3:       "S3",
}

// Departs says which clock departs.
func Departs(l attribute.Locus) string {
	switch l {
	case attribute.LocusNone:
		return "none"
	case attribute.LocusUnknown:
		return "unknown: two clocks show one difference, and do not tell whose it is; a third independent clock would tell"
	}
	return clocks[l.String()] + ": of three independent clocks or more the others agree with each other, and it does not"
}

// Seen says what a shape looks like; f is the field that the offset is of.
func Seen(s attribute.Shape, f attribute.Fact) string {
	switch s {
	case attribute.Aligned:
		return "no field departs"
	case attribute.Translation:
		return "start and end depart alike"
	case attribute.StartOnly, attribute.EndOnly:
		return "the " + fieldName(f) + " departs"
	case attribute.Cut:
		return "the media is shorter than the session"
	case attribute.Degenerate:
		return "start and end are one instant, and the session's are not"
	case attribute.Mixture:
		if f == attribute.MediaDuration {
			return "the media is longer than the session"
		}
		return "fields depart, and not alike"
	}
	return "nothing could be compared"
}

// causeName is a cause in a sentence.
func causeName(c attribute.Cause) string {
	switch c {
	case attribute.CauseConstant:
		return "a constant without a known mechanism"
	case attribute.CauseDefinitionDeclared:
		return "definition (the field is declared to mean another instant, which was not observed)"
	case attribute.NoCause:
		return "none"
	}
	if f := c.Instant(); f != attribute.NoFact {
		return "definition (the field means another instant: " + f.String() + ")"
	}
	return c.String()
}

// causeWord is a cause in a column.
func causeWord(c attribute.Cause) string {
	if c == attribute.CauseConstant {
		return "constant"
	}
	return c.String()
}

// listed joins words with commas and a last "and" or "or".
func listed(words []string, last string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	case 2:
		return words[0] + " " + last + " " + words[1]
	default:
		out := ""
		for _, w := range words[:n-1] {
			out += w + ", "
		}
		return out + last + " " + words[n-1]
	}
}

func causeNames(cs []attribute.Cause) []string {
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = causeName(c)
	}
	return out
}

// strata names what tells the parts of a mixture apart.
func strataName(s attribute.Stratum) string {
	switch s {
	case attribute.StratumJob:
		return "the export job"
	case attribute.StratumDay:
		return "the day"
	case attribute.StratumSize:
		return "the size of the export job"
	case attribute.StratumAgents:
		return "the number of agents"
	}
	return ""
}
