package centre

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"holdfast.example/deploy/sandbox/truth"
)

func (m *maker) recording(c *truth.Conversation, name truth.Case) *truth.Recording {
	r := &truth.Recording{ID: m.id(), Case: name, Conversation: c}
	c.Recordings = append(c.Recordings, r)
	return r
}

var extension = map[string]string{"Message": "zip", "Chat": "zip", "Email": "eml", "Callback": "opus"}

var contentType = map[string]string{"zip": "application/zip", "eml": "message/rfc822", "opus": "audio/ogg"}

// object makes one object of a recording under its key by the template: folders of the hour, in UTC, in which the
// conversation began. (Genesys Cloud Resource Center, "Working with exported recordings in AWS S3 bucket".)
func (m *maker) object(r *truth.Recording, role truth.Role) *truth.Object {
	start, _, _ := r.Conversation.Span()
	at := time.UnixMilli(start).UTC()
	folders := fmt.Sprintf("year=%d/month=%d/day=%d/hour=%d", at.Year(), at.Month(), at.Day(), at.Hour())
	if m.chance(1, 4) { // real buckets are seen with and without zeros
		folders = fmt.Sprintf("year=%04d/month=%02d/day=%02d/hour=%02d", at.Year(), at.Month(), at.Day(), at.Hour())
	}
	ext := extension[r.Conversation.Cohort.Channel]
	o := &truth.Object{
		Recording: r, Role: role, Shape: truth.Direct, ContentType: contentType[ext],
		Key: fmt.Sprintf("%s/%s/conversation_id=%s/%s.%s", m.w.Organization, folders, r.Conversation.ID, r.ID, ext),
	}
	if len(r.Objects) > 0 { // the halves of one export lie side by side
		o.Key = strings.TrimSuffix(r.Objects[0].Key, "_metadata.json")
	}
	if role == truth.Metadata {
		o.Key, o.ContentType = o.Key+"_metadata.json", "application/json"
	}
	return o
}

func (m *maker) media(r *truth.Recording) *truth.Object {
	o := m.object(r, truth.Media)
	o.Body = m.bytes(m.between(mediaLeast, mediaMost))
	o.Hold = m.chance(1, 8)
	r.Objects = append(r.Objects, o)
	return o
}

func (m *maker) metadata(r *truth.Recording) *truth.Object {
	o := m.object(r, truth.Metadata)
	o.Export = m.claim(r)
	o.Body = metadataBody(o.Export)
	o.Export.Raw = o.Body
	r.Objects = append(r.Objects, o)
	return o
}

// claim is what the exporter says of a recording, with its fault.
func (m *maker) claim(r *truth.Recording) *truth.Export {
	c := r.Conversation
	start, end, _ := c.Span()
	f := c.Cohort.Fault
	x := &truth.Export{
		ConversationID: c.ID, RecordingID: r.ID, MediaType: c.Cohort.Channel, Provider: c.Cohort.Provider,
		Direction: "inbound", StartMS: start, EndMS: end, DurationMS: end - start,
		ExportedMS: end + m.ms(20*hour, 40*hour),
	}
	if f.Start {
		x.StartMS += f.ShiftMS
	}
	if f.End {
		x.EndMS += f.ShiftMS
	}
	if f.LagHiMS > 0 {
		x.CreatedMS = start
		if c.Agents() > 1 {
			x.CreatedMS += m.ms(f.LagLoMS, f.LagHiMS)
		}
	}
	seen := map[string]bool{}
	for _, e := range c.Events {
		if e.UserID != "" && !seen[e.UserID] {
			seen[e.UserID] = true
			x.UserIDs = append(x.UserIDs, e.UserID)
		}
	}
	return x
}

// metadataBody writes a recording's metadata file with the official names. Its times have an offset without a colon.
func metadataBody(x *truth.Export) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"mediaType":%q,"mediaSubtype":null,"provider":%q,"userIds":[`, x.MediaType, x.Provider)
	for i, u := range x.UserIDs {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Quote(u))
	}
	fmt.Fprintf(&b, `],"conversationId":%q,"recordingId":%q,"startTime":%q,"endTime":%q,"durationMs":%d,"initialDirection":%q`,
		x.ConversationID, x.RecordingID, genesysTime(x.StartMS), genesysTime(x.EndMS), x.DurationMS, x.Direction)
	if x.CreatedMS != 0 {
		fmt.Fprintf(&b, `,"created_at":%q`, genesysTime(x.CreatedMS))
	}
	if x.ExportedMS != 0 {
		fmt.Fprintf(&b, `,"exported_at":%q`, genesysTime(x.ExportedMS))
	}
	b.WriteByte('}')
	return []byte(b.String())
}

// genesysTime writes 2023-08-29T23:19:04.873+0000, as real metadata files do.
func genesysTime(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000-0700")
}

func isoTime(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

// manifest makes a job manifest with snake_case names over recordings whose media is exported and whose metadata file
// is not: story A's export.
func (m *maker) manifest() {
	c := m.cohort("manifest", "Callback", "PureCloud Callback", truth.Fault{})
	n, shifted := m.between(manifestLeast, manifestLeast+6), m.between(2, 3)
	man := &truth.Manifest{Object: &truth.Object{
		Key: "jobs/" + m.id() + "/manifest.json", Role: truth.Listing, ContentType: "application/json", Shape: truth.Direct,
	}}
	var rows []string
	for i := range n {
		r := m.recording(m.conversation(c, truth.ManifestRow, 1), truth.ManifestRow)
		m.media(r).When = truth.WithManifest
		x := m.claim(r)
		x.Aliased, x.DurationMS, x.Direction = true, -1, ""
		row := &truth.Row{Manifest: man, Pointer: fmt.Sprintf("/recordings/%d", i), Recording: r, Export: x, Case: truth.ManifestRow}
		if i%((n-1)/shifted) == 3 && m.w.Counts[truth.ManifestShifted] < shifted {
			row.Case, r.Case = truth.ManifestShifted, truth.ManifestShifted
			x.StartMS += twelveMinutes
			x.EndMS += twelveMinutes
		}
		m.w.Count(row.Case, 1)
		r.Row = row
		man.Rows = append(man.Rows, row)
		x.Raw = rowBody(x)
		rows = append(rows, string(x.Raw))
	}
	man.Object.Body = fmt.Appendf(nil, `{"job_id":%q,"state":"FULFILLED","recordings":[%s]}`, m.id(), strings.Join(rows, ",\n"))
	m.w.Manifests = append(m.w.Manifests, man)
}

func rowBody(x *truth.Export) []byte {
	return fmt.Appendf(nil, `{"conversation_id":%q,"recording_id":%q,"media_type":%q,"provider":%q,"recorded_start_time":%q,"recorded_end_time":%q,"exported_at":%q}`,
		x.ConversationID, x.RecordingID, x.MediaType, x.Provider, isoTime(x.StartMS), isoTime(x.EndMS), isoTime(x.ExportedMS))
}
