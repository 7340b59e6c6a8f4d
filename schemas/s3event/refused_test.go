package s3event

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// refusal is bytes, and what must be said of them.
type refusal struct {
	name               string
	raw                []byte
	code, pointer, why string
}

// records is a direct message of n small records.
func records(n int) []byte {
	return []byte(`{"Records":[` + strings.TrimSuffix(strings.Repeat(small+",", n), ",") + `]}`)
}

func noMessages(t *testing.T) []refusal {
	direct, sns := sample(t, "direct"), sample(t, "sns")
	return []refusal{
		{"empty", nil, "json-syntax", "", ""},
		{"no JSON", []byte("hello"), "json-syntax", "", ""},
		{"array", []byte("[]"), CodeShape, "", "no JSON object"},
		{"null", []byte("null"), CodeShape, "", "no JSON object"},
		{"another object", []byte(`{"a":1}`), CodeShape, "", "neither"},
		{"another test", []byte(`{"Event":"s3:Else"}`), CodeShape, "", "neither"},
		{"test of another type", []byte(`{"Event":1}`), CodeShape, "", "neither"},
		{"case twins", []byte(`{"Records":[],"records":[]}`), "json-duplicate", "", ""},
		{"two shapes", set(t, direct, "/detail-type", "Object Created"), CodeShape, "", "two shapes"},
		{"records in sns", set(t, sns, "/Records", []any{}), CodeShape, "", "two shapes"},
		{"too large", append(bytes.Clone(direct), bytes.Repeat([]byte(" "), MaxMessage)...), "json-size", "", ""},
		{"too deep", []byte(strings.Repeat("[", 100) + strings.Repeat("]", 100)), "json-depth", "", ""},
		{"no records", []byte(`{"Records":[]}`), CodeRecords, "/Records", "no record"},
		{"records no array", []byte(`{"Records":{}}`), CodeShape, "/Records", "no JSON array"},
		{"too many records", records(MaxRecords + 1), CodeRecords, "/Records", "more than 1000"},
		{"second record broken", []byte(`{"Records":[` + small + `,{}]}`), CodeKey, "/Records/1/s3/object/key", "empty"},
	}
}

func noRecords(t *testing.T) []refusal {
	direct, object := sample(t, "direct"), "/Records/0/s3/object"
	return []refusal{
		{"record no object", []byte(`{"Records":[1]}`), CodeField, "/Records/0", "no JSON object"},
		{"major 3", set(t, direct, "/Records/0/eventVersion", "3.0"), CodeVersion, "/Records/0/eventVersion", "other than 2"},
		{"major 20", set(t, direct, "/Records/0/eventVersion", "20.1"), CodeVersion, "/Records/0/eventVersion", "other than 2"},
		{"another source", set(t, direct, "/Records/0/eventSource", "aws:sqs"), CodeSource, "/Records/0/eventSource", "no S3"},
		{"no name", set(t, direct, "/Records/0/eventName", nil), CodeField, "/Records/0/eventName", "no event name"},
		{"no bucket", set(t, direct, "/Records/0/s3/bucket/name", nil), CodeField, "/Records/0/s3/bucket/name", "no bucket name"},
		{"hostile bucket", set(t, direct, "/Records/0/s3/bucket/name", "b/../c?acl"), CodeField, "/Records/0/s3/bucket/name", "no bucket name"},
		{"no s3", set(t, direct, "/Records/0/s3", nil), CodeKey, object + "/key", "empty"},
		{"s3 a string", set(t, direct, "/Records/0/s3", "x"), CodeField, "/Records/0/s3", "no JSON object"},
		{"no key", set(t, direct, object+"/key", nil), CodeKey, object + "/key", "empty"},
		{"key a number", set(t, direct, object+"/key", 1), CodeField, object + "/key", "no JSON string"},
		{"key half a percent", set(t, direct, object+"/key", "a%2"), CodeKey, object + "/key", "byte 1"},
		{"key bad percent", set(t, direct, object+"/key", "a%zz"), CodeKey, object + "/key", "byte 1"},
		{"key no UTF-8", set(t, direct, object+"/key", "a%ff"), CodeKey, object + "/key", "UTF-8"},
		{"key too long", set(t, direct, object+"/key", strings.Repeat("a", 1025)), CodeKey, object + "/key", "1025 bytes"},
		{"size negative", set(t, direct, object+"/size", -1), CodeField, object + "/size", "whole number"},
		{"size a float", set(t, direct, object+"/size", 1.5), CodeField, object + "/size", "whole number"},
		{"size a string", set(t, direct, object+"/size", "5"), CodeField, object + "/size", "whole number"},
		{"size beyond", []byte(strings.Replace(string(direct), "184221", "99999999999999999999", 1)), CodeField, object + "/size", "whole number"},
		{"version too long", set(t, direct, object+"/versionId", strings.Repeat("v", 1025)), CodeField, object + "/versionId", "1025 bytes"},
		{"time an object", set(t, direct, "/Records/0/eventTime", map[string]any{}), CodeField, "/Records/0/eventTime", "no time"},
		{"principal no object", set(t, direct, "/Records/0/userIdentity", "me"), CodeField, "/Records/0/userIdentity", "no JSON object"},
	}
}

