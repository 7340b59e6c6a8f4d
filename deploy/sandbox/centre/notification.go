package centre

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"holdfast.example/deploy/sandbox/truth"
)

// Names of what happened, as S3 writes them without its prefix.
const (
	createdPut    = "ObjectCreated:Put"
	markerCreated = "ObjectRemoved:DeleteMarkerCreated"
)

// notice is one thing to announce.
type notice struct {
	world     *truth.World
	object    *truth.Object
	event     string
	version   string
	sequencer string
	atMS      int64
}

// write writes the notice in a shape.
func (n notice) write(s truth.Shape) []byte {
	switch s {
	case truth.SNS:
		return n.sns()
	case truth.Bridge:
		return n.bridge()
	case truth.VersityLike:
		return n.versity()
	case truth.MotoLike:
		return n.moto()
	}
	return n.direct()
}

// encodeKey writes a key as S3's notifications do: form-encoded, except the slashes.
func encodeKey(key string) string {
	return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
}

func (n notice) direct() []byte {
	object := fmt.Sprintf(`{"key":%q,"size":%d,"eTag":%q,"versionId":%q,"sequencer":%q}`,
		encodeKey(n.object.Key), len(n.object.Body), n.object.ETag, n.version, n.sequencer)
	if n.event == markerCreated {
		object = fmt.Sprintf(`{"key":%q,"eTag":"d41d8cd98f00b204e9800998ecf8427e","versionId":%q,"sequencer":%q}`,
			encodeKey(n.object.Key), n.version, n.sequencer)
	}
	return fmt.Appendf(nil, `{"Records":[{"eventVersion":"2.5","eventSource":"aws:s3","awsRegion":"eu-west-2","eventTime":%q,`+
		`"eventName":%q,"userIdentity":{"principalId":%q},"requestParameters":{"sourceIPAddress":"198.51.100.4"},`+
		`"responseElements":{"x-amz-request-id":"REQ%s","x-amz-id-2":"ID2"},"s3":{"s3SchemaVersion":"1.0","configurationId":"custody",`+
		`"bucket":{"name":%q,"ownerIdentity":{"principalId":"A1"},"arn":"arn:aws:s3:::%s"},"object":%s}}]}`,
		isoTime(n.atMS), n.event, n.world.Principal, n.sequencer, n.world.Bucket, n.world.Bucket, object)
}

func (n notice) sns() []byte {
	message, err := json.Marshal(string(n.direct()))
	if err != nil {
		panic(err) // a string always encodes
	}
	return fmt.Appendf(nil, `{"Type":"Notification","MessageId":"sns-%s","TopicArn":"arn:aws:sns:eu-west-2:123456789012:hold-bucket","Subject":"Amazon S3 Notification","Message":%s,"Timestamp":%q,"SignatureVersion":"1"}`,
		n.sequencer, message, isoTime(n.atMS+180))
}

func (n notice) bridge() []byte {
	return fmt.Appendf(nil, `{"version":"0","id":"17e50000-0000-4000-8000-%s","detail-type":"Object Created","source":"aws.s3","account":"123456789012",`+
		`"time":%q,"region":"eu-west-2","resources":["arn:aws:s3:::%s"],"detail":{"version":"0","bucket":{"name":%q},`+
		`"object":{"key":%q,"size":%d,"etag":%q,"version-id":%q,"sequencer":%q},"request-id":"REQ%s","requester":%q,`+
		`"source-ip-address":"198.51.100.4","reason":"PutObject"}}`,
		n.sequencer[:12], wholeSeconds(n.atMS), n.world.Bucket, n.world.Bucket, n.object.Key, len(n.object.Body), n.object.ETag,
		n.version, n.sequencer, n.sequencer, n.world.Principal)
}

// versity is what the embedded gateway itself was seen to send: prefix s3:, a plain key, quotes around the ETag, an ARN
// with the key, whole seconds, no version, and a counter for a sequencer.
func (n notice) versity() []byte {
	return fmt.Appendf(nil, `{"Records":[{"eventVersion":"2.2","eventSource":"aws:s3","awsRegion":"eu-west-2","eventTime":%q,`+
		`"eventName":"s3:%s","userIdentity":{"PrincipalId":%q},"requestParameters":{"sourceIPAddress":"127.0.0.1"},`+
		`"responseElements":{"x-amz-request-id":"","x-amz-id-2":""},"s3":{"s3SchemaVersion":"1.0","configurationId":"vgw-global",`+
		`"bucket":{"name":%q,"ownerIdentity":{"principalId":"A1"},"arn":"arn:aws:s3:::%s/%s"},`+
		`"object":{"key":%q,"size":%d,"eTag":%q,"versionId":null,"sequencer":%q}}}]}`,
		wholeSeconds(n.atMS), n.event, n.world.Principal, n.world.Bucket, n.world.Bucket, n.object.Key,
		n.object.Key, len(n.object.Body), `"`+n.object.ETag+`"`, n.sequencer)
}

// moto is what the moto server was seen to send: slashes encoded, and no version, sequencer or sender.
func (n notice) moto() []byte {
	return fmt.Appendf(nil, `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-2","eventTime":%q,`+
		`"eventName":%q,"s3":{"s3SchemaVersion":"1.0","configurationId":"custody","bucket":{"name":%q,"arn":"arn:aws:s3:::%s"},`+
		`"object":{"key":%q,"size":%d,"eTag":%q}}}]}`,
		isoTime(n.atMS), n.event, n.world.Bucket, n.world.Bucket, url.QueryEscape(n.object.Key), len(n.object.Body), n.object.ETag)
}

func wholeSeconds(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05Z") }

func testNotification(w *truth.World) []byte {
	return fmt.Appendf(nil, `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-05-01T00:00:00.000Z","Bucket":%q,"RequestId":"R0","HostId":"H0"}`, w.Bucket)
}
