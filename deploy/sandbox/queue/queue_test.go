package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"pgregory.net/rapid"
)

// These tests speak through the real SDK: what they hold is that holdfast's poller can be run against this endpoint
// and will meet there what it meets in SQS.

func start(t *testing.T) (*Server, *sqs.Client) {
	t.Helper()
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s, sqs.New(sqs.Options{
		Region: "eu-west-2", BaseEndpoint: aws.String(s.Endpoint), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	})
}

func create(t *testing.T, c *sqs.Client, name, visibility string) *string {
	t.Helper()
	out, err := c.CreateQueue(t.Context(), &sqs.CreateQueueInput{
		QueueName: &name, Attributes: map[string]string{"VisibilityTimeout": visibility},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.QueueUrl
}

func receive(t *testing.T, c *sqs.Client, url *string, wait int32) []types.Message {
	t.Helper()
	out, err := c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: wait,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

// A message not deleted in time must come again, and the handle of the first delivery must not delete it then: a
// poller that forgets to extend visibility has to be seen to redeliver.
func TestRedeliveryAndHandles(t *testing.T) {
	_, c := start(t)
	url := create(t, c, "q", "1")
	if _, err := c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("one")}); err != nil {
		t.Fatal(err)
	}
	first := receive(t, c, url, 5)
	if len(first) != 1 || aws.ToString(first[0].Body) != "one" || first[0].Attributes["ApproximateReceiveCount"] != "1" {
		t.Fatalf("first receive: %v", first)
	}
	if got := receive(t, c, url, 0); len(got) != 0 {
		t.Fatalf("a hidden message was shown: %v", got)
	}
	second := receive(t, c, url, 10) // waits until it reappears
	if len(second) != 1 || second[0].Attributes["ApproximateReceiveCount"] != "2" {
		t.Fatalf("redelivery: %v", second)
	}
	for i, m := range []types.Message{first[0], second[0]} {
		if _, err := c.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: m.ReceiptHandle}); err != nil {
			t.Fatal(err)
		}
		attrs, err := c.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
		if err != nil {
			t.Fatal(err)
		}
		left := attrs.Attributes["ApproximateNumberOfMessages"] + attrs.Attributes["ApproximateNumberOfMessagesNotVisible"]
		want := "01"
		if i == 1 {
			want = "00"
		}
		if left != want {
			t.Fatalf("visible and hidden after delete: %s, want %s", left, want)
		}
	}
}

// A long poll must return when a message arrives, not when its time is over.
func TestLongPollWakes(t *testing.T) {
	s, c := start(t)
	q := s.Create("q", DefaultVisibility)
	url := aws.String(s.URL(q))
	got := make(chan int, 1)
	go func() {
		out, err := c.ReceiveMessage(context.Background(), &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 20})
		if err != nil {
			got <- -1
			return
		}
		got <- len(out.Messages)
	}()
	q.Send("late")
	select {
	case n := <-got:
		if n != 1 {
			t.Fatalf("woke with %d", n)
		}
	case <-time.After(15 * time.Second):
		t.Fatal("a message lay there and the poll slept on")
	}
}

// In an outage every call fails with 503, a waiting receive too, and nothing that was sent meanwhile is lost or shown.
func TestOutage(t *testing.T) {
	s, c := start(t)
	q := s.Create("q", DefaultVisibility)
	url := aws.String(s.URL(q))
	fails := make(chan error, 1)
	go func() {
		_, err := c.ReceiveMessage(context.Background(), &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 20})
		fails <- err
	}()
	s.Outage(q, true)
	q.Send("during")
	select {
	case err := <-fails:
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != "ServiceUnavailable" {
			t.Fatalf("receive in an outage: %v", err)
		}
	case <-time.After(15 * time.Second):
		t.Fatal("the waiting receive did not end")
	}
	if _, err := c.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: url}); err == nil {
		t.Fatal("attributes were answered in an outage")
	}
	if s.Refused() < 2 {
		t.Fatalf("%d refusals counted", s.Refused())
	}
	s.Outage(q, false)
	if got := receive(t, c, url, 5); len(got) != 1 || aws.ToString(got[0].Body) != "during" {
		t.Fatalf("after the outage: %v", got)
	}
}

