package capture

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/twmb/franz-go/pkg/kerr"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// Times of the poller that are not settings.
const (
	receiveGrace  = 10 * time.Second // on top of the long poll, before a receive counts as failed
	pollBackoff   = 500 * time.Millisecond
	pollBackoffTo = 30 * time.Second
	callTimeout   = 20 * time.Second // of a delete, an extension, a release
	giveBack      = 5 * time.Second  // a message Kafka did not take is shown again after this
)

// poller empties one queue: one receive at a time, up to Queue.InFlight of them being written to Kafka meanwhile.
//
// One receive at a time is what makes an empty one mean something. Were two under way, the first could already have
// been given a message that the second no longer sees, while nobody here knows of it yet. For the same reason the
// library's retries are off for receives: an answer lost on the way takes its messages out of sight too, and must be
// seen to have been lost. What is out of sight through no fault of the queue holds the claim until hiddenUntil.
type poller struct {
	cfg      Queue
	api      *sqs.Client
	pub      *stream.Publisher
	keep     *journal
	observer Observer
	log      *slog.Logger
	drain    time.Duration

	handlers sync.WaitGroup
	slots    chan struct{}

	mu          sync.Mutex
	inFlight    int       // messages received and neither deleted nor given up
	hiddenUntil time.Time // until then a message we gave up may be out of sight
	crossed     bool      // said once that the queue carries the other source too
}

func openQueue(cfg Config, q Queue, conf aws.Config, pub *stream.Publisher, boots map[string]int64) part {
	p := newPoller(cfg, q, sqs.NewFromConfig(conf, func(o *sqs.Options) {
		if cfg.AWS.SQSEndpoint != "" {
			o.BaseEndpoint = aws.String(cfg.AWS.SQSEndpoint)
		}
	}), pub, boots)
	return part{name: "queue " + q.Name, door: q.Name, run: p.run, keep: []*journal{p.keep}}
}

func newPoller(cfg Config, q Queue, api *sqs.Client, pub *stream.Publisher, boots map[string]int64) *poller {
	source := schemas.SourceEvents
	if q.Carries == CarriesS3 {
		source = schemas.SourceS3
	}
	return &poller{cfg: q, api: api, pub: pub, observer: cfg.Observer, drain: cfg.DrainTimeout,
		keep: newJournal(cfg, pub, source, q.Name, boots, q.Visibility),
		log:  cfg.Logger.With(slog.String("queue", q.Name)), slots: make(chan struct{}, q.InFlight)}
}

