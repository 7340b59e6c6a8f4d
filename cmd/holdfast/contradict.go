package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"holdfast.example/cmd/holdfast/settings"
	"holdfast.example/schemas"
)

// Stages, as settings and verbs name them.
const (
	stageCapture   = "capture"
	stageObserve   = "observe"
	stageClock     = "clock"
	stageCorrelate = "correlate"
)

// need says what a verb asks of the configuration. What it does not need may be missing; what is there must be right.
type need int

const (
	needNothing need = iota
	needKafka        // a cluster to speak to
	needStages       // and what the stages of Config.Stages run on
)

// checker gathers what settings contradict each other or the world.
type checker struct {
	*Config
	loaded *settings.Loaded
	wrong  settings.Mistakes
}

func (c *checker) unless(ok bool, path, format string, args ...any) {
	if !ok {
		for i := range args {
			if d, isTime := args[i].(time.Duration); isTime {
				args[i] = settings.Duration(d)
			}
		}
		c.wrong = append(c.wrong, c.loaded.Wrong(path, format, args...))
	}
}

// contradictions returns every mistake that a single setting does not show.
func contradictions(config *Config, loaded *settings.Loaded, n need) settings.Mistakes {
	c := &checker{Config: config, loaded: loaded}
	c.kafka(n)
	c.capture()
	c.times()
	if n == needStages {
		c.stages()
	}
	return c.wrong
}

