package capture

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	"holdfast.example/stream"
)

// ErrConfig marks an error that only another configuration mends. The process ends with exit code 4.
var ErrConfig = errors.New("configuration")

// Limits that are part of a format or of somebody's service, and so are not settings.
const (
	recordLimit    = 512 << 10 // bytes of one s3.inspections record (DESIGN §12)
	recordMargin   = 24 << 10  // of these, what the fields beside head, tail, body and rows may take
	keyLimit       = 1024      // bytes of an object key (S3 user guide, "Naming Amazon S3 objects")
	queueBatch     = 10        // messages of one SQS call
	longestPoll    = 20 * time.Second
	longestHidden  = 12 * time.Hour
	publishChunk   = 4 << 20 // bytes handed to the publisher at once, per worker
	fieldLimit     = 256     // bytes of a header value kept in a record
	lockBodyLimit  = 64 << 10
	visibilitySlop = time.Second // between our clock's rate and the queue's
)

// Config says which doors are opened. A nil or empty door is not opened.
type Config struct {
	Kafka    stream.Kafka
	Instance string // this process's stable name, [A-Za-z0-9_.:-]{1,64}; two live processes must not share one

	AWS     AWS
	Webhook *Webhook
	Queues  []Queue
	Inspect *Inspect

	// ProgressEvery is the interval of progress records. Default 2 s. A deadline is proven at the earliest about two
	// intervals, one poll and the pipeline's slack after it passed.
	ProgressEvery time.Duration
	// DrainTimeout bounds a clean stop: what is not finished by then is left to be delivered again. Default 20 s.
	DrainTimeout time.Duration

	Logger   *slog.Logger // nil: discarded
	Observer Observer     // fields may be nil
}

// AWS says how SQS and S3 are reached. Credentials come from the usual chain (environment, shared files, web
// identity, container, instance role), never from here.
type AWS struct {
	AccessKeyID     string // with the two below: credentials given by configuration; empty: the SDK's usual chain
	SecretAccessKey string // never logged
	SessionToken    string // never logged; only with temporary credentials

	Region      string // e.g. eu-west-2; empty: the chain's
	Profile     string // of the shared files; empty: default
	RoleARN     string // assumed with those credentials; empty: none
	ExternalID  string // sent when the role is assumed
	SQSEndpoint string // URL, for a stand-in or a VPC endpoint; empty: the region's
	S3Endpoint  string // likewise
	PathStyle   bool   // bucket in the path, not in the host name; stand-ins want it
}

// Webhook is the HTTP door: POST /v1/events, GET /healthz.
type Webhook struct {
	Address  string // host:port. Default 127.0.0.1:8080: loopback only
	CertFile string // PEM; with KeyFile the door speaks TLS (1.2 or later) by itself
	KeyFile  string // PEM
	// Secrets: any of them may have signed a body, so a new one is added, the sender is switched, the old one is
	// taken out. At least one, of 16 bytes or more, unless Unsigned.
	Secrets []string
	// Unsigned accepts bodies nobody vouches for. Anyone who reaches the port can then write events; records say so.
	Unsigned bool

	BodyLimit int64 // bytes; above: 413. Default 1 MiB
	// MaxConcurrent is how many requests are stored at once; above: 429. Default 64. Four times as many may be
	// connected, so that slow strangers take no seat from a sender: 4 × MaxConcurrent × BodyLimit bounds memory.
	MaxConcurrent int
	AckTimeout    time.Duration // wait for Kafka; above: 503. Default 8 s: Genesys gives up after 10 s
	// SenderRetry is how long a sender keeps trying what we refused with 429 or 503. Claims are withheld so long, for
	// the sender holds an event that we do not. Default 90 s: Open Messaging gives up after about 85 s.
	SenderRetry time.Duration
}

