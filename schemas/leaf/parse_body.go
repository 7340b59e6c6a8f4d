package leaf

// The bodies read back from checked nodes.

func readEvent(n *node) *Event {
	return &Event{
		Topic: n.text("topic"), ParticipantID: n.text("participant_id"), SessionID: n.text("session_id"),
		MediaType: n.text("media_type"), MessageType: n.text("message_type"), Provider: n.text("provider"),
		Direction: n.text("direction"), DisconnectType: n.text("disconnect_type"),
		OrganizationID: n.text("organization_id"), User: n.text("user"),
	}
}

func readObject(n *node) *Object {
	return &Object{
		Action: n.text("action"), Role: n.text("role"), RecordingID: n.text("recording_id"),
		OrganizationID: n.text("organization_id"), Object: n.text("object"), VersionID: n.text("version_id"),
		ETag: n.text("etag"), Sequencer: n.text("sequencer"), Size: n.intOr("size", -1), Principal: n.text("principal"),
	}
}

func readInspection(n *node) *Inspection {
	i := &Inspection{
		Outcome: n.text("outcome"), ErrorCode: n.text("error_code"), Role: n.text("role"),
		RecordingID: n.text("recording_id"), OrganizationID: n.text("organization_id"), Object: n.text("object"),
		VersionID: n.text("version_id"), ETag: n.text("etag"), Size: n.intOr("size", -1), SHA256: n.mayHash("sha256"),
		ContentType: n.text("content_type"), Checksum: n.text("checksum"), ChecksumType: n.text("checksum_type"),
	}
	if x := n.get("export"); x != nil {
		i.Export = readExport(x)
	}
	return i
}

func readExport(n *node) *Export {
	return &Export{
		Form: n.text("form"), Pointer: n.text("pointer"), FileSHA256: n.hash("file_sha256"),
		ConversationID: n.text("conversation_id"), RecordingID: n.text("recording_id"), SessionID: n.text("session_id"),
		MediaType: n.text("media_type"), Provider: n.text("provider"), Direction: n.text("direction"),
		DurationMS: n.intOr("duration_ms", -1), Users: items(n, "users", itself), UsersMore: n.more("users"),
		Participants: items(n, "participants", itself), ParticipantsMore: n.more("participants"),
		Aliases: items(n, "aliases", itself), AliasesMore: n.more("aliases"), Projection: n.hash("projection"),
	}
}

func readHold(n *node) *Hold {
	return &Hold{
		RecordingID: n.text("recording_id"), Object: n.text("object"), VersionID: n.text("version_id"),
		LegalHold: n.text("legal_hold"), RetentionMode: n.text("retention_mode"),
	}
}

func readPairing(n *node) *Pairing {
	return &Pairing{
		RecordingID: n.text("recording_id"), SessionID: n.text("session_id"), By: n.text("by"), Agents: n.int("agents"),
		Objects: items(n, "objects", func(n *node) Part {
			return Part{Role: n.text("role"), VersionID: n.text("version_id"), SHA256: n.mayHash("sha256")}
		}),
		ObjectsMore: n.more("objects"), WindowMS: n.int("window_ms"),
	}
}

func readVerdict(n *node) *Verdict {
	return &Verdict{
		RecordingID: n.text("recording_id"), Shape: n.text("shape"), Locus: n.text("locus"), Grade: n.text("grade"),
		Mechanism: n.text("mechanism"), OffsetMS: n.mayInt("offset_ms"),
		Offsets: items(n, "offsets", func(n *node) Offset {
			return Offset{
				Field: n.text("field"), ClockA: n.text("clock_a"), ClockB: n.text("clock_b"),
				LoMS: n.int("lo_ms"), HiMS: n.int("hi_ms"),
			}
		}),
		OffsetsMore: n.more("offsets"), Agents: n.int("agents"), Cohort: n.text("cohort"), Missing: n.text("missing"),
	}
}

func readAlert(n *node) *Alert {
	return &Alert{
		Finding: n.hash("finding"), Rule: n.text("rule"), Severity: n.text("severity"), Step: n.text("step"),
		Subject: n.text("subject"), Grade: n.text("grade"), Shape: n.text("shape"), N: n.int("n"),
		OffsetMS: n.mayInt("offset_ms"), SpreadMS: n.mayInt("spread_ms"),
	}
}

func readCohort(n *node) *Cohort {
	return &Cohort{
		OrganizationID: n.text("organization_id"), Channel: n.text("channel"), Provider: n.text("provider"),
		N: n.int("n"), Shape: n.text("shape"), Locus: n.text("locus"), Grade: n.text("grade"),
		Mechanism: n.text("mechanism"), Stratum: n.text("stratum"), OffsetMS: n.mayInt("offset_ms"),
		SpreadMS: n.mayInt("spread_ms"), Departing: n.int("departing"), StratumN: n.int("stratum_n"),
		Members: n.hash("members"),
	}
}