// run polls until ctx ends, then waits for what is in hand.
func (p *poller) run(ctx context.Context) error {
	hands, drop := context.WithCancel(context.WithoutCancel(ctx))
	defer drop()
	backoff := time.Duration(0)
	for ctx.Err() == nil {
		select {
		case p.slots <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		messages, err := p.receive(ctx)
		if len(messages) == 0 {
			<-p.slots
		} else {
			p.handlers.Add(1)
			go p.handle(hands, messages, time.Now())
		}
		if err == nil {
			if backoff > 0 {
				p.log.Info("queue answers again")
			}
			backoff = 0
			continue
		}
		if ctx.Err() != nil {
			break
		}
		if backoff == 0 { // say it when it begins, not every time
			p.log.Error("queue cannot be read", slog.String("error", explainQueue(err, p.cfg.URL).Error()))
		}
		backoff = min(max(2*backoff, pollBackoff), pollBackoffTo)
		wait(ctx, jittered(backoff))
	}
	return p.drained(drop)
}

// drained waits for the handlers; what they have not finished by the drain timeout is given up and comes again.
func (p *poller) drained(drop context.CancelFunc) error {
	done := make(chan struct{})
	go func() { p.handlers.Wait(); close(done) }()
	t := time.NewTimer(p.drain)
	defer t.Stop()
	select {
	case <-done:
		return nil
	case <-t.C:
	}
	drop()
	<-done
	return fmt.Errorf("drain: messages were in hand after %v; the queue will deliver them again", p.drain)
}

// receive is one look at the queue.
func (p *poller) receive(ctx context.Context) ([]types.Message, error) {
	mark, clean := p.keep.mark(), p.clean()
	call, cancel := context.WithTimeout(ctx, p.cfg.Wait+receiveGrace)
	defer cancel()
	out, err := p.api.ReceiveMessage(call, &sqs.ReceiveMessageInput{
		QueueUrl:            aws.String(p.cfg.URL),
		MaxNumberOfMessages: queueBatch,
		WaitTimeSeconds:     int32(p.cfg.Wait / time.Second),
		VisibilityTimeout:   int32(p.cfg.Visibility / time.Second),
	}, func(o *sqs.Options) { o.Retryer = aws.NopRetryer{} })
	if err != nil {
		p.hidden(p.cfg.Visibility)
		if ctx.Err() == nil {
			p.keep.count(1, 0, 0, 1)
			p.observer.QueueFailed(p.cfg.Name, "receive")
		}
		return nil, err
	}
	n := len(out.Messages)
	if n == 0 {
		p.keep.count(1, 0, 1, 0)
		if clean {
			p.keep.claim(mark)
		}
		return nil, nil
	}
	p.keep.count(1, n, 0, 0)
	p.mu.Lock()
	p.inFlight += n
	p.mu.Unlock()
	p.observer.InHand(p.cfg.Name, n)
	return out.Messages, nil
}

// clean reports whether everything this instance ever received is either in Kafka or visible in the queue again.
// Only receive makes it false again, so it stays true while a receive is under way.
func (p *poller) clean() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inFlight == 0 && time.Now().After(p.hiddenUntil)
}

// hidden says that a message may be out of sight for d from now.
func (p *poller) hidden(d time.Duration) {
	until := time.Now().Add(d + visibilitySlop)
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.hiddenUntil) {
		p.hiddenUntil = until
	}
}

// handle brings one receive's messages into Kafka and deletes those that are acknowledged (W1).
func (p *poller) handle(ctx context.Context, messages []types.Message, at time.Time) {
	defer p.handlers.Done()
	defer func() { <-p.slots }()
	beat, stop := context.WithCancel(ctx)
	var extending sync.WaitGroup
	extending.Go(func() { p.extend(beat, messages) })

	stored := make([]bool, len(messages))
	var each sync.WaitGroup
	for i := range messages {
		// Each by itself, so that one that can never be stored takes no other with it; the publisher batches them.
		each.Go(func() { stored[i] = p.store(ctx, &messages[i], at) })
	}
	each.Wait()
	stop()
	extending.Wait()

	var done, left []types.Message
	for i, ok := range stored {
		if ok {
			done = append(done, messages[i])
		} else {
			left = append(left, messages[i])
		}
	}
	p.remove(ctx, done)
	p.release(ctx, left)
	p.mu.Lock()
	p.inFlight -= len(messages)
	p.mu.Unlock()
	p.observer.InHand(p.cfg.Name, -len(messages))
}

