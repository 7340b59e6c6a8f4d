package main

import (
	"time"

	"holdfast.example/cmd/holdfast/settings"
)

// Config is every setting there is. The table that settings.Table makes of it is the file, the flags, the environment
// and the reference in docs/OPERATIONS.md; there is no other list of settings.
type Config struct {
	Kafka struct {
		Brokers     []settings.Address `key:"brokers" instead:"kafka.sasl.username and kafka.sasl.password" help:"host:port of one or more brokers to start from"`
		Prefix      string             `key:"prefix" help:"what the names of topics, groups and transactional ids begin with"`
		Profile     string             `key:"profile" default:"full" one:"full|embedded" help:"how topics are configured; embedded is for the in-process broker of the demo, and not for evidence"`
		Partitions  int32              `key:"partitions" default:"8" min:"1" max:"10000" help:"partitions of every topic that is partitioned; for ever, because another count puts every key elsewhere"`
		Replication int16              `key:"replication" default:"3" min:"1" help:"copies of each partition; 1 with profile embedded"`
		ClientID    string             `key:"client_id" default:"holdfast" help:"what the brokers' logs and quotas call us"`
		Boot        int64              `key:"boot" min:"0" help:"starts of the in-process broker, 0 for a real cluster"`
		TLS         struct {
			Enabled    bool   `key:"enabled" help:"speak TLS to the brokers"`
			CAFile     string `key:"ca_file" help:"authorities that sign the brokers' certificates, PEM; none: the system's"`
			CertFile   string `key:"cert_file" help:"our certificate, PEM, where the brokers ask for one"`
			KeyFile    string `key:"key_file" help:"its key, PEM"`
			ServerName string `key:"server_name" help:"the name the brokers' certificates carry, if it is not the host's"`
		} `key:"tls"`
		SASL struct {
			Mechanism string          `key:"mechanism" one:"|PLAIN|SCRAM-SHA-256|SCRAM-SHA-512" help:"PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; none: no SASL"`
			Username  string          `key:"username" help:"the user"`
			Password  settings.Secret `key:"password" help:"the user's password"`
		} `key:"sasl"`
	} `key:"kafka"`

	Worker   string   `key:"worker" help:"this process's stable name: the same after a restart, and no other process's"`
	StateDir string   `key:"state_dir" help:"folder for the local copy of state, which may be lost at any time; none: in memory, read back at every start"`
	Stages   []string `key:"stages" default:"capture,observe,clock,correlate" one:"capture|observe|clock|correlate" help:"what holdfast run runs"`

	Log struct {
		Level  string `key:"level" default:"info" one:"debug|info|warn|error" help:"the least that is logged"`
		Format string `key:"format" default:"auto" one:"auto|text|json" help:"auto: text on a terminal, else JSON"`
	} `key:"log"`

	Admin struct {
		Listen string `key:"listen" help:"host:port of /healthz, /readyz and /metrics, for everybody who reaches it; none: not opened"`
	} `key:"admin"`

	Capture   Capture   `key:"capture"`
	Clock     Clock     `key:"clock"`
	Correlate Correlate `key:"correlate"`
	Stream    Stream    `key:"stream"`
}

