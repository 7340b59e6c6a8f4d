package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"holdfast.example/deploy/sandbox/broker"
	"holdfast.example/deploy/sandbox/bucket"
	"holdfast.example/deploy/sandbox/port"
	"holdfast.example/deploy/sandbox/queue"
)

const (
	prefix     = "hf."
	partitions = 4
	// visibility is the least that holdfast accepts: a restart and an outage hold absence proofs back for as long.
	visibility = 10 * time.Second
)

// servers are the parts of the world outside that holdfast speaks to.
type servers struct {
	broker     *broker.Broker
	bucket     *bucket.Bucket
	queues     *queue.Server
	events, s3 *queue.Queue
	webhook    string // base URL at which holdfast will listen
	listen     string // the same as host:port
	secret     string
}

func startServers(ctx context.Context, dir, name string) (s *servers, err error) {
	s = &servers{secret: rand.Text()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop())
		}
	}()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return s, fmt.Errorf("make the servers' folder: %w", err)
	}
	if s.broker, err = broker.Start(filepath.Join(dir, "kafka")); err != nil {
		return s, err
	}
	if s.bucket, err = bucket.Start(ctx, filepath.Join(dir, "s3"), name); err != nil {
		return s, err
	}
	if s.queues, err = queue.Start(); err != nil {
		return s, err
	}
	s.events, s.s3 = s.queues.Create("contact-centre-events", visibility), s.queues.Create("bucket-notifications", visibility)
	p, err := port.Free()
	if err != nil {
		return s, err
	}
	s.listen, s.webhook = port.Address(p), "http://"+port.Address(p)
	return s, nil
}

func (s *servers) stop() error {
	var errs []error
	if s.queues != nil {
		errs = append(errs, s.queues.Stop())
	}
	if s.bucket != nil {
		errs = append(errs, s.bucket.Stop())
	}
	if s.broker != nil {
		errs = append(errs, s.broker.Stop())
	}
	return errors.Join(errs...)
}
