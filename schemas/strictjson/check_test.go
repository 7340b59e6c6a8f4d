package strictjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"holdfast.example/schemas/strictjson"
)

// Every rule of the package comment, by one text that breaks it: the code is what dead letters are counted by, offset
// and pointer are what a person looks the place up by.
func TestRefused(t *testing.T) {
	deep := strings.Repeat("[", 65) + strings.Repeat("]", 65)
	for _, tt := range []struct {
		text    string
		code    string
		offset  int
		pointer string
	}{
		{``, strictjson.CodeSyntax, 0, ``},
		{`   `, strictjson.CodeSyntax, 3, ``},
		{"\xEF\xBB\xBF{}", strictjson.CodeBOM, 0, ``},
		{"[\xEF\xBB\xBF1]", strictjson.CodeSyntax, 1, `/0`},
		{`{} {}`, strictjson.CodeTrailing, 3, ``},
		{`1 "`, strictjson.CodeTrailing, 2, ``},
		{`{}]`, strictjson.CodeTrailing, 2, ``},
		{"{}\x00", strictjson.CodeTrailing, 2, ``},
		{"{\v}", strictjson.CodeSyntax, 1, ``},
		{"\u00a01", strictjson.CodeSyntax, 0, ``},
		{`{"a":1,}`, strictjson.CodeSyntax, 7, ``},
		{`{,}`, strictjson.CodeSyntax, 1, ``},
		{`{"a"}`, strictjson.CodeSyntax, 4, `/a`},
		{`{"a":}`, strictjson.CodeSyntax, 5, `/a`},
		{`{"a":1 "b":2}`, strictjson.CodeSyntax, 7, `/a`},
		{`{'a':1}`, strictjson.CodeSyntax, 1, ``},
		{`{a:1}`, strictjson.CodeSyntax, 1, ``},
		{`{"a":1`, strictjson.CodeSyntax, 6, `/a`},
		{`{`, strictjson.CodeSyntax, 1, ``},
		{`[1,]`, strictjson.CodeSyntax, 3, `/1`},
		{`[1 2]`, strictjson.CodeSyntax, 3, `/0`},
		{`[1 "2"]`, strictjson.CodeSyntax, 3, `/0`},
		{`[1,{"x/y":[0,{"~":tru}]}]`, strictjson.CodeSyntax, 18, `/1/x~1y/1/~0`},
		{`[nul]`, strictjson.CodeSyntax, 1, `/0`},
		{`[True]`, strictjson.CodeSyntax, 1, `/0`},
		{`[NaN]`, strictjson.CodeSyntax, 1, `/0`},
		{`[+1]`, strictjson.CodeSyntax, 1, `/0`},
		{`[01]`, strictjson.CodeSyntax, 2, `/0`},
		{`[-]`, strictjson.CodeSyntax, 2, `/0`},
		{`[-01]`, strictjson.CodeSyntax, 3, `/0`},
		{`[.5]`, strictjson.CodeSyntax, 1, `/0`},
		{`[5.]`, strictjson.CodeSyntax, 3, `/0`},
		{`[5.e1]`, strictjson.CodeSyntax, 3, `/0`},
		{`[5e]`, strictjson.CodeSyntax, 3, `/0`},
		{`[5e+]`, strictjson.CodeSyntax, 4, `/0`},
		{`[0x1]`, strictjson.CodeSyntax, 2, `/0`},
		{`["a`, strictjson.CodeSyntax, 3, `/0`},
		{`["\`, strictjson.CodeSyntax, 3, `/0`},
		{`["\"`, strictjson.CodeSyntax, 4, `/0`},
		{"[\"a\nb\"]", strictjson.CodeSyntax, 3, `/0`},
		{"[\"0123456789\x1f\"]", strictjson.CodeSyntax, 12, `/0`},
		{`["\x41"]`, strictjson.CodeSyntax, 2, `/0`},
		{`["\u12G4"]`, strictjson.CodeSyntax, 2, `/0`},
		{`["\u123`, strictjson.CodeSyntax, 2, `/0`},
		{"[\"\xff\"]", strictjson.CodeUTF8, 2, `/0`},
		{"[\"\xc0\xaf\"]", strictjson.CodeUTF8, 2, `/0`},     // overlong
		{"[\"\xed\xa0\x80\"]", strictjson.CodeUTF8, 2, `/0`}, // a surrogate in UTF-8
		{"[\"\xf4\x90\x80\x80\"]", strictjson.CodeUTF8, 2, `/0`},
		{"[\"abc\xe2\x82\"]", strictjson.CodeUTF8, 5, `/0`}, // cut short
		{"{\"k\xff\":1}", strictjson.CodeUTF8, 3, ``},
		{`["\ud800"]`, strictjson.CodeSurrogate, 2, `/0`},
		{`["\udc00"]`, strictjson.CodeSurrogate, 2, `/0`},
		{`["x\ud800\u0041"]`, strictjson.CodeSurrogate, 3, `/0`},
		{`["\ud800\ud800\udc00"]`, strictjson.CodeSurrogate, 2, `/0`},
		{`["\udc00\ud800"]`, strictjson.CodeSurrogate, 2, `/0`},
		{`{"\ud800":1,"\ud801":2}`, strictjson.CodeSurrogate, 2, ``},
		{`{"a":1,"a":2}`, strictjson.CodeDuplicate, 7, `/a`},
		{`{"conversationId":"a","ConversationID":"b"}`, strictjson.CodeDuplicate, 22, `/ConversationID`},
		{`{"a":{"x":[{"k":1,"\u004b":2}]}}`, strictjson.CodeDuplicate, 18, `/a/x/0/K`},
		{"{\"k\":1,\"\u212a\":2}", strictjson.CodeDuplicate, 7, `/\u212a`},       // Kelvin sign
		{"{\"s\":1,\"\u017f\":2}", strictjson.CodeDuplicate, 7, `/\u017f`},       // long s
		{"{\"\u03c3\":1,\"\\u03c2\":2}", strictjson.CodeDuplicate, 8, `/\u03c2`}, // sigma, final sigma
		{"{\"\U00010400\":1,\"\\ud801\\udc28\":2}", strictjson.CodeDuplicate, 10, `/\ud801\udc28`},
		{`{"a\nb":1,"A\u000aB":2}`, strictjson.CodeDuplicate, 10, `/A\u000aB`},
		{strings.Replace(many(100), `"k99"`, `"K7"`, 1), strictjson.CodeDuplicate, strings.Index(many(100), `"k99"`), `/K7`},
		{strings.Replace(many(1000), `"k999"`, `"\u006b500"`, 1), strictjson.CodeDuplicate, strings.Index(many(1000), `"k999"`), `/k500`},
		{`[` + many(50) + `,{"a":{"k1":0},"k1":1,"K1":2}]`, strictjson.CodeDuplicate, len(many(50)) + 23, `/1/K1`},
		{`{"x":0,"y":` + strings.Replace(many(100), `"k99"`, `"k3"`, 1) + `}`, strictjson.CodeDuplicate, 11 + strings.Index(many(100), `"k99"`), `/y/k3`},
		{`[` + strings.ReplaceAll(many(100), "k", "j") + `,` + strings.Replace(many(100), `"k99"`, `"K70"`, 1) + `]`, strictjson.CodeDuplicate, 2 + len(many(100)) + strings.Index(many(100), `"k99"`), `/1/K70`},
		{deep, strictjson.CodeDepth, 64, strings.Repeat("/0", 64)},
		{strings.Repeat(`{"a":`, 65), strictjson.CodeDepth, 64 * 5, strings.Repeat("/a", 64)},
		{many(1025), strictjson.CodeKeys, strings.Index(many(1025), `"k1024"`), `/k1024`},
		{`"` + strings.Repeat("x", 1<<20) + `"`, strictjson.CodeSize, 1 << 20, ``},
	} {
		err := strictjson.Check([]byte(tt.text), strictjson.Limits{})
		var e *strictjson.Error
		if !errors.As(err, &e) {
			t.Errorf("%.60q: got %v, want %s", tt.text, err, tt.code)
			continue
		}
		if e.Code != tt.code || e.Offset != tt.offset || e.Pointer != tt.pointer {
			t.Errorf("%.60q:\n got %s at %d in %q (%s)\nwant %s at %d in %q", tt.text, e.Code, e.Offset, e.Pointer, e.Reason, tt.code, tt.offset, tt.pointer)
		}
	}
}

// many returns an object of n members, k0 up.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"k%d":%d`, i, i)
	}
	return "{" + b.String()[1:] + "}"
}

