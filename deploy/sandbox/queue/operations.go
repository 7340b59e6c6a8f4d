package queue

import (
	"context"
	"crypto/md5" // the protocol's digest of a body, not a protection
	"encoding/hex"
	"net/http"
	"strconv"
	"time"
)

// request is the union of what the operations take. Field names are the protocol's.
type request struct {
	QueueName           string
	QueueURL            string `json:"QueueUrl"`
	Attributes          map[string]string
	AttributeNames      []string
	MessageBody         string
	ReceiptHandle       string
	MaxNumberOfMessages *int
	WaitTimeSeconds     *int
	VisibilityTimeout   *int
	Entries             []entry
}

type entry struct {
	ID                string `json:"Id"`
	MessageBody       string
	ReceiptHandle     string
	VisibilityTimeout *int
}

type message struct {
	MessageID     string `json:"MessageId"`
	ReceiptHandle string
	MD5OfBody     string
	Body          string
	Attributes    map[string]string
}

type sentEntry struct {
	ID               string `json:"Id"`
	MessageID        string `json:"MessageId"`
	MD5OfMessageBody string
}

type doneEntry struct {
	ID string `json:"Id"`
}

type failedEntry struct {
	ID          string `json:"Id"`
	Code        string
	Message     string
	SenderFault bool
}

type batchAnswer struct {
	Successful []any
	Failed     []failedEntry
}

var operations = map[string]func(*Server, *http.Request, *Queue, request) (any, error){
	"GetQueueUrl":                  (*Server).getQueueURL,
	"GetQueueAttributes":           (*Server).getQueueAttributes,
	"SendMessage":                  (*Server).sendMessage,
	"SendMessageBatch":             (*Server).sendMessageBatch,
	"ReceiveMessage":               (*Server).receiveMessage,
	"DeleteMessage":                (*Server).deleteMessage,
	"DeleteMessageBatch":           (*Server).deleteMessageBatch,
	"ChangeMessageVisibility":      (*Server).changeVisibility,
	"ChangeMessageVisibilityBatch": (*Server).changeVisibilityBatch,
}

func (s *Server) createQueue(in request) (any, error) {
	if in.QueueName == "" || len(in.QueueName) > 80 {
		return nil, refuse("InvalidParameterValue", "QueueName has from 1 to 80 characters")
	}
	visibility := DefaultVisibility
	if text, ok := in.Attributes["VisibilityTimeout"]; ok {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || time.Duration(n)*time.Second > MaxVisibility {
			return nil, refuse("InvalidAttributeValue", "VisibilityTimeout %q", text)
		}
		visibility = time.Duration(n) * time.Second
	}
	return map[string]string{"QueueUrl": s.URL(s.Create(in.QueueName, visibility))}, nil
}

func (s *Server) getQueueURL(_ *http.Request, q *Queue, _ request) (any, error) {
	return map[string]string{"QueueUrl": s.URL(q)}, nil
}

func (s *Server) getQueueAttributes(_ *http.Request, q *Queue, in request) (any, error) {
	c := q.Counts()
	all := map[string]string{
		"VisibilityTimeout":                     strconv.Itoa(int(q.visibility / time.Second)),
		"ApproximateNumberOfMessages":           strconv.Itoa(c.Visible),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(c.Hidden),
		"ApproximateNumberOfMessagesDelayed":    "0",
		"QueueArn":                              "arn:aws:sqs:eu-west-2:" + account + ":" + q.Name,
	}
	out := map[string]string{}
	for _, name := range in.AttributeNames {
		if name == "All" {
			out = all
			break
		}
		if v, ok := all[name]; ok {
			out[name] = v
		}
	}
	return map[string]any{"Attributes": out}, nil
}

func (s *Server) sendMessage(_ *http.Request, q *Queue, in request) (any, error) {
	if in.MessageBody == "" || len(in.MessageBody) > MaxBody {
		return nil, refuse("InvalidParameterValue", "MessageBody has from 1 to %d bytes", MaxBody)
	}
	return map[string]string{"MessageId": q.Send(in.MessageBody), "MD5OfMessageBody": digest(in.MessageBody)}, nil
}

func (s *Server) sendMessageBatch(_ *http.Request, q *Queue, in request) (any, error) {
	total := 0
	for _, e := range in.Entries {
		total += len(e.MessageBody)
	}
	if total > MaxBody {
		return nil, refuse("BatchRequestTooLong", "%d bytes, more than %d", total, MaxBody)
	}
	return batch(in.Entries, func(e entry) (any, *failedEntry) {
		if e.MessageBody == "" {
			return nil, &failedEntry{e.ID, "InvalidParameterValue", "an empty body", true}
		}
		return sentEntry{e.ID, q.Send(e.MessageBody), digest(e.MessageBody)}, nil
	})
}

