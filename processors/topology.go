// Package processors is the pipeline on one page: which stage reads and writes which topic, and who stands at its ends.
//
//	world ──► webhook, queues ──► conversation.events ─► observe-events ──────┐
//	                         └──► s3.notifications ────► observe-s3 ──────────┤
//	                                  └─► inspect ──► s3.inspections ─► observe-inspections
//	                                                                          ▼
//	capture.progress ◄── webhook, queues, inspect                       observations ◄── clock (ticks)
//	       └──► clock ──► capture.progress                                    │  ▲
//	                                                                          ▼  │ measures
//	                                  custody.records, custody.openings ◄── correlate ──► drift.alerts, probes
//
// The stages never import each other; they meet in topics, and this page is where one sees that they do. It is data,
// and its test holds it against what the packages say of themselves:
//
//  1. Every topic of schemas.Topics is on the page, and no other.
//  2. Every topic that is read is written by a stage of the page, or is an Inlet.
//  3. Every topic that is written is read by a stage of the page, or is an Outlet.
//  4. Where partition p of one topic must be partition p of another (state beside its input, an entity's records where
//     the entity is), both have the same count.
//  5. Stages that the stream runtime runs are its Specs: the same name, input, outputs and changelog.
//
// Nothing is stored here and nothing runs.
package processors

import "holdfast.example/schemas"

// Stage is one row of the page.
type Stage struct {
	Name   string   // of its consumer group, without prefix; of its door, where it reads no topic
	Verb   string   // of the binary that runs it
	Reads  []string // topics, without prefix
	Writes []string // likewise
	State  string   // its changelog; empty: it keeps none
	World  string   // what of the outside world it touches; empty: nothing
}

// Pipeline returns the stages in the order of a record's way.
func Pipeline() []Stage {
	return []Stage{
		{Name: "webhook", Verb: "capture", World: "HTTP requests come in",
			Writes: []string{schemas.TopicConversationEvents, schemas.TopicCaptureProgress}},
		// A queue said to carry the one may bring the other too: it goes where it belongs.
		{Name: "queues", Verb: "capture", World: "SQS is asked",
			Writes: []string{schemas.TopicConversationEvents, schemas.TopicS3Notifications, schemas.TopicCaptureProgress}},
		{Name: "inspect", Verb: "capture", World: "S3 is asked",
			Reads:  []string{schemas.TopicS3Notifications},
			Writes: []string{schemas.TopicS3Inspections, schemas.TopicCaptureProgress}},
		{Name: "observe-events", Verb: "observe",
			Reads:  []string{schemas.TopicConversationEvents},
			Writes: []string{schemas.TopicObservations, schemas.TopicDeadLetters}},
		{Name: "observe-s3", Verb: "observe",
			Reads:  []string{schemas.TopicS3Notifications},
			Writes: []string{schemas.TopicObservations, schemas.TopicDeadLetters}},
		{Name: "observe-inspections", Verb: "observe",
			Reads:  []string{schemas.TopicS3Inspections},
			Writes: []string{schemas.TopicObservations, schemas.TopicDeadLetters}},
		// Its own last record is its state, so it reads what it writes.
		{Name: "clock", Verb: "observe",
			Reads:  []string{schemas.TopicCaptureProgress},
			Writes: []string{schemas.TopicCaptureProgress, schemas.TopicObservations}},
		// What one entity tells another goes through the log that it reads.
		{Name: "correlate", Verb: "correlate", State: schemas.TopicCorrelateState,
			Reads: []string{schemas.TopicObservations},
			Writes: []string{schemas.TopicCustodyRecords, schemas.TopicCustodyOpenings, schemas.TopicDriftAlerts,
				schemas.TopicProbes, schemas.TopicObservations, schemas.TopicDeadLetters}},
	}
}

// End is a topic at which the pipeline meets somebody else.
type End struct {
	Topic string
	Who   string
}

// Inlets returns the topics that somebody else may write.
func Inlets() []End {
	return []End{
		{schemas.TopicConversationEvents, "a customer's own producer"},
		{schemas.TopicS3Notifications, "a customer's own producer"},
		{schemas.TopicWorldAnswers, "nobody yet: the contract is public, and nothing asks"},
	}
}

// Outlets returns the topics that nobody on the page reads.
func Outlets() []End {
	return []End{
		{schemas.TopicWorldAnswers, "nobody yet"},
		{schemas.TopicCustodyRecords, "whoever checks them; sealing is not built yet"},
		{schemas.TopicCustodyOpenings, "whoever may open commitments"},
		{schemas.TopicDriftAlerts, "whoever acts on findings; delivery is not built yet"},
		{schemas.TopicProbes, "nobody yet: nothing answers"},
		{schemas.TopicDeadLetters, "people, by holdfast topics cat"},
	}
}

// Beside is a pair of topics of which partition p of the one belongs to partition p of the other.
type Beside struct{ Topic, Of, Why string }

// Aligned returns those pairs.
func Aligned() []Beside {
	return []Beside{
		{schemas.TopicCorrelateState, schemas.TopicObservations, "a shard's changelog is its partition's"},
		{schemas.TopicCustodyRecords, schemas.TopicObservations, "leaves and markers of a shard stand in its partition"},
		{schemas.TopicCustodyOpenings, schemas.TopicObservations, "an entity's openings are where the entity is"},
	}
}