// Batches succeed entry by entry; limits are refused by the protocol's names.
func TestBatches(t *testing.T) {
	s, c := start(t)
	url := create(t, c, "q", "30")
	var entries []types.SendMessageBatchRequestEntry
	for i := range 10 {
		entries = append(entries, types.SendMessageBatchRequestEntry{Id: aws.String(fmt.Sprint(i)), MessageBody: aws.String(strings.Repeat("é", i+1))})
	}
	sent, err := c.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: url, Entries: entries})
	if err != nil || len(sent.Successful) != 10 {
		t.Fatalf("send: %v, %v", sent, err)
	}
	got := receive(t, c, url, 5)
	if len(got) != 10 {
		t.Fatalf("received %d", len(got))
	}
	var hide []types.ChangeMessageVisibilityBatchRequestEntry
	var gone []types.DeleteMessageBatchRequestEntry
	for i, m := range got {
		hide = append(hide, types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String(fmt.Sprint(i)), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 60})
		if i > 0 {
			gone = append(gone, types.DeleteMessageBatchRequestEntry{Id: aws.String(fmt.Sprint(i)), ReceiptHandle: m.ReceiptHandle})
		}
	}
	hide[3].ReceiptHandle = aws.String("stale")
	hidden, err := c.ChangeMessageVisibilityBatch(t.Context(), &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: url, Entries: hide})
	if err != nil || len(hidden.Successful) != 9 || len(hidden.Failed) != 1 {
		t.Fatalf("hide: %v, %v", hidden, err)
	}
	if _, err := c.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{QueueUrl: url, Entries: gone}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: url, ReceiptHandle: got[0].ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
	if again := receive(t, c, url, 5); len(again) != 1 || aws.ToString(again[0].MessageId) != aws.ToString(got[0].MessageId) {
		t.Fatalf("released: %v", again)
	}
	missing := aws.String(s.Endpoint + "/000000000000/none")
	if _, err := c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: missing}); err == nil {
		t.Fatal("a queue that is not there answered")
	} else if nf := (*types.QueueDoesNotExist)(nil); !errors.As(err, &nf) {
		t.Fatalf("a queue that is not there: %v", err)
	}
}

// Whatever is sent, received, deleted and released in any order: no message is lost before it is deleted, none comes
// back after, none is shown twice while hidden.
func TestQueueAgainstSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQueue("q", time.Hour)
		waiting, flight := map[string]bool{}, map[string]string{} // ids; id to handle
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"send", "receive", "delete", "release", "stale"}).Draw(t, "op") {
			case "send":
				waiting[q.Send("x")] = true
			case "receive":
				limit := rapid.IntRange(1, 10).Draw(t, "limit")
				got := q.Receive(context.Background(), limit, 0, -1)
				if want := min(limit, len(waiting)); len(got) != want {
					t.Fatalf("%d shown, want %d", len(got), want)
				}
				for _, m := range got {
					if !waiting[m.ID] {
						t.Fatalf("%s was not waiting", m.ID)
					}
					delete(waiting, m.ID)
					flight[m.ID] = m.Handle
				}
			case "delete":
				for id, h := range flight {
					if !q.Delete(h) || q.Delete(h) || q.Present(id) {
						t.Fatal("delete is not once and for all")
					}
					delete(flight, id)
					break
				}
			case "release":
				for id, h := range flight {
					if !q.Hide(h, 0) {
						t.Fatal("a message in flight was not found")
					}
					delete(flight, id)
					waiting[id] = true
					break
				}
			case "stale":
				if q.Delete("") || q.Delete("never") {
					t.Fatal("an unknown handle deleted something")
				}
			}
			if c := q.Counts(); c.Visible != len(waiting) || c.Hidden != len(flight) {
				t.Fatalf("%+v, want %d and %d", c, len(waiting), len(flight))
			}
		}
	})
}
