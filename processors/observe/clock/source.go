package clock

import "holdfast.example/schemas"

// Source is a stream of facts that a deadline can wait for, and where the evidence about it stands.
type Source struct {
	Name  string // as in Progress and Tick
	Topic string // its raw topic, without prefix
	Group string // the observe group that reads the topic, without prefix
	After string // the source it is derived from, whose through it never passes; empty: none
}

// sources is in the order of names, which is the order in ClockState and Tick.
var sources = []Source{
	{Name: schemas.SourceEvents, Topic: schemas.TopicConversationEvents, Group: "observe-events"},
	{Name: schemas.SourceInspections, Topic: schemas.TopicS3Inspections, Group: "observe-inspections", After: schemas.SourceS3},
	{Name: schemas.SourceS3, Topic: schemas.TopicS3Notifications, Group: "observe-s3"},
}

// Sources returns the sources a tick speaks of, in the order in which it lists them.
func Sources() []Source { return append([]Source(nil), sources...) }

func sourceIndex(name string) int {
	for i, s := range sources {
		if s.Name == name {
			return i
		}
	}
	return -1
}

// derivation lists indexes of sources such that a source comes after the one it is derived from.
func derivation() []int {
	var first, then []int
	for i, s := range sources {
		if s.After == "" {
			first = append(first, i)
		} else {
			then = append(then, i)
		}
	}
	return append(first, then...)
}
