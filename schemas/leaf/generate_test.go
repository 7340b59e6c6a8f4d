package leaf

import (
	"strings"

	"holdfast.example/schemas"
	"pgregory.net/rapid"
)

// Generators of leaves, driven by the table where it says what may stand: kinds, words, clocks.

// hostile are foreign texts as the world sends them: fit to stand, and not.
func hostile() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.Just(""),
		rapid.StringMatching(`[A-Za-z0-9_.:-]{1,128}`),
		rapid.StringMatching(`[A-Za-z0-9_.:/ +;=,()<>-]{1,128}`),
		rapid.StringOfN(rapid.RuneFrom([]rune("ab\"\\/\x00\x1f\x7fé\u2028😀{}'")), 0, 20, -1),
		rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOfN(rapid.Byte(), 0, 70).Draw(t, "raw")) }),
		rapid.Just(strings.Repeat("long", 40)),
	)
}

func genHash() *rapid.Generator[schemas.Hash] {
	return rapid.Custom(func(t *rapid.T) (h schemas.Hash) {
		copy(h[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))
		return h
	})
}

func genMayHash() *rapid.Generator[*schemas.Hash] { return rapid.Ptr(genHash(), true) }

func genCommitment() *rapid.Generator[string] {
	return rapid.OneOf(rapid.Just(Withheld), rapid.StringMatching(`[0-9a-f]{64}`))
}

func genOwn() *rapid.Generator[string] { return rapid.StringMatching(`[a-z][a-z0-9<>=-]{0,20}`) }

func genCount() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Just(int64(0)), rapid.Just(int64(MaxInteger)), rapid.Int64Range(0, MaxInteger))
}

func genSize() *rapid.Generator[int64] { return rapid.OneOf(genCount(), rapid.Int64()) }

func genMayInteger() *rapid.Generator[*int64] {
	return rapid.Ptr(rapid.Int64Range(-MaxInteger, MaxInteger), true)
}

func genMS() *rapid.Generator[int64] { return rapid.Int64Range(minMS, maxMS) }

func listOf[T any](t *rapid.T, name string, max int, g *rapid.Generator[T]) []T {
	n := rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 4), rapid.IntRange(max-1, max+9)).Draw(t, name+"_n")
	if n == 0 {
		return nil
	}
	return rapid.SliceOfN(g, n, n).Draw(t, name)
}

func genTime() *rapid.Generator[Time] {
	return rapid.Custom(func(t *rapid.T) Time {
		lo := rapid.OneOf(genMS(), rapid.Int64Range(-1e15, 1e15), rapid.Int64()).Draw(t, "lo")
		hi := rapid.OneOf(rapid.Just(lo), genMS(), rapid.Int64()).Draw(t, "hi")
		return Time{
			Field: hostile().Draw(t, "field"), Clock: rapid.SampledFrom(clockWords).Draw(t, "clock"), LoMS: lo, HiMS: hi,
			Zone:       rapid.SampledFrom([]string{"", "UTC", "+05:30", "-12:00", "+23:59"}).Draw(t, "zone"),
			Text:       rapid.OneOf(hostile(), rapid.StringMatching(`[0-9TZ:.,+ -]{1,41}`)).Draw(t, "text"),
			TextSHA256: genMayHash().Draw(t, "text_sha256"), Refused: hostile().Draw(t, "refused"),
		}
	})
}

func genOffset() *rapid.Generator[Offset] {
	return rapid.Custom(func(t *rapid.T) Offset {
		lo := rapid.Int64Range(-MaxInteger, MaxInteger).Draw(t, "lo")
		return Offset{
			Field: hostile().Draw(t, "field"), ClockA: rapid.SampledFrom(clockWords).Draw(t, "a"),
			ClockB: rapid.SampledFrom(clockWords).Draw(t, "b"), LoMS: lo, HiMS: rapid.Int64Range(lo, MaxInteger).Draw(t, "hi"),
		}
	})
}

func genExport() *rapid.Generator[*Export] {
	return rapid.Ptr(rapid.Custom(func(t *rapid.T) Export {
		return Export{
			Form: rapid.SampledFrom(exportWords).Draw(t, "form"), Pointer: hostile().Draw(t, "pointer"),
			FileSHA256: genHash().Draw(t, "file"), ConversationID: hostile().Draw(t, "conversation"),
			RecordingID: hostile().Draw(t, "recording"), SessionID: hostile().Draw(t, "session"),
			MediaType: hostile().Draw(t, "media"), Provider: hostile().Draw(t, "provider"),
			Direction: hostile().Draw(t, "direction"), DurationMS: genSize().Draw(t, "duration"),
			Users: listOf(t, "users", MaxList, genCommitment()), Participants: listOf(t, "participants", MaxList, hostile()),
			Aliases: listOf(t, "aliases", MaxList, hostile()), Projection: genHash().Draw(t, "projection"),
		}
	}), true)
}