// store reports whether the message needs the queue no longer: it is in Kafka, or it is no fact.
func (p *poller) store(ctx context.Context, m *types.Message, at time.Time) bool {
	body := []byte(aws.ToString(m.Body))
	d, err := sortMessage(body, p.cfg.Carries, p.cfg.Explode)
	if err != nil {
		p.observer.Refused(p.cfg.Name, "explodes")
		p.log.Error("message left in the queue: it would become more bytes than explode allows; raise it, or let the queue's redrive policy take the message",
			slog.String("message_id", aws.ToString(m.MessageId)), slog.Int("size", len(body)))
		return false
	}
	if d.topic == "" {
		p.observer.Skipped(p.cfg.Name, "test-event")
		return true
	}
	p.cross(d.topic)
	from := schemas.Transport{Kind: schemas.TransportSQS, Instance: p.keep.instance, Boot: p.keep.boot,
		MessageID: clip(aws.ToString(m.MessageId)), Auth: schemas.AuthIAM}
	ctx, cancel := context.WithTimeout(ctx, p.cfg.AckTimeout)
	defer cancel()
	n := 0
	err = d.outputs(from, at, func(outs []stream.Output) error {
		n += len(outs)
		return sendUntil(ctx, p.pub, outs)
	})
	switch {
	case errors.Is(err, errUnfit):
		p.observer.Refused(p.cfg.Name, "too-large")
		p.log.Error("message left in the queue: it does not fit a record; let the queue's redrive policy take the message",
			slog.String("message_id", aws.ToString(m.MessageId)), slog.Int("size", len(body)), slog.String("error", err.Error()))
		return false
	case errors.Is(err, kerr.MessageTooLarge):
		p.observer.Refused(p.cfg.Name, "too-large")
		p.log.Error("message left in the queue: it is larger than the topic allows; raise max.message.bytes, or let the queue's redrive policy take the message",
			slog.String("message_id", aws.ToString(m.MessageId)), slog.Int("size", len(body)))
		return false
	case err != nil:
		p.observer.Refused(p.cfg.Name, "kafka")
		p.log.Warn("message given back to the queue", slog.String("error", err.Error()))
		return false
	}
	p.observer.Captured(p.cfg.Name, d.topic, n)
	return true
}

// cross counts a message of the source that this queue's progress does not speak for.
func (p *poller) cross(topic string) {
	own := schemas.TopicConversationEvents
	if p.cfg.Carries == CarriesS3 {
		own = schemas.TopicS3Notifications
	}
	if topic == own {
		return
	}
	p.observer.Crossed(p.cfg.Name, topic)
	p.mu.Lock()
	first := !p.crossed
	p.crossed = true
	p.mu.Unlock()
	if first {
		p.log.Warn("queue carries another source too; its messages are stored, but this queue's progress does not count for that source", slog.String("topic", topic))
	}
}

// extend keeps the messages hidden while Kafka has not acknowledged them. A failed extension loses nothing: the
// messages are delivered once more.
func (p *poller) extend(ctx context.Context, messages []types.Message) {
	tick := time.NewTicker(p.cfg.Visibility / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.visibility(ctx, messages, p.cfg.Visibility, "extend")
		}
	}
}

// release shows messages again after a moment, instead of after the whole visibility timeout.
func (p *poller) release(ctx context.Context, messages []types.Message) {
	if len(messages) == 0 {
		return
	}
	if p.visibility(context.WithoutCancel(ctx), messages, giveBack, "release") {
		p.hidden(giveBack)
	} else {
		p.hidden(p.cfg.Visibility)
	}
}

// visibility hides the messages for d from now, and reports whether all of them are.
func (p *poller) visibility(ctx context.Context, messages []types.Message, d time.Duration, operation string) bool {
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: aws.String(p.cfg.URL)}
	for i, m := range messages {
		in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: int32(d / time.Second)})
	}
	out, err := p.api.ChangeMessageVisibilityBatch(call, in)
	if err == nil && len(out.Failed) == 0 {
		return true
	}
	if ctx.Err() == nil {
		p.failed(operation, err)
	}
	return false
}

// remove deletes messages. One that is not deleted is delivered again: a duplicate with the same source_id.
func (p *poller) remove(ctx context.Context, messages []types.Message) {
	if len(messages) == 0 {
		return
	}
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	in := &sqs.DeleteMessageBatchInput{QueueUrl: aws.String(p.cfg.URL)}
	for i, m := range messages {
		in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle})
	}
	out, err := p.api.DeleteMessageBatch(call, in)
	if err != nil || len(out.Failed) > 0 {
		p.failed("delete", err)
	}
}

func (p *poller) failed(operation string, err error) {
	p.observer.QueueFailed(p.cfg.Name, operation)
	text := "the queue refused some of the messages"
	if err != nil {
		text = explainQueue(err, p.cfg.URL).Error()
	}
	p.log.Warn("queue call failed; messages will come again", slog.String("operation", operation), slog.String("error", text))
}