func noWrappings(t *testing.T) []refusal {
	bridge, sns := sample(t, "eventbridge"), sample(t, "sns")
	return []refusal{
		{"another service", set(t, bridge, "/source", "aws.ec2"), CodeSource, "/source", "not aws.s3"},
		{"a Genesys event", []byte(`{"detail-type":"v2.detail.events.conversation.{id}.user.end","source":"aws.partner/genesys.com/x","detail":{}}`), CodeSource, "/source", "not aws.s3"},
		{"cloudtrail", set(t, bridge, "/detail-type", "AWS API Call via CloudTrail"), CodeSource, "/detail-type", "not of an object"},
		{"detail version", set(t, bridge, "/detail/version", "1"), CodeVersion, "/detail/version", "other than 0"},
		{"event-version", set(t, bridge, "/detail/event-version", "2.0"), CodeVersion, "/detail/event-version", "other than 1"},
		{"no detail", set(t, bridge, "/detail", nil), CodeKey, "/detail/object/key", "empty"},
		{"sns to be confirmed", set(t, sns, "/Type", "SubscriptionConfirmation"), CodeShape, "/Type", "confirm"},
		{"sns with no text", set(t, sns, "/Message", map[string]any{}), CodeField, "/Message", "no JSON string"},
		{"sns with prose", set(t, sns, "/Message", "hello"), "json-syntax", "", "in the string at /Message"},
		{"sns in sns", set(t, sns, "/Message", string(sns)), CodeShape, "", "within an SNS"},
	}
}

// What is refused, with its code and place: the dead letter's only explanation to the person who has to mend it.
func TestRefused(t *testing.T) {
	for _, c := range slices.Concat(noMessages(t), noRecords(t), noWrappings(t)) {
		m, err := Parse(c.raw)
		var refused *Refused
		if !errors.As(err, &refused) {
			t.Errorf("%s: %+v, %v; want a refusal", c.name, m, err)
			continue
		}
		if refused.Code != c.code || refused.Pointer != c.pointer && !strings.HasPrefix(c.code, "json-") || !strings.Contains(refused.Error(), c.why) {
			t.Errorf("%s: %s at %q: %s; want %s at %q: %s", c.name, refused.Code, refused.Pointer, refused.Reason, c.code, c.pointer, c.why)
		}
	}
	if m, err := Parse(records(MaxRecords)); err != nil || len(m.Notifications) != MaxRecords || m.Notifications[999].Index != 999 {
		t.Errorf("a thousand records: %d, %v", len(m.Notifications), err)
	}
}