func genLeaf() *rapid.Generator[*Leaf] {
	return rapid.Custom(func(t *rapid.T) *Leaf {
		l := &Leaf{
			Kind: rapid.SampledFrom(kindWords).Draw(t, "kind"),
			Entity: rapid.OneOf(rapid.StringMatching(`(conversation|matter|unplaced):[A-Za-z0-9_.:-]{1,128}`),
				rapid.StringMatching(`cohort:[0-9a-f]{64}`), rapid.StringMatching(`log:[a-z./-]{1,20}`)).Draw(t, "entity"),
			Seq: rapid.Int64Range(1, 3).Draw(t, "seq"), Epoch: genCount().Draw(t, "epoch"),
			Shard: rapid.Int32Range(0, maxShard).Draw(t, "shard"), Index: genCount().Draw(t, "index"),
			Regime: genHash().Draw(t, "regime"), AtMS: genMS().Draw(t, "at"),
			Lock:     rapid.SampledFrom(append([]string{""}, lockWords...)).Draw(t, "lock"),
			Evidence: listOf(t, "evidence", MaxEvidence, genHash()),
			Labels:   rapid.SliceOfN(rapid.SampledFrom(labelWords), 0, 8).Draw(t, "labels"),
			Times:    listOf(t, "times", MaxTimes, genTime()),
		}
		if l.Seq > 1 {
			prev := genHash().Draw(t, "prev")
			l.Prev = &prev
		}
		if len(l.Evidence) >= MaxEvidence {
			l.EvidenceMore = rapid.Int64Range(0, 9).Draw(t, "evidence_more")
		}
		genBody(t, l)
		return l
	})
}

func genBody(t *rapid.T, l *Leaf) {
	s := func(name string) string { return hostile().Draw(t, name) }
	of := func(name string, words []string) string { return rapid.SampledFrom(words).Draw(t, name) }
	own := func(name string) string { return genOwn().Draw(t, name) }
	commitment := func(name string) string { return genCommitment().Draw(t, name) }
	count := func(name string) int64 { return genCount().Draw(t, name) }
	maybe := func(name string) *int64 { return genMayInteger().Draw(t, name) }
	switch l.Kind {
	case KindEvent:
		l.Event = &Event{s("topic"), s("participant"), s("session"), s("media"), s("message"), s("provider"), s("direction"),
			s("disconnect"), s("organization"), rapid.OneOf(rapid.Just(""), genCommitment()).Draw(t, "user")}
	case KindObject:
		l.Object = &Object{of("action", actionWords), of("role", roleWords), s("recording"), s("organization"), commitment("object"),
			s("version"), s("etag"), s("sequencer"), genSize().Draw(t, "size"), rapid.OneOf(rapid.Just(""), genCommitment()).Draw(t, "principal")}
	case KindInspection:
		l.Inspection = &Inspection{Outcome: of("outcome", append([]string{""}, outcomeWords...)), ErrorCode: s("error"),
			Role: of("role", append([]string{""}, roleWords...)), RecordingID: s("recording"), OrganizationID: s("organization"),
			Object: rapid.OneOf(rapid.Just(""), genCommitment()).Draw(t, "object"), VersionID: s("version"), ETag: s("etag"),
			Size: genSize().Draw(t, "size"), SHA256: genMayHash().Draw(t, "sha256"), ContentType: s("type"), Checksum: s("checksum"),
			ChecksumType: s("checksum_type"), Export: genExport().Draw(t, "export")}
	case KindLock:
		l.Hold = &Hold{s("recording"), commitment("object"), s("version"), of("hold", holdWords), of("retention", retentionWords)}
	case KindPairing:
		l.Pairing = &Pairing{RecordingID: s("recording"), SessionID: s("session"), By: of("by", byWords), Agents: count("agents"),
			WindowMS: count("window"), Objects: listOf(t, "objects", MaxList, rapid.Custom(func(t *rapid.T) Part {
				return Part{rapid.SampledFrom(roleWords).Draw(t, "role"), hostile().Draw(t, "version"), genMayHash().Draw(t, "sha256")}
			}))}
	case KindVerdict:
		l.Verdict = &Verdict{RecordingID: s("recording"), Shape: own("shape"), Locus: own("locus"), Grade: own("grade"),
			Mechanism: own("mechanism"), OffsetMS: maybe("offset"), Offsets: listOf(t, "offsets", MaxList, genOffset()),
			Agents: count("agents"), Missing: s("missing"),
			Cohort: rapid.OneOf(rapid.Just(""), rapid.StringMatching(`cohort:[0-9a-f]{64}`)).Draw(t, "cohort")}
	case KindAlert:
		l.Alert = &Alert{Finding: genHash().Draw(t, "finding"), Rule: own("rule"), Severity: of("severity", severityWords),
			Step: of("step", stepWords), Subject: s("subject"), Grade: own("grade"), Shape: own("shape"), N: count("n"),
			OffsetMS: maybe("offset"), SpreadMS: maybe("spread")}
	case KindCohort:
		l.Cohort = &Cohort{s("organization"), s("channel"), s("provider"), count("n"), own("shape"), own("locus"), own("grade"),
			own("mechanism"), own("stratum"), maybe("offset"), maybe("spread"), count("departing"), count("stratum_n"),
			genHash().Draw(t, "members")}
	case KindRegime:
		w := writer{b: []byte(`{"rules":`)}
		w.b = append(appendString(w.b, rapid.String().Draw(t, "rules")), '}')
		l.RegimeBody = &Regime{Document: string(w.b)}
		l.Regime = Sum(w.b)
	}
}