// Forms that Kafka allows for a topic's beginning, and both Kafka and capture for a worker's name.
var (
	prefixForm = regexp.MustCompile(`^[A-Za-z0-9._-]{0,128}$`)
	workerForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	doorForm   = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,64}$`)
	ownerForm  = regexp.MustCompile(`^[0-9]{12}$`)
)

func (c *checker) kafka(n need) {
	k := &c.Kafka
	c.unless(len(k.Brokers) > 0 || n == needNothing, "kafka.brokers", "is not set; name at least one broker as host:port")
	for i, b := range k.Brokers {
		c.unless(isAddress(string(b)), fmt.Sprintf("kafka.brokers[%d]", i), "%q is no host:port; write, for example, kafka-1.example.org:9092", b)
	}
	c.unless(prefixForm.MatchString(k.Prefix), "kafka.prefix", "%q may hold only letters, digits, '.', '_' and '-'", k.Prefix)
	c.unless(k.Profile == "full" || k.Replication == 1, "kafka.replication", "is %d, and the in-process broker of profile embedded has one node; take it out", k.Replication)
	t := &k.TLS
	for _, f := range []struct{ path, value string }{{"kafka.tls.ca_file", t.CAFile}, {"kafka.tls.cert_file", t.CertFile},
		{"kafka.tls.key_file", t.KeyFile}, {"kafka.tls.server_name", t.ServerName}} {
		c.unless(t.Enabled || f.value == "", f.path, "is set, but TLS is off; set kafka.tls.enabled to true, or take it out")
	}
	c.readable("kafka.tls.ca_file", t.CAFile)
	c.pair("kafka.tls.cert_file", t.CertFile, "kafka.tls.key_file", t.KeyFile)
	s := &k.SASL
	c.unless(s.Mechanism != "" || s.Username == "", "kafka.sasl.username", "is set without a mechanism; set kafka.sasl.mechanism to PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512")
	c.unless(s.Mechanism != "" || !s.Password.IsSet(), "kafka.sasl.password", "is set without a mechanism; set kafka.sasl.mechanism to PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512")
	c.unless(s.Mechanism == "" || s.Username != "", "kafka.sasl.mechanism", "needs a user; set kafka.sasl.username")
	c.unless(s.Mechanism == "" || s.Password.IsSet(), "kafka.sasl.mechanism", "needs a password; set kafka.sasl.password, best to file:/path")
}

func (c *checker) capture() {
	w := &c.Capture.Webhook
	const hook = "capture.webhook."
	if w.Listen != "" {
		_, _, err := net.SplitHostPort(w.Listen)
		c.unless(err == nil, hook+"listen", "%q is no host:port; write, for example, 127.0.0.1:8080", w.Listen)
		c.unless(len(w.Secrets) > 0 || w.Unsigned, hook+"listen", "opens a door that anyone could write events through; set capture.webhook.secrets, or unsigned if that is meant")
	}
	c.unless(len(w.Secrets) == 0 || !w.Unsigned, hook+"unsigned", "contradicts secrets; take one of them out")
	for i, s := range w.Secrets {
		c.unless(len(s.Reveal()) >= 16, fmt.Sprintf(hook+"secrets[%d]", i), "has %d bytes; use at least 16", len(s.Reveal()))
	}
	c.pair(hook+"tls.cert_file", w.TLS.CertFile, hook+"tls.key_file", w.TLS.KeyFile)
	names := map[string]int{}
	for i, q := range c.Capture.Queues {
		c.queue(fmt.Sprintf("capture.queues[%d]", i), q)
		first, taken := names[q.name()]
		c.unless(!taken, fmt.Sprintf("capture.queues[%d]", i), "has the name %q of capture.queues[%d]; name them apart", q.name(), first)
		names[q.name()] = i
	}
	for i, b := range c.Capture.Buckets {
		path := fmt.Sprintf("capture.buckets[%d]", i)
		c.unless(b.Name != "" && !strings.ContainsAny(b.Name, "/: "), path, "%q is no bucket's name; write it without s3:// and without a key", b.Name)
		c.unless(b.Owner == "" || ownerForm.MatchString(b.Owner), path+".owner", "%q is no account; write its 12 digits", b.Owner)
	}
	a := &c.Capture.AWS
	const aws = "capture.aws."
	for _, e := range []struct {
		path string
		url  settings.Address
	}{{aws + "sqs_endpoint", a.SQSEndpoint}, {aws + "s3_endpoint", a.S3Endpoint}} {
		c.unless(e.url == "" || isHTTP(string(e.url)), e.path, "%q is no http or https URL", e.url)
	}
	c.unless(a.AccessKeyID == "" || a.SecretAccessKey.IsSet(), aws+"access_key_id", "needs its secret; set capture.aws.secret_access_key, best to file:/path")
	c.unless(a.AccessKeyID != "" || !a.SecretAccessKey.IsSet(), aws+"secret_access_key", "is set without the key it belongs to; set capture.aws.access_key_id")
	c.unless(a.AccessKeyID != "" || !a.SessionToken.IsSet(), aws+"session_token", "is set without the key it belongs to; set capture.aws.access_key_id")
	c.unless(a.AccessKeyID == "" || a.Profile == "", aws+"profile", "contradicts access_key_id; take one of them out")
	c.unless(a.ExternalID == "" || a.RoleARN != "", aws+"external_id", "is set, but no role is assumed; set capture.aws.role_arn, or take it out")
	n := &c.Capture.Inspect
	c.unless(n.Head+n.Tail+n.Body <= 488<<10, "capture.inspect.body", "%v, head %v and tail %v do not fit one record; together at most 488KiB", n.Body, n.Head, n.Tail)
}

func (c *checker) queue(at string, q Queue) {
	c.unless(isHTTP(string(q.URL)), at+".url", "%q is no http or https URL; copy the queue's from the SQS console", q.URL)
	c.unless(q.Carries != "", at, "does not say what it carries; add carries: events, or carries: s3")
	c.unless(doorForm.MatchString(q.name()), at+".name", "%q must be 1 to 64 letters, digits and _ . : -", q.name())
	c.unless(q.Wait%time.Second == 0, at+".wait", "is %v; whole seconds only", q.Wait)
	c.unless(q.Visibility%time.Second == 0, at+".visibility", "is %v; whole seconds only", q.Visibility)
}

// name is what capture calls the queue.
func (q Queue) name() string {
	if q.Name != "" {
		return q.Name
	}
	u, err := url.Parse(string(q.URL))
	if err != nil {
		return ""
	}
	return path.Base(u.Path)
}

// times are durations that depend on each other, on the clock's interval and on what the topics keep.
func (c *checker) times() {
	c.unless(c.Clock.Hourly >= c.Clock.Epoch, "clock.hourly", "is %v, less than clock.epoch, which is %v; raise it", c.Clock.Hourly, c.Clock.Epoch)
	c.unless(c.Clock.Epoch >= c.Clock.Tick, "clock.epoch", "is %v, less than clock.tick, which is %v, and only a tick can cut; raise it", c.Clock.Epoch, c.Clock.Tick)
	c.unless(c.Correlate.Stalled > c.Clock.Slack, "correlate.stalled", "is %v, not above clock.slack, which is %v: every source would always be stalled; raise it", c.Correlate.Stalled, c.Clock.Slack)
	c.unless(c.Stream.Commit < c.Stream.TransactionTimeout, "stream.commit", "is %v, not below stream.transaction_timeout, which is %v", c.Stream.Commit, c.Stream.TransactionTimeout)
	for _, p := range []struct {
		path  string
		value time.Duration
	}{{"correlate.patience_companion", c.Correlate.PatienceCompanion}, {"correlate.patience_export", c.Correlate.PatienceExport},
		{"correlate.cohort_patience", c.Correlate.CohortPatience}} {
		if topic, kept := c.shortest(); kept > 0 {
			c.unless(p.value < kept, p.path, "is %v but topic %s keeps %v: what a finding rests on would be gone before it is due; lower it", p.value, topic, kept)
		}
	}
	for _, p := range []string{"match_window", "patience_companion", "patience_export", "settle", "stalled", "cohort_patience", "slack"} {
		d := c.correlateTime(p)
		c.unless(d%time.Millisecond == 0, "correlate."+p, "is %v; whole milliseconds only", d)
	}
	c.unless(originForm.MatchString(c.Correlate.Origin), "correlate.origin", "%q must be 1 to 128 letters, digits and _ . : - /", c.Correlate.Origin)
}

var originForm = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{1,128}$`)

