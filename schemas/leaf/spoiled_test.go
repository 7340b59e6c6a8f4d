package leaf

import (
	"fmt"
	"strings"
)

// spoil makes bytes to be refused out of accepted ones: in the vector named of, old becomes new; with no old, new is
// all.
type spoil struct {
	name, of, old, new string
	reason             string // part of our error
	answer             string // where it is not "refused"
}

const (
	eventLo = `"lo":"2026-05-04T09:15:01.873Z"`
	eventHi = `"hi":"2026-05-04T09:15:01.873Z"`
)

var (
	mediaHex = fmt.Sprintf("%x", Sum([]byte("media bytes")))
	deepBody = strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20)
)

var spoiled = []spoil{
	// Canonical form.
	{name: "empty", of: "minimal", reason: "does not begin"},
	{name: "list", of: "minimal", new: `[1]`, reason: "does not begin"},
	{name: "not-json", of: "minimal", new: `{"at"`, reason: "no colon"},
	{name: "byte-order-mark", of: "minimal", old: `{"at"`, new: "\xef\xbb\xbf" + `{"at"`, reason: "does not begin"},
	{name: "newline-after", of: "minimal", old: `"v":1}`, new: `"v":1}` + "\n", reason: "after the object"},
	{name: "second-value", of: "minimal", old: `"v":1}`, new: `"v":1}{}`, reason: "after the object"},
	{name: "space", of: "minimal", old: `"v":1`, new: `"v": 1`, reason: "whitespace"},
	{name: "space-before-comma", of: "minimal", old: `"epoch":7,`, new: `"epoch":7 ,`, reason: "neither a comma"},
	{name: "trailing-comma", of: "minimal", old: `"v":1}`, new: `"v":1,}`, reason: "no member name"},
	{name: "order", of: "minimal", old: `"seq":1,"shard":3`, new: `"shard":3,"seq":1`, reason: "ascending"},
	{name: "duplicate", of: "minimal", old: `"seq":1`, new: `"seq":1,"seq":1`, reason: "twice"},
	{name: "float", of: "minimal", old: `"seq":1`, new: `"seq":1.0`, reason: "no integer"},
	{name: "exponent", of: "minimal", old: `"seq":1`, new: `"seq":1e0`, reason: "no integer"},
	{name: "leading-zero", of: "minimal", old: `"seq":1`, new: `"seq":01`, reason: "leading zeros"},
	{name: "plus", of: "minimal", old: `"seq":1`, new: `"seq":+1`, reason: "no value"},
	{name: "minus-zero", of: "minimal", old: `"epoch":7`, new: `"epoch":-0`, reason: "minus zero"},
	{name: "above-2^53", of: "minimal", old: `"epoch":7`, new: `"epoch":9007199254740993`, reason: "2^53"},
	{name: "huge", of: "minimal", old: `"epoch":7`, new: `"epoch":` + strings.Repeat("9", 400), reason: "2^53"},
	{name: "null", of: "minimal", old: `"epoch":7`, new: `"epoch":null`, reason: "null"},
	{name: "not-a-number", of: "minimal", old: `"epoch":7`, new: `"epoch":NaN`, reason: "no value"},
	{name: "boolean", of: "minimal", old: `"epoch":7`, new: `"epoch":true`, reason: "not of the form count"},
	{name: "escaped-letter", of: "minimal", old: `"kind":"event"`, new: `"kind":"\u0065vent"`, reason: "escape"},
	{name: "escaped-name", of: "minimal", old: `"kind"`, new: `"k\u0069nd"`, reason: "escape"},
	{name: "upper-case-escape", of: "regime", old: `\\u0007`, new: `\u001F`, reason: "escape"},
	{name: "long-escape-of-newline", of: "regime", old: `\\u0007`, new: `\u000a`, reason: "escape"},
	{name: "escaped-solidus", of: "regime", old: `\\u0007`, new: `\/`, reason: "escape"},
	{name: "raw-control", of: "regime", old: `\\u0007`, new: "\x07", reason: "control character"},
	{name: "lone-surrogate", of: "regime", old: `\\u0007`, new: `\ud800`, reason: "escape"},
	{name: "surrogate-pair", of: "regime", old: `\\u0007`, new: `\ud83d\ude00`, reason: "escape"},
	{name: "surrogate-in-utf8", of: "regime", old: `ü`, new: "\xed\xa0\x80", reason: "UTF-8"},
	{name: "invalid-utf8", of: "regime", old: `ü`, new: "\xff", reason: "UTF-8"},
	{name: "overlong-utf8", of: "regime", old: `ü`, new: "\xc0\xaf", reason: "UTF-8"},
	{name: "non-ascii-name", of: "minimal", old: `"v":1`, new: `"v":1,"ü":1`, reason: "ASCII"},
	{name: "too-deep", of: "minimal", old: `"body":{}`, new: `"body":` + deepBody, reason: "deep"},
	{name: "too-large", of: "minimal", old: `"body":{}`, new: `"body":{"topic":"` + strings.Repeat("x", MaxBytes) + `"}`, reason: "longer"},
	// Members.
	{name: "unknown-member", of: "minimal", old: `"v":1`, new: `"v":1,"w":1`, reason: "not one of leaf"},
	{name: "unknown-body-member", of: "minimal", old: `"body":{}`, new: `"body":{"name":"x"}`, reason: "not one of event"},
	{name: "case", of: "minimal", old: `"at"`, new: `"At"`, reason: "not one of leaf"},
	{name: "missing-at", of: "minimal", old: `"at":"2026-05-04T09:15:02.118Z",`, reason: "at is missing"},
	{name: "missing-body", of: "minimal", old: `"body":{},`, reason: "body is missing"},
	{name: "missing-v", of: "minimal", old: `,"v":1`, reason: "no version"},
	{name: "missing-in-body", of: "alert", old: `"rule":"drift",`, reason: "rule is missing"},
	{name: "two-bodies", of: "minimal", old: `"body":{}`, new: `"body":{},"event":{}`, reason: "ascending"},
	{name: "two-bodies-in-order", of: "minimal", old: `"body":{}`, new: `"body":{},"body2":{}`, reason: "not one of leaf"},
	{name: "body-of-another-kind", of: "alert", old: `"kind":"alert"`, new: `"kind":"cohort"`, reason: "not one of cohort"},
	{name: "body-is-text", of: "minimal", old: `"body":{}`, new: `"body":""`, reason: "not of the form object"},
	{name: "number-as-text", of: "minimal", old: `"seq":1`, new: `"seq":"1"`, reason: "form positive"},
	{name: "text-as-number", of: "event", old: `"topic":"customer.start"`, new: `"topic":1`, reason: "form token"},
	{name: "empty-text", of: "event", old: `"topic":"customer.start"`, new: `"topic":""`, reason: "form token"},
	{name: "empty-list", of: "minimal", old: `"epoch":7`, new: `"epoch":7,"evidence":[]`, reason: "empty list"},
	// Forms.
	{name: "beyond-the-alphabet", of: "event", old: `customer.start`, new: `jane@example.com`, reason: "form token"},
	{name: "id-with-space", of: "event", old: `"p-1"`, new: `"p 1"`, reason: "form id"},
	{name: "token-too-long", of: "maximal", old: strings.Repeat("x", 128) + `","disconnect_type`, new: strings.Repeat("x", 129) + `","disconnect_type`, reason: "form token"},
	{name: "hash-in-upper-case", of: "inspection", old: mediaHex, new: strings.ToUpper(mediaHex), reason: "form hash"},
	{name: "hash-too-long", of: "alert", old: `"finding":"`, new: `"finding":"a`, reason: "form hash"},
	{name: "hash-short", of: "event", old: `"evidence":["`, new: `"evidence":["00","`, reason: "form hash"},
	{name: "plain-user", of: "event", old: `"user":"`, new: `"user":"x`, reason: "form commitment"},
	{name: "entity-prefix", of: "minimal", old: `conversation:c-42`, new: `person:c-42`, reason: "form entity"},
	{name: "entity-bare", of: "minimal", old: `conversation:c-42`, new: `conversation:`, reason: "form entity"},
	{name: "cohort-not-a-hash", of: "minimal", old: `conversation:c-42`, new: `cohort:c-42`, reason: "form entity"},
	{name: "word", of: "lock", old: `"UNKNOWN"`, new: `"unknown"`, reason: "form word"},
	{name: "clock", of: "event", old: `"genesys-cloud"`, new: `"sundial"`, reason: "form word"},
	{name: "label", of: "object", old: `"late"`, new: `"early"`, reason: "form word"},
	{name: "labels-order", of: "object", old: `["late","unpinned"]`, new: `["unpinned","late"]`, reason: "ascending"},
	{name: "labels-twice", of: "object", old: `["late","unpinned"]`, new: `["late","late"]`, reason: "ascending"},
	{name: "feb-30", of: "minimal", old: `2026-05-04T09`, new: `2026-02-30T09`, reason: "form time"},
	{name: "feb-29", of: "minimal", old: `2026-05-04T09`, new: `2025-02-29T09`, reason: "form time"},
	{name: "lower-case-z", of: "minimal", old: `.118Z`, new: `.118z`, reason: "form time"},
	{name: "time-without-ms", of: "minimal", old: `.118Z`, new: `Z`, reason: "form time"},
	{name: "time-offset", of: "minimal", old: `.118Z`, new: `.118+00:00`, reason: "form time"},
	{name: "leap-second", of: "minimal", old: `:02.118Z`, new: `:60.118Z`, reason: "form time"},
	{name: "year-1969", of: "minimal", old: `2026-05-04T09`, new: `1969-05-04T09`, reason: "form time"},
	{name: "time-text", of: "event", old: `"text":"2026`, new: `"text":"Mon 2026`, reason: "form time text"},
	{name: "zone", of: "event", old: `"zone":"UTC"`, new: `"zone":"+24:00"`, reason: "form zone"},
	{name: "size-negative", of: "object", old: `"size":1048576`, new: `"size":-1`, reason: "form count"},
	{name: "shard-too-large", of: "minimal", old: `"shard":3`, new: `"shard":2147483648`, reason: "form shard"},
	// Rules.
	{name: "prev-with-seq-1", of: "event", old: `"seq":2`, new: `"seq":1`, reason: "prev"},
	{name: "no-prev-with-seq-2", of: "minimal", old: `"seq":1`, new: `"seq":2`, reason: "prev"},
	{name: "seq-0", of: "minimal", old: `"seq":1`, new: `"seq":0`, reason: "form positive"},
	{name: "lo-alone", of: "event", old: eventHi + `,`, reason: "lo without hi"},
	{name: "no-bounds", of: "event", old: `,` + eventHi + `,` + eventLo, reason: "refused stands"},
	{name: "bounds-and-refused", of: "event", old: eventLo, new: eventLo + `,"refused":"why"`, reason: "refused stands"},
	{name: "lo-after-hi", of: "event", old: eventLo, new: `"lo":"2026-05-04T09:15:01.874Z"`, reason: "lo is after hi"},
	{name: "text-and-hash", of: "object", old: `"text_sha256"`, new: `"text":"1","text_sha256"`, reason: "text and its hash"},
	{name: "offset-bounds", of: "verdict", old: `"lo_ms":719541`, new: `"lo_ms":720541`, reason: "lo_ms"},
	{name: "rest-after-short-list", of: "inspection-export", old: `"aliases":["recorded_start_time=startTime"]`,
		new: `"aliases":["recorded_start_time=startTime"],"aliases_more":{"count":1,"sha256":"` + strings.Repeat("0", 64) + `"}`, reason: "full list"},
	{name: "rest-of-none", of: "cut-lists", old: `"aliases_more":{"count":32`, new: `"aliases_more":{"count":0`, reason: "form positive"},
	{name: "evidence-more-alone", of: "event", old: `"index"`, new: `"evidence_more":1,"index"`, reason: "full list"},
	{name: "regime-of-another-document", of: "regime", old: `\"fold\":1`, new: `\"fold\":2`, reason: "not regime"},
	{name: "document-not-canonical", of: "regime", old: `\"fold\":1`, new: `\"fold\": 1`, reason: "form document"},
	// What this version does not know.
	{name: "version-2", of: "minimal", old: `"v":1`, new: `"v":2`, answer: "unknown-version", reason: "unknown version"},
	{name: "version-2-new-members", of: "minimal", new: `{"v":2,"x":true}`, answer: "unknown-version", reason: "unknown version"},
	{name: "version-0", of: "minimal", old: `"v":1`, new: `"v":0`, reason: "no version"},
	{name: "reserved-kind", of: "minimal", old: `"kind":"event"`, new: `"kind":"anchor"`, answer: "unknown-kind", reason: "unknown kind"},
	{name: "unknown-kind", of: "alert", old: `"kind":"alert"`, new: `"kind":"omen"`, answer: "unknown-kind", reason: "unknown kind"},
	{name: "unknown-kind-bad-seq", of: "minimal", old: `"kind":"event","regime"`, new: `"kind":"omen","prev":"x","regime"`, reason: "form hash"},
	{name: "kind-not-a-name", of: "minimal", old: `"kind":"event"`, new: `"kind":"Event"`, reason: "form kind"},
	{name: "leaf-as-marker", of: "marker", new: `{"count":0,"epoch":0,"first":0,"kind":"event","shard":0,"shards":1,"v":1}`, reason: "not one of marker"},
	{name: "marker-as-leaf", of: "minimal", new: `{"count":0,"epoch":0,"first":0,"shard":0,"shards":1,"v":1}`, reason: "not one of leaf"},
	{name: "marker-shard", of: "marker", old: `"shard":3`, new: `"shard":6`, reason: "below shards"},
	{name: "marker-empty-through", of: "marker-minimal", old: `"shards":1`, new: `"shards":1,"through":{}`, reason: "not an object with a member"},
	{name: "marker-source", of: "marker", old: `"s3":`, new: `"s4":`, reason: "not a source"},
	{name: "marker-through-nothing", of: "marker", old: `"s3":"2026-05-04T09:15:02.118Z"`, new: `"s3":"1970-01-01T00:00:00.000Z"`, reason: "after 1970 began"},
	{name: "marker-version-2", of: "marker", old: `"v":1`, new: `"v":2`, answer: "unknown-version", reason: "unknown version"},
}
