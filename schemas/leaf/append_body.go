package leaf

// The bodies, each in ascending order of its members (bodies.go).

func (e *Event) write(w *writer) {
	w.token("direction", e.Direction)
	w.token("disconnect_type", e.DisconnectType)
	w.token("media_type", e.MediaType)
	w.token("message_type", e.MessageType)
	w.id("organization_id", e.OrganizationID)
	w.id("participant_id", e.ParticipantID)
	w.token("provider", e.Provider)
	w.id("session_id", e.SessionID)
	w.token("topic", e.Topic)
	w.mayCommitment("user", e.User)
}

func (o *Object) write(w *writer) {
	w.word("action", o.Action, actionWords)
	w.token("etag", o.ETag)
	w.commitment("object", o.Object)
	w.id("organization_id", o.OrganizationID)
	w.mayCommitment("principal", o.Principal)
	w.id("recording_id", o.RecordingID)
	w.word("role", o.Role, roleWords)
	w.token("sequencer", o.Sequencer)
	w.size("size", o.Size)
	w.token("version_id", o.VersionID)
}

func (n *Inspection) write(w *writer) {
	w.token("checksum", n.Checksum)
	w.token("checksum_type", n.ChecksumType)
	w.token("content_type", n.ContentType)
	w.token("error_code", n.ErrorCode)
	w.token("etag", n.ETag)
	if n.Export != nil {
		w.open("export")
		n.Export.write(w)
		w.close()
	}
	w.mayCommitment("object", n.Object)
	w.id("organization_id", n.OrganizationID)
	w.mayWord("outcome", n.Outcome, outcomeWords)
	w.id("recording_id", n.RecordingID)
	w.mayWord("role", n.Role, roleWords)
	w.mayHash("sha256", n.SHA256)
	w.size("size", n.Size)
	w.token("version_id", n.VersionID)
}

func (x *Export) write(w *writer) {
	w.texts("aliases", x.Aliases, MaxList, x.AliasesMore, isToken)
	w.id("conversation_id", x.ConversationID)
	w.token("direction", x.Direction)
	w.size("duration_ms", x.DurationMS)
	w.hash("file_sha256", &x.FileSHA256)
	w.word("form", x.Form, exportWords)
	w.token("media_type", x.MediaType)
	w.texts("participants", x.Participants, MaxList, x.ParticipantsMore, isID)
	w.token("pointer", x.Pointer)
	w.hash("projection", &x.Projection)
	w.token("provider", x.Provider)
	w.id("recording_id", x.RecordingID)
	w.id("session_id", x.SessionID)
	w.commitments("users", x.Users, MaxList, x.UsersMore)
}

func (h *Hold) write(w *writer) {
	w.word("legal_hold", h.LegalHold, holdWords)
	w.commitment("object", h.Object)
	w.id("recording_id", h.RecordingID)
	w.word("retention_mode", h.RetentionMode, retentionWords)
	w.token("version_id", h.VersionID)
}

func (p *Pairing) write(w *writer) {
	w.count("agents", p.Agents)
	w.word("by", p.By, byWords)
	w.list("objects", len(p.Objects), MaxList, p.ObjectsMore, func(b []byte, i int) ([]byte, error) {
		iw, part := writer{b: append(b, '{')}, &p.Objects[i]
		iw.word("role", part.Role, roleWords)
		iw.mayHash("sha256", part.SHA256)
		iw.token("version_id", part.VersionID)
		iw.close()
		return iw.b, iw.err
	})
	w.id("recording_id", p.RecordingID)
	w.id("session_id", p.SessionID)
	w.count("window_ms", p.WindowMS)
}

func (v *Verdict) write(w *writer) {
	w.count("agents", v.Agents)
	if v.Cohort != "" {
		if !isCohort(v.Cohort) {
			w.fail("cohort", "not a cohort's entity key")
		}
		w.text("cohort", v.Cohort)
	}
	w.mustOwn("grade", v.Grade)
	w.own("locus", v.Locus)
	w.own("mechanism", v.Mechanism)
	w.token("missing", v.Missing)
	w.mayInteger("offset_ms", v.OffsetMS)
	w.list("offsets", len(v.Offsets), MaxList, v.OffsetsMore, func(b []byte, i int) ([]byte, error) {
		iw := writer{b: append(b, '{')}
		v.Offsets[i].write(&iw)
		iw.close()
		return iw.b, iw.err
	})
	w.id("recording_id", v.RecordingID)
	w.own("shape", v.Shape)
}

func (o *Offset) write(w *writer) {
	w.word("clock_a", o.ClockA, clockWords)
	w.word("clock_b", o.ClockB, clockWords)
	w.needToken("field", o.Field)
	w.integer("hi_ms", o.HiMS, -MaxInteger, MaxInteger)
	if o.LoMS > o.HiMS {
		w.fail("lo_ms", "above hi_ms")
	}
	w.integer("lo_ms", o.LoMS, -MaxInteger, MaxInteger)
}

func (a *Alert) write(w *writer) {
	w.hash("finding", &a.Finding)
	w.own("grade", a.Grade)
	w.count("n", a.N)
	w.mayInteger("offset_ms", a.OffsetMS)
	w.mustOwn("rule", a.Rule)
	w.word("severity", a.Severity, severityWords)
	w.own("shape", a.Shape)
	w.mayInteger("spread_ms", a.SpreadMS)
	w.word("step", a.Step, stepWords)
	w.token("subject", a.Subject)
}

func (c *Cohort) write(w *writer) {
	w.token("channel", c.Channel)
	w.count("departing", c.Departing)
	w.mustOwn("grade", c.Grade)
	w.own("locus", c.Locus)
	w.own("mechanism", c.Mechanism)
	w.hash("members", &c.Members)
	w.count("n", c.N)
	w.mayInteger("offset_ms", c.OffsetMS)
	w.id("organization_id", c.OrganizationID)
	w.token("provider", c.Provider)
	w.own("shape", c.Shape)
	w.mayInteger("spread_ms", c.SpreadMS)
	w.own("stratum", c.Stratum)
	w.count("stratum_n", c.StratumN)
}