// Capture is the part of the stage that touches the world.
type Capture struct {
	Webhook struct {
		Listen        string            `key:"listen" help:"host:port at which events are received; none: no webhook"`
		Secrets       []settings.Secret `key:"secrets" help:"keys of the signature, 16 bytes or more each; any of them may have signed"`
		Unsigned      bool              `key:"unsigned" help:"accept events nobody vouches for: anyone who reaches the port can then write them"`
		BodyLimit     settings.Bytes    `key:"body_limit" default:"1MiB" min:"1" max:"1MiB" help:"the largest body"`
		MaxConcurrent int               `key:"max_concurrent" default:"64" min:"1" help:"requests stored at once, four times as many may still be arriving; above, 429; times the body limit it bounds memory"`
		AckTimeout    time.Duration     `key:"ack_timeout" default:"8s" min:"1ms" help:"how long a sender waits for Kafka's acknowledgement"`
		SenderRetry   time.Duration     `key:"sender_retry" default:"90s" min:"1ms" help:"how long senders repeat what was refused; nothing is proven meanwhile"`
		TLS           struct {
			CertFile string `key:"cert_file" help:"certificate, PEM; with key_file the webhook speaks TLS"`
			KeyFile  string `key:"key_file" help:"its key, PEM"`
		} `key:"tls"`
	} `key:"webhook"`
	Queues  []Queue  `key:"queues" help:"SQS queues to read"`
	Buckets []Bucket `key:"buckets" help:"buckets whose objects may be read; none: objects are not inspected"`
	AWS     struct {
		Region          string           `key:"region" help:"region of queues and buckets; none: as the AWS SDK finds it"`
		Profile         string           `key:"profile" help:"profile of the shared AWS files"`
		RoleARN         string           `key:"role_arn" help:"role to assume"`
		ExternalID      string           `key:"external_id" help:"sent when the role is assumed"`
		AccessKeyID     string           `key:"access_key_id" help:"with secret_access_key; none: the AWS SDK's chain of environment, files, web identity, instance role"`
		SecretAccessKey settings.Secret  `key:"secret_access_key" help:"the key's secret"`
		SessionToken    settings.Secret  `key:"session_token" help:"of temporary credentials"`
		SQSEndpoint     settings.Address `key:"sqs_endpoint" instead:"capture.aws.access_key_id and capture.aws.secret_access_key" help:"URL of another SQS than the region's"`
		S3Endpoint      settings.Address `key:"s3_endpoint" instead:"capture.aws.access_key_id and capture.aws.secret_access_key" help:"URL of another S3 than the region's"`
		PathStyle       bool             `key:"path_style" help:"the bucket stands in the path, not in the host name"`
	} `key:"aws"`
	Inspect struct {
		Workers    int            `key:"workers" default:"8" min:"1" max:"1024" help:"objects read at once"`
		Head       settings.Bytes `key:"head" default:"64KiB" min:"1" help:"first bytes of an object that are kept"`
		Tail       settings.Bytes `key:"tail" default:"64KiB" min:"1" help:"last bytes of an object that are kept"`
		Body       settings.Bytes `key:"body" default:"256KiB" min:"1" help:"the largest metadata file that is kept whole"`
		Manifest   settings.Bytes `key:"manifest" default:"64MiB" min:"1" max:"1GiB" help:"the largest manifest that is cut into rows"`
		Attempts   int            `key:"attempts" default:"4" min:"1" max:"20" help:"tries of one request"`
		Backoff    time.Duration  `key:"backoff" default:"250ms" min:"1ms" help:"pause before the second try, doubled up to 30s"`
		StallLimit time.Duration  `key:"stall_limit" default:"30s" min:"1ms" help:"time without a byte after which a try ends"`
		TimeLimit  time.Duration  `key:"time_limit" default:"30m" min:"1ms" help:"time for one try of one object"`
		Ahead      int            `key:"ahead" default:"4096" min:"1" help:"notifications of a partition beyond the oldest unfinished one"`
	} `key:"inspect"`
	Progress     time.Duration `key:"progress" default:"2s" min:"50ms" help:"time between two signs of life"`
	DrainTimeout time.Duration `key:"drain_timeout" default:"20s" min:"1ms" help:"the longest a clean stop waits for what is in hand"`
}

// Queue is one item of capture.queues.
type Queue struct {
	URL        settings.Address `key:"url" instead:"capture.aws.access_key_id and capture.aws.secret_access_key" help:"the queue's URL"`
	Carries    string           `key:"carries" one:"events|s3" help:"events or s3"`
	Name       string           `key:"name" help:"in logs and progress; none: the last part of the URL"`
	Wait       time.Duration    `key:"wait" default:"2s" min:"1s" max:"20s" help:"length of a long poll, whole seconds"`
	Visibility time.Duration    `key:"visibility" default:"30s" min:"10s" max:"12h" help:"how long a received message is hidden from others, whole seconds"`
	AckTimeout time.Duration    `key:"ack_timeout" default:"10m" min:"1s" max:"12h" help:"how long a message waits for Kafka before it is given back"`
	InFlight   int              `key:"in_flight" default:"8" min:"1" help:"receives handled at once"`
	Explode    settings.Bytes   `key:"explode" default:"64MiB" min:"1MiB" help:"the most that one message may become"`
}

