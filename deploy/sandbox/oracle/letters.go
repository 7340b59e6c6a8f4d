package oracle

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"holdfast.example/deploy/sandbox/truth"
	"holdfast.example/deploy/sandbox/wire"
)

// rawTopic is where a door's payloads go.
func rawTopic(h *truth.Hostile) string {
	if h.Door == "S3 queue" {
		return "s3.notifications"
	}
	return "conversation.events"
}

// letters compares the dead letters with the hostile payloads: one for each that came in, none besides.
func (j *judge) letters() {
	type id struct {
		topic string
		hash  wire.Hash
	}
	want := map[id]*truth.Hostile{}
	for _, h := range j.world.Hostile {
		if !h.Refused {
			want[id{rawTopic(h), sha256.Sum256(h.Body)}] = h
			j.report.Expected.Letters++
		}
	}
	seen := map[string]bool{}
	for _, r := range j.out[TopicDeadLetters] {
		d, err := wire.DecodeDeadLetter(r.Value)
		if err != nil {
			j.object("dead letter", "partition %d, offset %d: %v", r.Partition, r.Offset, err)
			continue
		}
		j.report.DeadLetters++
		place := fmt.Sprintf("%s/%d@%d", d.Topic, d.Partition, d.Offset)
		if seen[place] {
			j.object("dead letter", "%s: written twice", place)
		}
		seen[place] = true
		if d.RawSHA256 == nil {
			j.object("dead letter", "%s (%s: %s): names no bytes", place, d.Code, d.Reason)
			continue
		}
		at := id{d.Topic, *d.RawSHA256}
		h := want[at]
		if h == nil {
			j.object("dead letter", "%s (%s: %s): of bytes that were good, or not sent", place, d.Code, d.Reason)
			continue
		}
		delete(want, at)
		if string(r.Key) != d.Topic {
			j.object("dead letter", "%s: key %.80q, want the topic", place, r.Key)
		}
		if d.Stage == "" || d.Code == "" || d.Reason == "" || d.Size < int64(len(h.Body)) {
			j.object("dead letter", "%s: stage %q, code %q, size %d of a record that holds %d bytes", place, d.Stage, d.Code, d.Size, len(h.Body))
		}
		if quotes(d.Reason, h.Body) {
			j.object("dead letter", "%s: its reason quotes the payload", place)
		}
	}
	for _, h := range want {
		j.object("dead letter", "none for %s by the %s", h.Name, h.Door)
	}
}

// quotes reports whether a reason repeats 24 bytes of the payload.
func quotes(reason string, body []byte) bool {
	const window = 24
	text := string(body)
	for i := 0; i+window <= len(text); i++ {
		if strings.Contains(reason, text[i:i+window]) {
			return true
		}
	}
	return false
}
