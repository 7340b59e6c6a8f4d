package centre

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"holdfast.example/deploy/sandbox/truth"
)

// Doors of hostile payloads.
const (
	doorWebhook = "webhook"
	doorEvents  = "events queue"
	doorS3      = "S3 queue"
)

// hostile makes the payloads that must end as dead letters, and those that must not even come in.
func (m *maker) hostile() []*truth.Hostile {
	var out []*truth.Hostile
	add := func(name, door string, body []byte) {
		out = append(out, &truth.Hostile{Name: name, Door: door, Body: body})
	}
	v := &truth.Conversation{ID: m.id()}
	e := &truth.Event{Topic: "customer.start", AtMS: firstDay, ParticipantID: m.id(), SessionID: m.id(), MediaType: "MESSAGE"}
	good := func() string { return string(webhookBody(v, e, m.id())) }
	bridge := func() string { return string(bridgeBody(m.w, v, e, m.id(), m.id(), firstDay)) }
	with := func(text, old, replacement string) []byte {
		if !strings.Contains(text, old) {
			panic("hostile payload: nothing to replace: " + old)
		}
		return []byte(strings.Replace(text, old, replacement, 1))
	}
	add("a key twice, apart in case", doorWebhook, with(good(), `"version":"2"`, `"version":"2","Version":"2"`))
	add("a key twice, apart in case", doorEvents, with(bridge(), `"sessionId"`, `"SessionId":"x","sessionId"`))
	add("a lone surrogate", doorWebhook, with(good(), `"MESSAGE"`, `"MESS\ud800AGE"`))
	add("a lone surrogate", doorEvents, with(bridge(), `"MESSAGE"`, `"\udc00MESSAGE"`))
	add("bytes that are no UTF-8", doorWebhook, with(good(), `"MESSAGE"`, "\"MESS\xff\xfeAGE\""))
	deep := strings.Repeat("[", 200) + strings.Repeat("]", 200)
	add("nested 200 deep", doorWebhook, with(good(), `"version":"2"`, `"version":`+deep))
	add("nested 200 deep", doorS3, []byte(`{"Records":`+deep+`}`))
	other := strings.Replace(bridge(), "conversation."+v.ID, "conversation."+m.id(), 1)
	add("topic and body of two conversations", doorEvents, []byte(other))
	add("broken JSON", doorWebhook, []byte(good()[:90]))
	add("broken JSON", doorS3, []byte(`{"Records":[{"eventVersion":"2.5","eventSource":"aws:s3"`))
	for range m.between(0, 3) {
		add("broken JSON", doorEvents, []byte(bridge()[:m.between(20, 200)]))
	}
	add("a number beyond all measure", doorS3, with(string(notice{m.w, &truth.Object{Key: "x/y.opus", ETag: "e"}, createdPut, "v", "0064D3901D0000FF", firstDay}.direct()),
		`"size":0`, `"size":1e999999`))
	add("no notification at all", doorS3, fmt.Appendf(nil, `{"hello":%q}`, m.id()))
	m.w.Count(truth.HostilePayload, len(out))
	n := m.between(1, 3)
	for range n {
		out = append(out, &truth.Hostile{Name: "a bad signature", Door: doorWebhook, Body: []byte(good()), Refused: true, Status: http.StatusUnauthorized})
	}
	m.w.Count(truth.BadSignature, n)
	out = append(out, &truth.Hostile{Name: "larger than 1 MiB", Door: doorWebhook, Refused: true, Status: http.StatusRequestEntityTooLarge,
		Body: append(append([]byte(`{"x":"`), bytes.Repeat([]byte("x"), 1<<20)...), `"}`...)})
	return out
}
