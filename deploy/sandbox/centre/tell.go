package centre

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"time"

	"holdfast.example/deploy/sandbox/truth"
)

// Times of a sender, as Genesys documents them for its webhooks, shortened for a demo.
const (
	sendAttempts = 10
	sendPause    = time.Second
)

// tell sends a conversation's events in their order through its door, some of them twice.
func (p *player) tell(ctx context.Context, c *truth.Conversation) error {
	for _, e := range c.Events {
		if err := p.tellOne(ctx, c, e); err != nil {
			return fmt.Errorf("event %s of %s: %w", e.Topic, c.ID, err)
		}
		p.done.Events.Add(1)
	}
	p.done.Conversations.Add(1)
	return nil
}

func (p *player) tellOne(ctx context.Context, c *truth.Conversation, e *truth.Event) error {
	correlation := fmt.Sprintf("7e3b6c0a-2c5c-4a0e-8a41-%012x", p.number())
	if c.Door == truth.Webhook {
		body := webhookBody(c, e, correlation)
		e.Deliveries = append(e.Deliveries, body)
		if err := p.post(ctx, body); err != nil || e.Repeat != truth.WebhookRedelivery {
			return err
		}
		p.done.Repeated.Add(1)
		return p.post(ctx, body)
	}
	body := bridgeBody(p.w, c, e, fmt.Sprintf("5d0f1c1e-8a55-4b0f-9a41-%012x", p.number()), correlation, e.AtMS+64)
	e.Deliveries = append(e.Deliveries, body)
	id := p.enqueue(body)
	switch e.Repeat {
	case truth.Replay:
		// Months later, with a new envelope: the same event.
		again := bridgeBody(p.w, c, e, fmt.Sprintf("5d0f1c1e-8a55-4b0f-9a41-%012x", p.number()), correlation, e.AtMS+90*24*hour)
		e.Deliveries = append(e.Deliveries, again)
		p.enqueue(again)
		p.done.Repeated.Add(1)
	case truth.Redelivery:
		if err := p.gone(ctx, id); err != nil {
			return err
		}
		p.d.Events.Again(id, string(body))
		p.done.Deliveries.Add(1)
		p.done.Repeated.Add(1)
	}
	return nil
}

// number counts the things that need a name of their own.
func (p *player) number() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sequence++
	return p.sequence
}

func (p *player) enqueue(body []byte) string {
	id := p.d.Events.Send(string(body))
	p.done.Deliveries.Add(1)
	p.mu.Lock()
	p.outstanding = append(p.outstanding, id)
	p.mu.Unlock()
	return id
}

func (p *player) gone(ctx context.Context, id string) error {
	return until(ctx, "an event to be taken from its queue", func() bool { return !p.d.Events.Present(id) })
}

// drained waits until every event sent to the queue so far has been taken for good: in Kafka, then deleted.
func (p *player) drained(ctx context.Context) error {
	p.mu.Lock()
	ids := p.outstanding
	p.outstanding = nil
	p.mu.Unlock()
	for _, id := range ids {
		if err := p.gone(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// post delivers a body to the webhook until it is acknowledged, as the platform does: again after 429 and 5xx.
func (p *player) post(ctx context.Context, body []byte) error {
	var last error
	for range sendAttempts {
		status, err := p.send(ctx, body, sign(p.d.Secret, body))
		p.done.Deliveries.Add(1)
		switch {
		case err == nil && status/100 == 2:
			return nil
		case err == nil && status != http.StatusTooManyRequests && status/100 != 5:
			return fmt.Errorf("%w: the webhook answered %d", errStatus, status)
		case err == nil:
			err = fmt.Errorf("%w: the webhook answered %d", errStatus, status)
		}
		last = err
		pause := time.NewTimer(sendPause)
		select {
		case <-ctx.Done():
			pause.Stop()
			return context.Cause(ctx)
		case <-pause.C:
		}
	}
	return fmt.Errorf("deliver an event, %d attempts: %w", sendAttempts, last)
}

func (p *player) send(ctx context.Context, body []byte, signature string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.d.Webhook, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature-256", signature)
	resp, err := p.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	return resp.StatusCode, err
}

// sign is "sha256=" and the base64 of HMAC-SHA-256 over the bytes as they are sent.
func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// hostile sends what must not get anywhere.
func (p *player) hostile(ctx context.Context) error {
	for _, h := range p.w.Hostile {
		switch {
		case h.Refused:
			signature := sign(p.d.Secret, h.Body)
			if h.Status == http.StatusUnauthorized {
				signature = sign("not the secret", h.Body)
			}
			status, err := p.send(ctx, h.Body, signature)
			if err != nil || status != h.Status {
				return fmt.Errorf("%w: %s: answered %d, want %d (%v)", errStatus, h.Name, status, h.Status, err)
			}
		case h.Door == doorWebhook:
			if err := p.post(ctx, h.Body); err != nil {
				return fmt.Errorf("%s: %w", h.Name, err)
			}
		case h.Door == doorEvents:
			p.enqueue(h.Body)
		default:
			p.announce(h.Body)
		}
	}
	return nil
}