// What is allowed, where a stricter reader could have refused: losing an event for one of these would be our fault.
func TestAllowed(t *testing.T) {
	for _, text := range []string{
		`0`, `-0`, `-0.0e-0`, `1E400`, `123456789012345678901234567890`, `1.7976931348623157e999`, `""`, `null`, "\t\r\n true \n",
		`{}`, `[]`, `{"":0}`, `{"":{"":0}}`, `["\u0000","\uFFFF","\ud83d\uDE00","\/","` + "\x7f\u0080\U0010ffff" + `"]`,
		`{"a":1,"b":2,"aa":3,"ab":4}`, `{"a":{"a":{"a":1}},"b":{"a":1}}`, `[{"a":1},{"a":1}]`,
		"{\"\u00e9\":1,\"e\u0301\":2}", // é as one and as two code points: two names
		"{\"@\":1,\"`\":2,\"[\":3,\"{\":4}",
		"{\"ss\":1,\"\u00df\":2}", // full folding would make them one, simple folding does not
		"{\"i\":1,\"\u0130\":2,\"\u0131\":3}",
		many(1024), strings.Repeat("[", 64) + strings.Repeat("]", 64), strings.Repeat(" ", 1<<20-1) + "1",
	} {
		if err := strictjson.Check([]byte(text), strictjson.Limits{}); err != nil {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}

// Limits are the caller's: each takes effect alone, at exactly its value.
func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		text string
		l    strictjson.Limits
		code string
	}{
		{`[1]`, strictjson.Limits{Bytes: 3}, ""},
		{`[1] `, strictjson.Limits{Bytes: 3}, strictjson.CodeSize},
		{`[[]]`, strictjson.Limits{Depth: 2}, ""},
		{`[[]]`, strictjson.Limits{Depth: 1}, strictjson.CodeDepth},
		{`{"a":1,"b":2}`, strictjson.Limits{Keys: 2}, ""},
		{`{"a":1,"b":2}`, strictjson.Limits{Keys: 1}, strictjson.CodeKeys},
		{many(5000), strictjson.Limits{Keys: 5000}, ""},
		{`{"a":1,"a":2}`, strictjson.Limits{Keys: 2}, strictjson.CodeDuplicate},
	} {
		err := strictjson.Check([]byte(tt.text), tt.l)
		var e *strictjson.Error
		if errors.As(err, &e) != (tt.code != "") || e != nil && e.Code != tt.code {
			t.Errorf("%.40q with %+v: got %v, want %q", tt.text, tt.l, err, tt.code)
		}
	}
}

