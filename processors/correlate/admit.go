package correlate

import (
	"holdfast.example/schemas"
	"holdfast.example/schemas/leaf"
)

// What decodes may still say what no observe task of ours says: whoever may write the topic may write that. It must end
// as a dead letter, never in a leaf that cannot be written or a number that runs over.

// unfit says why an observation cannot be folded; empty: it can.
func unfit(o *schemas.Observation) string {
	bodies := 0
	for _, has := range []bool{o.Event != nil, o.Object != nil, o.Inspection != nil || o.Export != nil} {
		if has {
			bodies++
		}
	}
	switch in := o.Inspection; {
	case bodies != 1:
		return "event, object and inspection are one record each"
	case !leaf.InYears(o.ArrivalMS):
		return "arrival_ms is outside the years 1970-9999"
	case in != nil && in.Outcome == schemas.OutcomeOK && (in.SHA256 == nil || in.Size < 0):
		return "an inspection that is ok without hash or size"
	}
	for i := range o.Times {
		switch t := &o.Times[i]; {
		case !leaf.IsClock(t.Clock):
			return "a time of no known clock"
		case t.Zone != "" && !leaf.IsZone(t.Zone):
			return "a time whose zone is neither UTC nor an offset"
		case t.Refused == "" && !(leaf.InYears(t.LoMS) && leaf.InYears(t.HiMS) && t.LoMS <= t.HiMS):
			return "a time that is no interval of the years 1970-9999"
		}
	}
	return ""
}

// unfitMeasure is unfit for a measure.
func unfitMeasure(m *schemas.Measure) string {
	for _, o := range []*schemas.Offset{m.Start, m.End, m.Created, m.Duration} {
		if o != nil && (o.LoMS > o.HiMS || o.LoMS < -leaf.MaxInteger || o.HiMS > leaf.MaxInteger) {
			return "an offset that is no interval"
		}
	}
	switch m.Shape {
	case shapeAligned, shapeTranslation, shapeStartOnly, shapeEndOnly, shapeCut, shapeDegenerate, shapeMixture:
	default:
		return "a shape that is not measured"
	}
	if !leaf.InYears(m.ArrivalMS) || m.Agents < 0 {
		return "arrival_ms or agents out of range"
	}
	return ""
}
