package rig

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The bytes that the sources send, in the forms of Genesys' published examples (EventBridge envelope, webhook body,
// metadata file) and of S3's event message structure. They are written here by hand, and by nothing that reads them.

// happening is one conversation event.
type happening struct {
	topic                      string // customer.start, ...
	atMS                       int64
	participant, session, user string
	disconnect                 string
}

func (c *conversation) eventBody(h *happening) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"eventTime":%d,"conversationId":%q,"participantId":%q,"sessionId":%q`, h.atMS, c.id, h.participant, h.session)
	for _, f := range [][2]string{{"disconnectType", h.disconnect}, {"mediaType", strings.ToUpper(c.cohort.channel)},
		{"provider", c.cohort.provider}, {"direction", "INBOUND"}, {"userId", h.user}} {
		if f[1] != "" {
			fmt.Fprintf(&b, `,%q:%q`, f[0], f[1])
		}
	}
	b.WriteByte('}')
	return b.String()
}

// webhook is the bare notification.
func (c *conversation) webhook(h *happening, correlation string) []byte {
	return fmt.Appendf(nil, `{"topicName":"v2.detail.events.conversation.%s.%s","version":"2","eventBody":%s,"metadata":{"CorrelationId":%q}}`,
		c.id, h.topic, c.eventBody(h), correlation)
}

// bridge is the EventBridge envelope: its id is new at each publish, and its time has whole seconds.
func (c *conversation) bridge(h *happening, id, correlation string) []byte {
	return fmt.Appendf(nil, `{"version":"0","id":%q,"detail-type":"v2.detail.events.conversation.{id}.%s",`+
		`"source":"aws.partner/genesys.com/cloud/%s/custody","account":"123456789012","time":%q,"region":"eu-west-2","resources":[],`+
		`"detail":{"topicName":"v2.detail.events.conversation.%s.%s","version":"2","eventBody":%s,"metadata":{"CorrelationId":%q},"timestamp":%q}}`,
		id, h.topic, c.cohort.organization, time.UnixMilli(h.atMS).UTC().Format("2006-01-02T15:04:05Z"), c.id, h.topic, c.eventBody(h),
		correlation, isoTime(h.atMS+64))
}

// auditMessage is an event of another family: in order, and about no conversation's detail.
func auditMessage(id, organization string) []byte {
	return fmt.Appendf(nil, `{"version":"0","id":%q,"detail-type":"v2.audits.entitytype.{id}.entityid.{id}","source":"aws.partner/genesys.com/cloud/%s/custody",`+
		`"account":"123456789012","time":"2026-05-04T09:00:00Z","region":"eu-west-2","resources":[],"detail":{"topicName":"v2.audits.entitytype.client.entityid.%s",`+
		`"version":"2","eventBody":{"id":%q,"userId":%q},"metadata":{"CorrelationId":%q},"timestamp":"2026-05-04T09:00:00.010Z"}}`,
		id, organization, id, id, id, id)
}

// file is one object of a recording.
type file struct {
	key, version, etag, contentType string
	body                            []byte
}

// put is S3's message of one created or deleted object.
func (f *file) notification(event string, atMS int64, sequencer uint64) []byte {
	seq := fmt.Sprintf("%016X", sequencer)
	key := strings.ReplaceAll(url.QueryEscape(f.key), "%2F", "/")
	object := fmt.Sprintf(`{"key":%q,"size":%d,"eTag":%q,"versionId":%q,"sequencer":%q}`, key, len(f.body), f.etag, f.version, seq)
	if !strings.HasPrefix(event, "ObjectCreated") {
		object = fmt.Sprintf(`{"key":%q,"versionId":%q,"sequencer":%q}`, key, f.version, seq)
	}
	return fmt.Appendf(nil, `{"Records":[{"eventVersion":"2.5","eventSource":"aws:s3","awsRegion":"eu-west-2","eventTime":%q,"eventName":%q,`+
		`"userIdentity":{"principalId":"AWS:AROAEXPORTER:genesys"},"requestParameters":{"sourceIPAddress":"198.51.100.4"},`+
		`"responseElements":{"x-amz-request-id":"REQ%s","x-amz-id-2":"ID2"},"s3":{"s3SchemaVersion":"1.0","configurationId":"custody",`+
		`"bucket":{"name":%q,"ownerIdentity":{"principalId":"A1"},"arn":"arn:aws:s3:::%s"},"object":%s}}]}`,
		isoTime(atMS), event, seq, bucket, bucket, object)
}

func testMessage() []byte {
	return fmt.Appendf(nil, `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-05-01T00:00:00.000Z","Bucket":%q,"RequestId":"R0","HostId":"H0"}`, bucket)
}

// metadata is a recording's metadata file with the official names; its times have an offset without a colon.
func (c *conversation) metadata(recording string) []byte {
	start, end, created := c.startMS+c.cohort.shiftStart, c.endMS+c.cohort.shiftEnd, c.startMS
	if len(c.agents) > 1 {
		created += c.cohort.lag
	}
	users := make([]string, len(c.agents))
	for i, a := range c.agents {
		users[i] = strconv.Quote(a)
	}
	return fmt.Appendf(nil, `{"mediaType":%q,"mediaSubtype":null,"provider":%q,"userIds":[%s],"conversationId":%q,"recordingId":%q,`+
		`"startTime":%q,"endTime":%q,"durationMs":%d,"initialDirection":"inbound","created_at":%q,"exported_at":%q}`,
		c.cohort.channel, c.cohort.provider, strings.Join(users, ","), c.id, recording,
		genesysTime(start), genesysTime(end), end-start, genesysTime(created), genesysTime(c.endMS+20*3_600_000))
}

// row is one row of a job's manifest.
func (c *conversation) row(recording string) []byte {
	return fmt.Appendf(nil, `{"conversation_id":%q,"recording_id":%q,"media_type":%q,"provider":%q,"recorded_start_time":%q,"recorded_end_time":%q,"exported_at":%q}`,
		c.id, recording, c.cohort.channel, c.cohort.provider, isoTime(c.startMS+c.cohort.shiftStart), isoTime(c.endMS+c.cohort.shiftEnd), isoTime(c.endMS+20*3_600_000))
}

func genesysTime(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000-0700")
}

func isoTime(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

func hexText(b []byte) string { return hex.EncodeToString(b) }
