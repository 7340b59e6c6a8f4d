package centre

import (
	"context"
	"encoding/json"
	"fmt"

	"holdfast.example/deploy/sandbox/tap"
	"holdfast.example/deploy/sandbox/truth"
	"holdfast.example/deploy/sandbox/wire"
)

// Topics that are looked at, and the rule whose alerts are waited for.
const (
	topicAlerts  = "drift.alerts"
	topicCustody = "custody.records"
	topicClock   = "capture.progress"
	mediaMissing = "media-missing"
	moments      = 3500 // ms; less than what the demo calls stalled
)

// sight is what the player sees of holdfast's outputs. It reads each record once.
type sight struct {
	tap     *tap.Tap
	alerts  int // read so far
	custody int
	grades  map[string]map[string]bool // subject of a media-missing alert to the grades it has had
	read    map[string]bool            // recording id, role: an inspection is on record
	ticks   int
	clock   wire.Clock // the newest
}

// Topics is what the player must be able to see.
var Topics = []string{topicAlerts, topicCustody, topicClock}

func newSight(t *tap.Tap) *sight {
	return &sight{tap: t, grades: map[string]map[string]bool{}, read: map[string]bool{}}
}

func (s *sight) look(out tap.Output) {
	for ; s.alerts < len(out[topicAlerts]); s.alerts++ {
		a, err := wire.DecodeAlert(out[topicAlerts][s.alerts].Value)
		if err != nil || a.Rule != mediaMissing || a.Step == "resolved" {
			continue // what does not decode is the oracle's to object to
		}
		if s.grades[a.Subject] == nil {
			s.grades[a.Subject] = map[string]bool{}
		}
		s.grades[a.Subject][a.Grade] = true
	}
	for ; s.ticks < len(out[topicClock]); s.ticks++ {
		if c, err := wire.DecodeClock(out[topicClock][s.ticks].Value); err == nil {
			s.clock = c // the other records there are life signs of capture
		}
	}
	for ; s.custody < len(out[topicCustody]); s.custody++ {
		c, err := wire.DecodeCustody(out[topicCustody][s.custody].Value)
		if err != nil || c.Marker {
			continue
		}
		var l struct {
			Kind string `json:"kind"`
			Body struct {
				Recording string `json:"recording_id"`
				Role      string `json:"role"`
			} `json:"body"`
		}
		if json.Unmarshal(c.JSON, &l) == nil && l.Kind == "inspection" {
			s.read[l.Body.Recording+" "+l.Body.Role] = true
		}
	}
}

func (s *sight) wait(ctx context.Context, what string, ok func() bool) error {
	return s.tap.Wait(ctx, patience, what, func(out tap.Output) bool {
		s.look(out)
		return ok()
	})
}

// proven waits until every source is known to be read up to moments ago. Before that an absence could only be graded
// unknown, for want of a proof that has not begun: an outage could not be told from a start.
func (s *sight) proven(ctx context.Context) error {
	return s.wait(ctx, "the clock to prove every source up to moments ago", func() bool {
		for _, source := range []string{"events", "s3", "inspections"} {
			if through := s.clock.Through[source]; through == 0 || s.clock.TMS-through > moments {
				return false
			}
		}
		return true
	})
}

// inspected waits until the first version of the object's kind is on record as read.
func (s *sight) inspected(ctx context.Context, o *truth.Object) error {
	id := o.Recording.ID + " " + string(o.Role)
	return s.wait(ctx, fmt.Sprintf("the custody record of an inspection: %s of recording %s", o.Role, o.Recording.ID),
		func() bool { return s.read[id] })
}

// missing waits until the recording's media has been reported missing, with the grade given or with any.
func (s *sight) missing(ctx context.Context, r *truth.Recording, grade string) error {
	return s.wait(ctx, fmt.Sprintf("an alert %s %s for recording %s", mediaMissing, grade, r.ID), func() bool {
		return len(s.grades[r.ID]) > 0 && (grade == "" || s.grades[r.ID][grade])
	})
}

// unknown waits until all of the recordings have been reported, and at least one with the grade unknown.
func (s *sight) unknown(ctx context.Context, rs []*truth.Recording) error {
	return s.wait(ctx, fmt.Sprintf("alerts %s for %d recordings, at least one of grade unknown", mediaMissing, len(rs)), func() bool {
		unknown := false
		for _, r := range rs {
			if len(s.grades[r.ID]) == 0 {
				return false
			}
			unknown = unknown || s.grades[r.ID]["unknown"]
		}
		return unknown
	})
}