// Bucket is one item of capture.buckets.
type Bucket struct {
	Name  string `key:"name" help:"the bucket's name"`
	Owner string `key:"owner" help:"account the bucket must belong to; none: not checked"`
}

// Clock is the time in the log.
type Clock struct {
	Tick   time.Duration `key:"tick" default:"5s" min:"10ms" help:"time between two ticks"`
	Epoch  time.Duration `key:"epoch" default:"60s" min:"10ms" help:"the least time between two cuts of the log"`
	Hourly time.Duration `key:"hourly" default:"1h" min:"10ms" help:"the time after which the log is cut although nothing came"`
	Slack  time.Duration `key:"slack" default:"2s" min:"1ms" help:"above the difference of the brokers' clocks"`
}

// Correlate is what reaches the fold. A change of any of these is another regime.
type Correlate struct {
	MatchWindow       time.Duration `key:"match_window" default:"15m" min:"1ms" max:"87600h" help:"how far apart in event time a recording and its session may lie"`
	PatienceCompanion time.Duration `key:"patience_companion" default:"15m" min:"1ms" max:"87600h" help:"how long a recording's media waits for its metadata, and the reverse"`
	PatienceExport    time.Duration `key:"patience_export" default:"72h" min:"1ms" max:"87600h" help:"how long a row of a manifest waits for its object"`
	Settle            time.Duration `key:"settle" default:"60s" min:"1ms" max:"87600h" help:"quiet time after the last fact before a recording is judged"`
	Stalled           time.Duration `key:"stalled" default:"60s" min:"1ms" max:"87600h" help:"a source that is proven no further than this long ago is stalled"`
	CohortMin         int           `key:"cohort_min" default:"30" min:"2" max:"1024" help:"recordings before a cohort is judged"`
	CohortPatience    time.Duration `key:"cohort_patience" default:"24h" min:"1ms" max:"87600h" help:"how long a departing recording waits for its cohort to be large enough"`
	Slack             time.Duration `key:"slack" default:"50ms" min:"1ms" max:"87600h" help:"what two clocks that agree may differ by"`
	Origin            string        `key:"origin" default:"holdfast/log" help:"name of the log"`
}

// Stream is how stages with transactions run.
type Stream struct {
	Commit                time.Duration  `key:"commit" default:"100ms" min:"1ms" help:"the longest a transaction gathers input"`
	MaxTransactionBytes   settings.Bytes `key:"max_transaction_bytes" default:"4MiB" min:"1KiB" max:"256MiB" help:"size that closes a transaction"`
	MaxTransactionRecords int            `key:"max_transaction_records" default:"10000" min:"1" help:"steps that close a transaction"`
	SessionTimeout        time.Duration  `key:"session_timeout" default:"9s" min:"1s" help:"how long a silent worker keeps its partitions"`
	RebalanceTimeout      time.Duration  `key:"rebalance_timeout" default:"10s" min:"1s" help:"how long the group waits for a handover"`
	TransactionTimeout    time.Duration  `key:"transaction_timeout" default:"12s" min:"1s" help:"when the broker ends a dead worker's transaction"`
	FetchMaxBytes         settings.Bytes `key:"fetch_max_bytes" default:"8MiB" min:"1MiB" max:"1GiB" help:"bounds one fetch, and what of it waits in memory"`
	HotSet                int            `key:"hot_set" default:"100000" min:"1" help:"decoded entities a shard keeps in memory"`
	StoreCache            settings.Bytes `key:"store_cache" default:"64MiB" min:"1MiB" help:"cache of the local store"`
	StayOnStop            bool           `key:"stay_on_stop" help:"keep the membership at a clean stop, for a restart within session_timeout"`
}
