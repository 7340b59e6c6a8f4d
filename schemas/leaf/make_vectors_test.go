package leaf

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"holdfast.example/schemas"
)

// The secret, the values and the times of the vectors. The conversation is invented.
var vectorSecret = schemas.Secret{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

const (
	vectorUser   = "11111111-2222-4333-8444-555555555555"
	vectorObject = "legal-hold/org/conversation_id=c-42/rec-7.ogg"
	vectorAt     = int64(1777886102118) // 2026-05-04T09:15:02.118Z
)

type namedLeaf struct {
	name string
	leaf *Leaf
}

// vectorLeaves is one conversation's chain through every kind a conversation has, then a cohort's and a shard's.
func vectorLeaves() []namedLeaf {
	document := `{"fold":1,"limits":{"match_window_ms":900000,"patience_ms":259200000},"rules":1,"text":"\"ü\"\u0007"}`
	regime := Sum([]byte(document))
	media, file := Sum([]byte("media bytes")), Sum([]byte("metadata bytes"))
	user, object := Commit(vectorSecret, FieldUserID, vectorUser), Commit(vectorSecret, FieldObject, vectorObject)
	twelve, spread := int64(720040), int64(350)
	finding := Sum([]byte("drift\x00conversation:c-42\x00rec-7\x00"))
	raw := func(s string) []schemas.Hash { return []schemas.Hash{Sum([]byte(s))} }
	leaves := []namedLeaf{
		{"minimal", &Leaf{Kind: KindEvent, Event: &Event{}}},
		{"event", &Leaf{Kind: KindEvent, Lock: schemas.LockHash, Evidence: raw("event bytes"), Event: &Event{
			Topic: "customer.start", ParticipantID: "p-1", SessionID: "s-1", MediaType: "MESSAGE", MessageType: "WHATSAPP",
			Provider: "PureCloud Messaging", Direction: "INBOUND", DisconnectType: "PEER", OrganizationID: "org-1", User: user,
		}, Times: []Time{{Field: "eventTime", Clock: "genesys-cloud", LoMS: vectorAt - 245, HiMS: vectorAt - 245, Zone: "UTC", Text: "2026-05-04T09:15:01.873Z"}}}},
		{"object", &Leaf{Kind: KindObject, Lock: schemas.LockHash, Evidence: raw("notification bytes"), Labels: []string{LabelUnpinned, LabelLate}, Object: &Object{
			Action: schemas.ActionCreated, Role: schemas.RoleMedia, RecordingID: "rec-7", OrganizationID: "org-1", Object: object,
			VersionID: "3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo", ETag: "0f343b0931126a20f133d67c2b018a3b-3",
			Sequencer: "0055AED6DCD90281E5", Size: 1048576, Principal: Withheld,
		}, Times: []Time{
			{Field: "eventTime", Clock: "s3", LoMS: vectorAt - 118, HiMS: vectorAt + 881, Zone: "UTC", Text: "2026-05-04T09:15:02Z"},
			{Field: "received", Clock: "capture", HiMS: -1, Text: "jane.doe@example.com", Refused: "no time: {letters}"},
		}}},
		{"inspection", &Leaf{Kind: KindInspection, Lock: schemas.LockHash, Evidence: raw("answer"), Inspection: &Inspection{
			Outcome: schemas.OutcomeOK, Role: schemas.RoleMedia, RecordingID: "rec-7", OrganizationID: "org-1", Object: object, ETag: "0f34-3",
			Size: 1048576, SHA256: &media, ContentType: "audio/ogg; codecs=opus", Checksum: "CRC64NVME:OOJZ0D8xKts=", ChecksumType: "FULL_OBJECT",
		}}},
		{"inspection-export", &Leaf{Kind: KindInspection, Lock: schemas.LockHash, Inspection: &Inspection{Size: -1, Export: &Export{
			Form: schemas.FormRow, Pointer: "/recordings/3", FileSHA256: file, ConversationID: "c-42", RecordingID: "rec-7",
			DurationMS: 183000, Users: []string{user}, Participants: []string{"p-1", "Zoë"}, Aliases: []string{"recorded_start_time=startTime"}, Projection: file,
		}}, Times: []Time{{Field: "recorded_start_time", Clock: "export-metadata", LoMS: vectorAt, HiMS: vectorAt + 999, Text: "2026-05-04 09:15:02"}}}},
		{"lock", &Leaf{Kind: KindLock, Lock: schemas.LockHash, Hold: &Hold{RecordingID: "rec-7", Object: object, LegalHold: "UNKNOWN", RetentionMode: "COMPLIANCE"}}},
		{"pairing", &Leaf{Kind: KindPairing, Pairing: &Pairing{RecordingID: "rec-7", SessionID: "s-1", By: "session-id", Agents: 2, WindowMS: 900000,
			Objects: []Part{{Role: "media", VersionID: "v-1", SHA256: &media}, {Role: "metadata"}}}}},
		{"verdict", &Leaf{Kind: KindVerdict, Verdict: &Verdict{RecordingID: "rec-7", Shape: "translation", Grade: "unexplained", OffsetMS: &twelve, Agents: 2,
			Cohort: "cohort:" + hex.EncodeToString(file[:]), Missing: "audit of the export", Offsets: []Offset{
				{Field: "start", ClockA: "export-metadata", ClockB: "genesys-cloud", LoMS: 719541, HiMS: 720540},
				{Field: "end", ClockA: "export-metadata", ClockB: "genesys-cloud", LoMS: -MaxInteger, HiMS: MaxInteger},
			}}}},
		{"alert", &Leaf{Kind: KindAlert, Alert: &Alert{Finding: finding, Rule: "drift", Severity: "high", Step: "opened", Subject: "rec-7",
			Grade: "unexplained", Shape: "translation", N: 1, OffsetMS: &twelve}}},
		{"long-list", &Leaf{Kind: KindInspection, Inspection: &Inspection{Size: -1, Export: &Export{
			Form: schemas.FormMetadata, FileSHA256: file, DurationMS: -1, Participants: vectorParticipants(), Projection: file,
		}}}},
		{"cut-lists", crowded(KindInspection, "a text beyond the alphabet: é")},
		{"maximal", crowded(KindEvent, strings.Repeat("x", MaxToken))},
		{"cohort", &Leaf{Kind: KindCohort, Cohort: &Cohort{OrganizationID: "org-1", Channel: "message", Provider: "PureCloud Messaging", N: 600,
			Shape: "translation", Grade: "unexplained", Stratum: "agents>=2", OffsetMS: &twelve, SpreadMS: &spread, Departing: 588, StratumN: 590, Members: media}}},
		{"regime", &Leaf{Kind: KindRegime, RegimeBody: &Regime{Document: document}}},
	}
	var last *Leaf
	for i := range leaves {
		l := leaves[i].leaf
		entity := "conversation:c-42"
		if l.Kind == KindCohort {
			entity = "cohort:" + hex.EncodeToString(file[:])
		} else if l.Kind == KindRegime {
			entity = "log:shard-3"
		}
		l.Seq, l.Prev = 1, nil
		if last != nil && last.Entity == entity {
			b, _ := last.Append(nil)
			prev := Sum(b)
			l.Seq, l.Prev = last.Seq+1, &prev
		}
		l.Entity, l.Epoch, l.Shard, l.Index, l.Regime, l.AtMS = entity, 7, 3, 1000+int64(i), regime, vectorAt+int64(i)
		last = l
	}
	return leaves
}

func vectorParticipants() (ids []string) {
	for i := range MaxList + 3 {
		ids = append(ids, fmt.Sprintf("p-%d", i))
	}
	return ids
}

func makeVectors(t *testing.T) vectors {
	v := vectors{About: "Holdfast leaf and marker, v 1 (draft). docs/FORMAT.md. hex is what counts; text repeats it where it is UTF-8 and short."}
	texts := map[string]string{}
	add := func(name, what string, b []byte, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		texts[name] = string(b)
		v.Accepted = append(v.Accepted, newVector(name, what, b))
	}
	for _, l := range vectorLeaves() {
		b, err := l.leaf.Append(nil)
		add(l.name, "leaf", b, err)
	}
	m := Marker{Epoch: 7, Shard: 3, Shards: 6, First: 1000, Count: 14, ThroughMS: []SourceTime{{"s3", vectorAt}, {"events", vectorAt - 2000}, {"inspections", 0}}}
	b, err := m.Append(nil)
	add("marker", "marker", b, err)
	b, err = (&Marker{Shards: 1}).Append(nil)
	add("marker-minimal", "marker", b, err)
	for _, s := range spoiled {
		base, ok := texts[s.of]
		if !ok {
			t.Fatalf("%s: no base %s", s.name, s.of)
		}
		changed := s.new
		if s.old != "" {
			changed = strings.Replace(base, s.old, s.new, 1)
		}
		if changed == base {
			t.Fatalf("%s: nothing changed", s.name)
		}
		what := "leaf"
		if strings.HasPrefix(s.of, "marker") {
			what = "marker"
		}
		c := newVector(s.name, what, []byte(changed))
		c.Answer, c.Reason = "refused", s.reason
		if s.answer != "" {
			c.Answer = s.answer
		}
		v.Refused = append(v.Refused, c)
	}
	secret := hex.EncodeToString(vectorSecret[:])
	for _, c := range [][2]string{
		{FieldUserID, vectorUser}, {FieldObject, vectorObject}, {FieldPrincipal, "AWS:AIDAEXAMPLE"}, {FieldObject, "b/Zoë \x00\"😀"}, {FieldObject, ""},
		{FieldUserID, strings.Repeat("long ", 200)},
	} {
		made := Commit(vectorSecret, c[0], c[1])
		v.Commitments = append(v.Commitments, commitment{secret, c[0], hex.EncodeToString([]byte(c[1])), made, true})
	}
	v.Commitments = append(v.Commitments,
		commitment{secret, FieldUserID, hex.EncodeToString([]byte(vectorObject)), Commit(vectorSecret, FieldObject, vectorObject), false},
		commitment{secret, FieldUserID, hex.EncodeToString([]byte(vectorUser)), Withheld, false})
	for _, in := range []string{"audio/ogg; codecs=opus", "jane.doe@example.com", "Zoë", "\xff", strings.Repeat("x", 128), strings.Repeat("x", 129), "a\nb"} {
		v.Tokens = append(v.Tokens, token{hex.EncodeToString([]byte(in)), Token(in)})
	}
	cut, long := restOf{Leaf: "cut-lists", List: "aliases"}, restOf{Leaf: "long-list", List: "participants", All: vectorParticipants()}
	for range 40 {
		cut.All = append(cut.All, Token("a text beyond the alphabet: é"))
	}
	v.Rests = []restOf{cut, long}
	return v
}

func newVector(name, what string, b []byte) vector {
	sum := Sum(b)
	c := vector{Name: name, What: what, Hex: hex.EncodeToString(b), SHA256: fmt.Sprintf("%x", sum)}
	if utf8.Valid(b) && len(b) <= 4096 {
		c.Text = string(b)
	}
	return c
}