func (s *Server) receiveMessage(r *http.Request, q *Queue, in request) (any, error) {
	limit, wait, visibility := 1, 0*time.Second, time.Duration(-1)
	if in.MaxNumberOfMessages != nil {
		limit = *in.MaxNumberOfMessages
	}
	if in.WaitTimeSeconds != nil {
		wait = time.Duration(*in.WaitTimeSeconds) * time.Second
	}
	if in.VisibilityTimeout != nil {
		visibility = time.Duration(*in.VisibilityTimeout) * time.Second
	}
	if limit < 1 || limit > MaxBatch || wait < 0 || wait > MaxWait || visibility > MaxVisibility {
		return nil, refuse("InvalidParameterValue", "1 to 10 messages, 0 to 20 seconds of wait")
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() {
		select {
		case <-s.closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	got := receiveInPieces(ctx, q, limit, wait, visibility)
	if len(got) == 0 && q.isDown() {
		return nil, s.unavailable()
	}
	out := make([]message, 0, len(got))
	for _, m := range got {
		out = append(out, message{m.ID, m.Handle, digest(m.Body), m.Body, map[string]string{
			"ApproximateReceiveCount":          strconv.Itoa(m.Receives),
			"SentTimestamp":                    strconv.FormatInt(m.SentMS, 10),
			"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.FirstMS, 10),
			"SenderId":                         account,
		}})
	}
	return map[string]any{"Messages": out}, nil
}

// receiveInPieces waits a second at a time, so that an outage ends a long poll.
func receiveInPieces(ctx context.Context, q *Queue, limit int, wait, visibility time.Duration) []Message {
	for {
		piece := min(wait, time.Second)
		if got := q.Receive(ctx, limit, piece, visibility); len(got) > 0 {
			return got
		}
		wait -= piece
		if wait <= 0 || ctx.Err() != nil || q.isDown() {
			return nil
		}
	}
}

func (s *Server) deleteMessage(_ *http.Request, q *Queue, in request) (any, error) {
	q.Delete(in.ReceiptHandle) // a handle that was overtaken is no error in SQS either
	return struct{}{}, nil
}

func (s *Server) deleteMessageBatch(_ *http.Request, q *Queue, in request) (any, error) {
	return batch(in.Entries, func(e entry) (any, *failedEntry) {
		q.Delete(e.ReceiptHandle)
		return doneEntry{e.ID}, nil
	})
}

func (s *Server) changeVisibility(_ *http.Request, q *Queue, in request) (any, error) {
	if in.VisibilityTimeout == nil || !q.Hide(in.ReceiptHandle, time.Duration(*in.VisibilityTimeout)*time.Second) {
		return nil, refuse("MessageNotInflight", "no message in flight under this handle")
	}
	return struct{}{}, nil
}

func (s *Server) changeVisibilityBatch(_ *http.Request, q *Queue, in request) (any, error) {
	return batch(in.Entries, func(e entry) (any, *failedEntry) {
		if e.VisibilityTimeout == nil || !q.Hide(e.ReceiptHandle, time.Duration(*e.VisibilityTimeout)*time.Second) {
			return nil, &failedEntry{e.ID, "MessageNotInflight", "no message in flight under this handle", true}
		}
		return doneEntry{e.ID}, nil
	})
}

func batch(entries []entry, one func(entry) (any, *failedEntry)) (any, error) {
	if len(entries) == 0 {
		return nil, refuse("EmptyBatchRequest", "no entries")
	}
	if len(entries) > MaxBatch {
		return nil, refuse("TooManyEntriesInBatchRequest", "%d entries, at most %d", len(entries), MaxBatch)
	}
	seen := map[string]bool{}
	for _, e := range entries {
		if seen[e.ID] {
			return nil, refuse("BatchEntryIdsNotDistinct", "id %q twice", e.ID)
		}
		seen[e.ID] = true
	}
	out := batchAnswer{Successful: []any{}, Failed: []failedEntry{}}
	for _, e := range entries {
		done, failed := one(e)
		if failed != nil {
			out.Failed = append(out.Failed, *failed)
			continue
		}
		out.Successful = append(out.Successful, done)
	}
	return out, nil
}

func digest(body string) string {
	sum := md5.Sum([]byte(body))
	return hex.EncodeToString(sum[:])
}