// Queue is one SQS queue.
type Queue struct {
	Name string // in progress keys, logs and metrics; stable, unique, [A-Za-z0-9_.:-]{1,64}
	URL  string // the queue's URL
	// Carries is the source this queue's progress counts for, and where bytes go that are neither an event nor a
	// notification: "events" or "s3". A message of the other kind still goes to its own topic, and is counted.
	Carries string
	// Wait is the length of a long poll, 1-20 s in whole seconds. Default 2 s, not SQS's 20 s: only a poll that ended
	// empty lets the instance claim, so claims are as old as the poll is long. A shorter poll means more empty
	// receives (a queue idle all month: 1.3 million at 2 s, 130,000 at 20 s, per process). 0 s, a short poll, asks
	// only some of SQS's servers and proves nothing; it is refused.
	Wait time.Duration
	// Visibility is how long a message stays hidden from others once received, whole seconds, 10 s - 12 h. Default
	// 30 s. Sent with each receive, so it is true whatever the queue's own setting; extended at every third of it
	// while Kafka has not acknowledged.
	Visibility time.Duration
	// AckTimeout is how long a message waits for Kafka before it is given back. Default 10 min. Each receive counts
	// towards the queue's redrive policy: giving back early would move good messages to its dead-letter queue.
	AckTimeout time.Duration
	InFlight   int   // receives handled at once. Default 8, of 10 messages each
	Explode    int64 // bytes one message may become (records × its size). Default 64 MiB; above: left in the queue
}

// Inspect is the reader of announced objects.
type Inspect struct {
	Buckets []Bucket // which may be read; another one's object is a fact denied, bucket-not-configured
	Workers int      // objects read at once. Default 8: as many slow objects it takes to hold up all others
	Head    int      // first bytes kept. Default 64 KiB
	Tail    int      // last bytes kept. Default 64 KiB
	// Body is the largest metadata file kept whole. Default 256 KiB. Head, Tail and Body fit one record of 512 KiB.
	Body int
	// Manifest is the largest job manifest cut into rows. Default 64 MiB; above it is hashed only. It is held in
	// memory while it is cut, one manifest at a time.
	Manifest   int64
	RowLimit   int           // rows of one record. Default and most 500
	RowBytes   int           // bytes of rows in one record. Default and most 450 KiB
	Attempts   int           // tries of one request. Default 4
	Backoff    time.Duration // before the second try; doubled up to 30 s, half of it at random. Default 250 ms
	StallLimit time.Duration // without a byte; above: a fact timeout. Default 30 s
	TimeLimit  time.Duration // for one try of one object. Default 30 min
	// Ahead is how many notifications of a partition may be done or in work beyond the oldest unfinished one; above,
	// that partition's fetches pause. Default 4096. It bounds what a restart reads twice.
	Ahead int
	// Commit is the interval of offset commits. Default 500 ms.
	Commit time.Duration
}

// Bucket is one bucket that may be read.
type Bucket struct {
	Name  string
	Owner string // account id the bucket must belong to (x-amz-expected-bucket-owner); empty: not checked
}

// Sources a queue may carry.
const (
	CarriesEvents = "events"
	CarriesS3     = "s3"
)

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// withDefaults returns a copy in which every zero setting is its default.
func (c Config) withDefaults() Config {
	fill(&c.ProgressEvery, 2*time.Second)
	fill(&c.DrainTimeout, 20*time.Second)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Observer = c.Observer.filled()
	if c.Webhook != nil {
		w := *c.Webhook
		fill(&w.Address, "127.0.0.1:8080")
		fill(&w.BodyLimit, 1<<20)
		fill(&w.MaxConcurrent, 64)
		fill(&w.AckTimeout, 8*time.Second)
		fill(&w.SenderRetry, 90*time.Second)
		c.Webhook = &w
	}
	c.Queues = append([]Queue(nil), c.Queues...)
	for i := range c.Queues {
		q := &c.Queues[i]
		fill(&q.Wait, 2*time.Second)
		fill(&q.Visibility, 30*time.Second)
		fill(&q.AckTimeout, 10*time.Minute)
		fill(&q.InFlight, 8)
		fill(&q.Explode, 64<<20)
	}
	if c.Inspect != nil {
		n := *c.Inspect
		fill(&n.Workers, 8)
		fill(&n.Head, 64<<10)
		fill(&n.Tail, 64<<10)
		fill(&n.Body, 256<<10)
		fill(&n.Manifest, 64<<20)
		fill(&n.RowLimit, 500)
		fill(&n.RowBytes, 450<<10)
		fill(&n.Attempts, 4)
		fill(&n.Backoff, 250*time.Millisecond)
		fill(&n.StallLimit, 30*time.Second)
		fill(&n.TimeLimit, 30*time.Minute)
		fill(&n.Ahead, 4096)
		fill(&n.Commit, 500*time.Millisecond)
		c.Inspect = &n
	}
	return c
}