// A pointer ends up in logs and dead letters: whatever the names, it is short and printable.
func TestPointerIsPrintable(t *testing.T) {
	text := "{\"" + strings.Repeat("\\u0000\u20ac\\\"", 300) + "\":tru}"
	var e *strictjson.Error
	if err := strictjson.Check([]byte(text), strictjson.Limits{}); !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	if len(e.Pointer) > 260 || strings.ContainsFunc(e.Pointer, func(r rune) bool { return r < ' ' || r > '~' }) {
		t.Errorf("pointer %q", e.Pointer)
	}
}

// event is a body of the size and shape that EventBridge delivers.
const event = `{"version":"0","id":"5d0f1c1e-8a55-4b0f-9a41-1d1f5a9e0001","detail-type":"v2.detail.events.conversation.{id}.user.end","source":"aws.partner/genesys.com/cloud/11111111-2222-4333-8444-555555555555/custody","account":"123456789012","time":"2026-05-04T09:27:10Z","region":"eu-west-2","resources":[],"detail":{"topicName":"v2.detail.events.conversation.c0ffee00-0000-4000-8000-000000000001.user.end","version":"2","eventBody":{"eventTime":1777886830512,"conversationId":"c0ffee00-0000-4000-8000-000000000001","participantId":"a0000000-0000-4000-8000-00000000000a","sessionId":"50000000-0000-4000-8000-00000000000a","disconnectType":"TRANSFER","mediaType":"MESSAGE","provider":"PureCloud Messaging","direction":"INBOUND","messageType":"WEBMESSAGING","userId":"e0000000-0000-4000-8000-00000000000a","divisionId":"d0000000-0000-4000-8000-000000000001","queueId":"90000000-0000-4000-8000-000000000001","interactingDurationMs":694262,"alertingDurationMs":0,"heldDurationMs":0},"metadata":{"CorrelationId":"7e3b6c0a-2c5c-4a0e-8a41-9b9f0f4c2a10"},"timestamp":"2026-05-04T09:27:10.588Z"}}`

// A pass that allocates would make the garbage collector the hot path's clock.
func TestCheckDoesNotAllocate(t *testing.T) {
	b := []byte(event)
	if n := testing.AllocsPerRun(100, func() {
		if err := strictjson.Check(b, strictjson.Limits{}); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for an event", n)
	}
}

// BenchmarkCheck: the goal is 200 MB/s on one core for event bodies. The others show what a hostile text can cost:
// objects of the most members, also with names alike but for one bit, and many small objects.
func BenchmarkCheck(b *testing.B) {
	alike := make([]string, 1024)
	for i := range alike {
		alike[i] = `"` + strings.NewReplacer("0", "@", "1", "`").Replace(fmt.Sprintf("%010b", i)) + `":0`
	}
	for _, bb := range []struct{ name, text string }{
		{"event", event},
		{"pretty", indent(event)},
		{"names", many(1024)},
		{"alike", "{" + strings.Join(alike, ",") + "}"},
		{"objects", "[" + strings.Repeat(`{"a":1,"b":2},`, 10000) + "0]"},
		{"nonascii", `{"text":"` + strings.Repeat("Grüße aus Köln, 日本語 ", 200) + `"}`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			text := []byte(bb.text)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if err := strictjson.Check(text, strictjson.Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func indent(s string) string {
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(s), "", "  "); err != nil {
		panic(err)
	}
	return out.String()
}

// BenchmarkValid is the yardstick: encoding/json's own pass over the same event, which checks the grammar only.
func BenchmarkValid(b *testing.B) {
	text := []byte(event)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if !json.Valid(text) {
			b.Fatal("not valid")
		}
	}
}
