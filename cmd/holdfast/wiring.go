package main

import (
	"log/slog"

	"holdfast.example/cmd/holdfast/settings"
	"holdfast.example/processors/capture"
	"holdfast.example/processors/correlate"
	"holdfast.example/processors/observe/clock"
	"holdfast.example/schemas"
	"holdfast.example/stream"
)

// This file turns Config into what each package asks for. It decides nothing. The loggers it is given name no worker:
// stream and clock do that themselves, and a line must not do it twice.

func (c *Config) profile() schemas.Profile {
	if c.Kafka.Profile == "embedded" {
		return schemas.Embedded
	}
	return schemas.Full
}

func (c *Config) named(log *slog.Logger, stage string) *slog.Logger {
	return log.With("worker", c.Worker, "stage", stage)
}

func (c *Config) kafka() stream.Kafka {
	k := stream.Kafka{Prefix: c.Kafka.Prefix, ClientID: c.Kafka.ClientID, Boot: c.Kafka.Boot}
	for _, b := range c.Kafka.Brokers {
		k.Brokers = append(k.Brokers, string(b))
	}
	t := c.Kafka.TLS
	k.TLS.Enabled, k.TLS.CAFile, k.TLS.CertFile, k.TLS.KeyFile, k.TLS.ServerName = t.Enabled, t.CAFile, t.CertFile, t.KeyFile, t.ServerName
	k.SASL.Mechanism, k.SASL.Username, k.SASL.Password = c.Kafka.SASL.Mechanism, c.Kafka.SASL.Username, c.Kafka.SASL.Password.Reveal()
	return k
}

func (c *Config) capture(log *slog.Logger) capture.Config {
	in := &c.Capture
	out := capture.Config{
		Kafka: c.kafka(), Instance: c.Worker, ProgressEvery: in.Progress, DrainTimeout: in.DrainTimeout,
		Logger: c.named(log, stageCapture), Observer: captureObserver(c.named(log, stageCapture)),
		AWS: c.aws(),
	}
	if w := &in.Webhook; w.Listen != "" {
		out.Webhook = &capture.Webhook{Address: w.Listen, CertFile: w.TLS.CertFile, KeyFile: w.TLS.KeyFile, Secrets: reveal(w.Secrets),
			Unsigned: w.Unsigned, BodyLimit: int64(w.BodyLimit), MaxConcurrent: w.MaxConcurrent, AckTimeout: w.AckTimeout, SenderRetry: w.SenderRetry}
	}
	for _, q := range in.Queues {
		out.Queues = append(out.Queues, capture.Queue{Name: q.name(), URL: string(q.URL), Carries: q.Carries, Wait: q.Wait, Visibility: q.Visibility,
			AckTimeout: q.AckTimeout, InFlight: q.InFlight, Explode: int64(q.Explode)})
	}
	if len(in.Buckets) > 0 {
		n := &in.Inspect
		out.Inspect = &capture.Inspect{Workers: n.Workers, Head: int(n.Head), Tail: int(n.Tail), Body: int(n.Body), Manifest: int64(n.Manifest),
			Attempts: n.Attempts, Backoff: n.Backoff, StallLimit: n.StallLimit, TimeLimit: n.TimeLimit, Ahead: n.Ahead}
		for _, b := range in.Buckets {
			out.Inspect.Buckets = append(out.Inspect.Buckets, capture.Bucket{Name: b.Name, Owner: b.Owner})
		}
	}
	return out
}

func (c *Config) aws() capture.AWS {
	a := &c.Capture.AWS
	return capture.AWS{AccessKeyID: a.AccessKeyID, SecretAccessKey: a.SecretAccessKey.Reveal(), SessionToken: a.SessionToken.Reveal(),
		Region: a.Region, Profile: a.Profile, RoleARN: a.RoleARN, ExternalID: a.ExternalID,
		SQSEndpoint: string(a.SQSEndpoint), S3Endpoint: string(a.S3Endpoint), PathStyle: a.PathStyle}
}

func reveal(secrets []settings.Secret) []string {
	var out []string
	for _, s := range secrets {
		out = append(out, s.Reveal())
	}
	return out
}

func (c *Config) stream(log *slog.Logger) stream.Config {
	s := &c.Stream
	out := stream.Config{
		Kafka: c.kafka(), Worker: c.Worker, Dir: c.StateDir, Commit: s.Commit, MaxTransactionBytes: int(s.MaxTransactionBytes),
		MaxTransactionRecords: s.MaxTransactionRecords, SessionTimeout: s.SessionTimeout, RebalanceTimeout: s.RebalanceTimeout,
		TransactionTimeout: s.TransactionTimeout, FetchMaxBytes: int32(s.FetchMaxBytes), HotSet: s.HotSet, StoreCache: int64(s.StoreCache),
		StayOnStop: s.StayOnStop, Logger: log, Observer: stream.LogObserver(log.With("worker", c.Worker)),
	}
	faultpoints(&out)
	return out
}

func (c *Config) clock(log *slog.Logger, regime *schemas.Regime) clock.Config {
	out := clock.Config{
		Kafka: c.kafka(), Worker: c.Worker, Interval: c.Clock.Tick, Epoch: c.Clock.Epoch, Hourly: c.Clock.Hourly, Slack: c.Clock.Slack,
		Stall: c.Correlate.Stalled, Partitions: c.Kafka.Partitions, Regime: regime, MayFollow: c.mayFollow, SessionTimeout: c.Stream.SessionTimeout,
		TransactionTimeout: c.Stream.TransactionTimeout, StayOnStop: c.Stream.StayOnStop,
		Logger: log.With("stage", stageClock), OnTick: logTick(c.named(log, stageClock)),
	}
	clockFaultpoints(&out)
	return out
}

func (c *Config) correlate() correlate.Settings {
	s := &c.Correlate
	return correlate.Settings{MatchWindow: s.MatchWindow, PatienceCompanion: s.PatienceCompanion, PatienceExport: s.PatienceExport,
		Settle: s.Settle, Stalled: s.Stalled, CohortPatience: s.CohortPatience, Slack: s.Slack, CohortMin: s.CohortMin, Origin: s.Origin}
}