func (c *checker) correlateTime(name string) time.Duration {
	s := &c.Correlate
	return map[string]time.Duration{"match_window": s.MatchWindow, "patience_companion": s.PatienceCompanion, "patience_export": s.PatienceExport,
		"settle": s.Settle, "stalled": s.Stalled, "cohort_patience": s.CohortPatience, "slack": s.Slack}[name]
}

// rawTopics hold the bytes that findings rest on.
var rawTopics = []string{schemas.TopicConversationEvents, schemas.TopicS3Notifications, schemas.TopicS3Inspections, schemas.TopicObservations}

// shortest returns which of those topics keeps its records the shortest, and for how long; 0: all keep them without end.
// A cluster whose topics keep less than the profile says is refused at the start.
func (c *checker) shortest() (topic string, kept time.Duration) {
	for _, t := range schemas.Topics() {
		ms, err := strconv.ParseInt(t.Configs(c.profile())["retention.ms"], 10, 64)
		if err != nil || ms < 0 || !slices.Contains(rawTopics, t.Name) {
			continue
		}
		if d := time.Duration(ms) * time.Millisecond; kept == 0 || d < kept {
			topic, kept = c.Kafka.Prefix+t.Name, d
		}
	}
	return topic, kept
}

// stages is what the stages need to run at all.
func (c *checker) stages() {
	if a := c.Admin.Listen; a != "" {
		_, _, err := net.SplitHostPort(a)
		c.unless(err == nil, "admin.listen", "%q is no host:port; write, for example, 127.0.0.1:9464", a)
		c.unless(a != c.Capture.Webhook.Listen || strings.HasSuffix(a, ":0"), "admin.listen", "is capture.webhook.listen too; the two are apart, because only one of them is for senders")
	}
	c.unless(c.Worker != "", "worker", "is not set; give this process a stable name, the same after a restart, such as its StatefulSet pod's")
	c.unless(c.Worker == "" || workerForm.MatchString(c.Worker), "worker", "%q must be 1 to 64 letters, digits, '.', '_' and '-'", c.Worker)
	c.unless(len(c.Stages) > 0, "stages", "is empty; name at least one of capture, observe, clock, correlate")
	for i, s := range c.Stages {
		c.unless(!slices.Contains(c.Stages[:i], s), "stages", "names %s twice; once is enough", s)
	}
	if slices.Contains(c.Stages, stageCapture) {
		p := &c.Capture
		c.unless(p.Webhook.Listen != "" || len(p.Queues) > 0 || len(p.Buckets) > 0, "stages",
			"names capture, but there is nothing to capture; set capture.webhook.listen, capture.queues or capture.buckets, or take capture out")
	}
	if c.StateDir != "" && slices.Contains(c.Stages, stageCorrelate) { // the one stage with state
		c.stateDir()
	}
}

// stateDir refuses a folder in which no state could be kept. What is to be made is tried where it would be made, and
// taken away again.
func (c *checker) stateDir() {
	at := filepath.Clean(c.StateDir)
	info, err := os.Stat(at)
	for errors.Is(err, os.ErrNotExist) && filepath.Dir(at) != at {
		at = filepath.Dir(at)
		info, err = os.Stat(at)
	}
	if err == nil && !info.IsDir() {
		c.unless(false, "state_dir", "%s is a file; name a folder", at)
		return
	}
	if err == nil {
		var trial string
		if trial, err = os.MkdirTemp(at, ".holdfast-"); err == nil {
			err = os.Remove(trial)
		}
	}
	var cause *os.PathError
	if errors.As(err, &cause) {
		err = cause.Err // its path is the trial's
	}
	// A full or broken disk is no mistake of the configuration: the store says it, with the exit code of what is out of reach.
	sick := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO)
	c.unless(err == nil || sick, "state_dir", "%s cannot be made or written to (in %s: %v); mount a folder that this user may write to, or take state_dir out", c.StateDir, at, err)
}

// readable refuses a file that cannot be read.
func (c *checker) readable(path, file string) {
	if file == "" {
		return
	}
	f, err := os.Open(file)
	c.unless(err == nil, path, "cannot be read (%v); mount the file, or correct the path", err)
	if err == nil {
		_ = f.Close() // only read
	}
}

// pair refuses a certificate without its key, a key without its certificate, and two that do not belong together.
func (c *checker) pair(certPath, cert, keyPath, key string) {
	c.unless(cert == "" || key != "", certPath, "needs its key; set %s", keyPath)
	c.unless(key == "" || cert != "", keyPath, "needs its certificate; set %s", certPath)
	before := len(c.wrong)
	c.readable(certPath, cert)
	c.readable(keyPath, key)
	if cert != "" && key != "" && len(c.wrong) == before {
		_, err := tls.LoadX509KeyPair(cert, key)
		c.unless(err == nil, certPath, "and %s are no pair (%v); name a PEM certificate and its key", keyPath, err)
	}
}

func isAddress(s string) bool {
	host, port, err := net.SplitHostPort(s)
	n, perr := strconv.ParseUint(port, 10, 16)
	return err == nil && host != "" && perr == nil && n > 0
}

func isHTTP(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