// namePattern: names stand in record keys, group member ids and metrics.
var namePattern = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,64}$`)

// Validate returns every mistake at once, each a sentence, under ErrConfig. Zero settings count as their defaults.
func (c Config) Validate() error {
	c = c.withDefaults()
	var wrong mistakes
	if _, err := c.Kafka.Options(); err != nil {
		wrong = append(wrong, err)
	}
	wrong.unless(namePattern.MatchString(c.Instance), "instance %q: give this process a stable name of letters, digits and _ . : -, at most 64", c.Instance)
	wrong.unless(c.Webhook != nil || len(c.Queues) > 0 || c.Inspect != nil, "nothing to capture: configure a webhook, a queue or inspect")
	wrong.unless(c.ProgressEvery >= 50*time.Millisecond, "progress interval %v: at least 50ms", c.ProgressEvery)
	wrong.unless(c.DrainTimeout > 0, "drain timeout %v: must be positive", c.DrainTimeout)
	for _, e := range []struct{ name, url string }{{"sqs endpoint", c.AWS.SQSEndpoint}, {"s3 endpoint", c.AWS.S3Endpoint}} {
		wrong.unless(e.url == "" || isHTTP(e.url), "%s %q: must be an http or https URL", e.name, withoutUser(e.url))
		wrong.unless(!hasUser(e.url), "%s %q: must not carry a user or password", e.name, withoutUser(e.url))
	}
	wrong.unless(c.AWS.ExternalID == "" || c.AWS.RoleARN != "", "external id without a role to assume")
	if c.Webhook != nil {
		c.Webhook.validate(&wrong)
	}
	seen := map[string]bool{}
	for i, q := range c.Queues {
		wrong.unless(!seen[q.Name], "queue %d: the name %q is taken by another queue", i+1, q.Name)
		seen[q.Name] = true
		q.validate(&wrong, i+1)
	}
	if c.Inspect != nil {
		c.Inspect.validate(&wrong)
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrConfig, errors.Join(wrong...))
}

type mistakes []error

func (m *mistakes) unless(ok bool, format string, args ...any) {
	if !ok {
		*m = append(*m, fmt.Errorf(format, args...))
	}
}

func isHTTP(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func hasUser(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.User != nil
}

// withoutUser returns a URL as it may be printed. It cuts text, for what is no URL may hold a password too: nothing
// between the scheme and the last @ is left.
func withoutUser(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return s
	}
	if scheme, _, ok := strings.Cut(s[:at], "://"); ok {
		return scheme + "://" + s[at+1:]
	}
	return s[at+1:]
}

func (w *Webhook) validate(wrong *mistakes) {
	_, _, err := net.SplitHostPort(w.Address)
	wrong.unless(err == nil, "webhook address %q: must be host:port", w.Address)
	wrong.unless((w.CertFile == "") == (w.KeyFile == ""), "webhook: a certificate needs its key, and a key its certificate")
	wrong.unless(len(w.Secrets) > 0 || w.Unsigned, "webhook: no secret is configured, so anyone could write events; add one, or set unsigned if that is meant")
	wrong.unless(len(w.Secrets) == 0 || !w.Unsigned, "webhook: secrets and unsigned contradict each other; take one out")
	for i, s := range w.Secrets {
		wrong.unless(len(s) >= 16, "webhook: secret %d has %d bytes; use at least 16", i+1, len(s))
	}
	wrong.unless(w.BodyLimit > 0 && w.BodyLimit <= 1<<20, "webhook body limit %d: 1 to 1048576 bytes", w.BodyLimit)
	wrong.unless(w.MaxConcurrent > 0, "webhook max concurrent %d: must be positive", w.MaxConcurrent)
	wrong.unless(w.AckTimeout > 0, "webhook ack timeout %v: must be positive", w.AckTimeout)
	wrong.unless(w.SenderRetry > 0, "webhook sender retry %v: must be positive", w.SenderRetry)
}

func (q Queue) validate(wrong *mistakes, n int) {
	wrong.unless(namePattern.MatchString(q.Name), "queue %d: the name %q must be 1 to 64 letters, digits and _ . : -", n, q.Name)
	wrong.unless(q.Name != partWebhook && q.Name != partInspect, "queue %d: the name %q is another door's", n, q.Name)
	wrong.unless(isHTTP(q.URL), "queue %d: the url %q is no http or https URL", n, withoutUser(q.URL))
	wrong.unless(!hasUser(q.URL), "queue %d: the url %q must not carry a user or password", n, withoutUser(q.URL))
	wrong.unless(q.Carries == CarriesEvents || q.Carries == CarriesS3, "queue %d: carries %q: must be events or s3", n, q.Carries)
	wrong.unless(q.Wait >= time.Second && q.Wait <= longestPoll && q.Wait%time.Second == 0,
		"queue %d: wait %v: whole seconds from 1s to 20s (a short poll proves nothing about the queue)", n, q.Wait)
	wrong.unless(q.Visibility >= 10*time.Second && q.Visibility <= longestHidden && q.Visibility%time.Second == 0,
		"queue %d: visibility %v: whole seconds from 10s to 12h", n, q.Visibility)
	wrong.unless(q.AckTimeout > 0 && q.AckTimeout <= longestHidden-q.Visibility,
		"queue %d: ack timeout %v: positive, and with the visibility at most 12h, after which SQS shows the message to others", n, q.AckTimeout)
	wrong.unless(q.InFlight > 0, "queue %d: in flight %d: must be positive", n, q.InFlight)
	wrong.unless(q.Explode >= 1<<20, "queue %d: explode %d: at least 1048576 bytes", n, q.Explode)
}

func (n *Inspect) validate(wrong *mistakes) {
	wrong.unless(len(n.Buckets) > 0, "inspect: no bucket is configured, so no object could be read")
	for i, b := range n.Buckets {
		wrong.unless(b.Name != "", "inspect: bucket %d has no name", i+1)
	}
	wrong.unless(n.Workers > 0 && n.Workers <= 1024, "inspect workers %d: 1 to 1024", n.Workers)
	wrong.unless(n.Head > 0 && n.Tail > 0 && n.Body > 0, "inspect: head %d, tail %d and body %d must be positive", n.Head, n.Tail, n.Body)
	wrong.unless(n.Head+n.Tail+n.Body <= recordLimit-recordMargin, "inspect: head %d, tail %d and body %d do not fit one record; together at most %d bytes",
		n.Head, n.Tail, n.Body, recordLimit-recordMargin)
	wrong.unless(n.Manifest > 0 && n.Manifest <= 1<<30, "inspect manifest %d: 1 byte to 1 GiB", n.Manifest)
	wrong.unless(n.RowLimit > 0 && n.RowLimit <= 500, "inspect row limit %d: 1 to 500", n.RowLimit)
	wrong.unless(n.RowBytes >= 1<<10 && n.RowBytes <= 450<<10, "inspect row bytes %d: 1024 to 460800", n.RowBytes)
	wrong.unless(n.Attempts > 0 && n.Attempts <= 20, "inspect attempts %d: 1 to 20", n.Attempts)
	wrong.unless(n.Backoff > 0 && n.StallLimit > 0 && n.TimeLimit > 0 && n.Commit > 0,
		"inspect: backoff %v, stall limit %v, time limit %v and commit %v must be positive", n.Backoff, n.StallLimit, n.TimeLimit, n.Commit)
	wrong.unless(n.Ahead > 0, "inspect ahead %d: must be positive", n.Ahead)
}
