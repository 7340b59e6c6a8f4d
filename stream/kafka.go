package stream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// Mechanisms of SASL that Kafka.SASL.Mechanism names. AWS MSK's IAM mechanism is not among them: an MSK cluster is
// reached with SCRAM-SHA-512 or with client certificates.
const (
	mechanismPlain     = "PLAIN"
	mechanismScram256  = "SCRAM-SHA-256"
	mechanismScram512  = "SCRAM-SHA-512"
	maxDecompressBatch = 64 << 20
	dialTimeout        = 5 * time.Second
)

// Kafka says how a cluster is reached and which names in it are ours.
type Kafka struct {
	Brokers []string // host:port of one or more brokers to start from

	TLS struct {
		Enabled    bool
		CAFile     string // PEM; empty: the system's authorities
		CertFile   string // PEM; with KeyFile, the client's certificate
		KeyFile    string // PEM
		ServerName string // the name the broker's certificate must carry; empty: the host dialled
	}

	SASL struct {
		Mechanism string // PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or empty
		Username  string
		Password  string
	}

	Prefix   string // of topics, groups and transactional ids, e.g. "hf."; one prefixed ACL then covers all three
	ClientID string // what brokers' logs, metrics and quotas call us; empty: holdfast
	Boot     int64  // the embedded broker's boot counter, 0 for a real cluster; see TransactionalID

	// Dial opens connections in place of TCP; nil: TCP. Tests use it for a network in memory and in virtual time. Not
	// together with TLS.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// ErrUnreachable marks an error of the cluster or of the way to it: nothing is lost, nothing was done, and a restart
// may mend it. The process ends with exit code 5.
var ErrUnreachable = errors.New("kafka out of reach")

// prefixForm is what of a topic name Kafka allows in the prefix.
var prefixForm = regexp.MustCompile(`^[A-Za-z0-9._-]{0,128}$`)

// Passing is for a client that reads chosen partitions and is soon closed: it does without a fetch session (KIP-227),
// which saves bytes only where there are many partitions, and which the client (franz-go 1.22.2) ends in a data race
// with a fetch that an update of its metadata begins meanwhile.
func Passing() kgo.Opt { return kgo.DisableFetchSessions() }

// Options returns what every client of the cluster is opened with: the connection, and those settings in which
// franz-go's default is wrong for all of our clients. A caller appends its own after them; the later one wins. The
// error joins every mistake found, one line each.
func (k Kafka) Options() ([]kgo.Opt, error) {
	var wrong []error
	if len(k.Brokers) == 0 {
		wrong = append(wrong, errors.New("brokers: none given; name at least one as host:port"))
	}
	for _, b := range k.Brokers {
		if err := checkAddress(b); err != nil {
			wrong = append(wrong, err)
		}
	}
	if !prefixForm.MatchString(k.Prefix) {
		wrong = append(wrong, fmt.Errorf("prefix %q: a topic name holds only letters, digits, '.', '_' and '-'", k.Prefix))
	}
	tlsConfig, err := k.tlsConfig()
	if err != nil {
		wrong = append(wrong, err)
	}
	mechanism, err := k.mechanism()
	if err != nil {
		wrong = append(wrong, err)
	}
	if k.Dial != nil && k.TLS.Enabled {
		wrong = append(wrong, errors.New("tls: it is enabled, but connections are dialled by the caller"))
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("configure kafka: %w", errors.Join(wrong...))
	}

	client := k.ClientID
	if client == "" {
		client = "holdfast"
	}
	opts := []kgo.Opt{
		kgo.SeedBrokers(k.Brokers...),
		kgo.ClientID(client),
		// The default is read-uncommitted: it would show the outputs of aborted transactions.
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		// The default rewinds one minute when an offset is gone, which doubles records without a word. Whoever may
		// start from the beginning says so.
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		// The default is 1 GiB a batch: a foreign producer's 1 MiB of zeros could take the worker's memory. 64 times
		// the brokers' own limit for a batch is far above what text compresses to.
		kgo.MaxDecompressBatchBytes(maxDecompressBatch),
		// The default is 10 s. A host that drops packets must be passed over within a group's session timeout (8 s).
		kgo.DialTimeout(dialTimeout),
		// The default is 5 s. After a leader has moved, nothing of its partitions is read or acknowledged until the
		// client has asked where it went.
		kgo.MetadataMinAge(time.Second),
		// By default a broker may ask for this client's metrics (KIP-714) and gets them. What leaves this process is
		// what its configuration names.
		kgo.DisableClientMetrics(),
	}
	if k.Dial != nil {
		opts = append(opts, kgo.Dialer(k.Dial))
	}
	if tlsConfig != nil {
		opts = append(opts, kgo.DialTLSConfig(tlsConfig))
	}
	if mechanism != nil {
		opts = append(opts, kgo.SASL(mechanism))
	}
	return opts, nil
}

// Topic returns the cluster's name of one of our topics.
func (k Kafka) Topic(name string) string { return k.Prefix + name }

// Strip is Topic's inverse; a topic without our prefix is returned as it is.
func (k Kafka) Strip(topic string) string { return strings.TrimPrefix(topic, k.Prefix) }

// TransactionalID returns prefix/worker/verb/topic. It is stable over a worker's restarts, so a successor ends the
// transaction its predecessor left open instead of waiting for its timeout. The embedded broker forgets which
// transactions were open when it is killed; under a new boot number no transaction can end an old one's records.
func (k Kafka) TransactionalID(worker, verb, topic string) string {
	id := worker + "/" + verb + "/" + topic
	if k.Prefix != "" {
		id = k.Prefix + "/" + id
	}
	if k.Boot != 0 {
		id += "/" + strconv.FormatInt(k.Boot, 10)
	}
	return id
}

// LogValue shows where the cluster is and never the password.
func (k Kafka) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("brokers", k.Brokers), slog.Bool("tls", k.TLS.Enabled),
		slog.String("sasl", k.SASL.Mechanism), slog.String("prefix", k.Prefix))
}

func checkAddress(b string) error {
	host, port, err := net.SplitHostPort(b)
	if err != nil || host == "" {
		return fmt.Errorf("brokers: %q is no host:port", b)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("brokers: %q: the port is a number from 1 to 65535", b)
	}
	return nil
}

func (k Kafka) tlsConfig() (*tls.Config, error) {
	t := k.TLS
	if !t.Enabled {
		if t.CAFile != "" || t.CertFile != "" || t.KeyFile != "" || t.ServerName != "" {
			return nil, errors.New("tls: files or a server name are given, but tls is not enabled")
		}
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	var wrong []error
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		c.RootCAs = x509.NewCertPool()
		if err != nil {
			wrong = append(wrong, fmt.Errorf("tls: read authorities: %w", err))
		} else if !c.RootCAs.AppendCertsFromPEM(pem) {
			wrong = append(wrong, fmt.Errorf("tls: %s holds no PEM certificate", t.CAFile))
		}
	}
	switch {
	case (t.CertFile == "") != (t.KeyFile == ""):
		wrong = append(wrong, errors.New("tls: a client certificate needs both its file and its key's file"))
	case t.CertFile != "":
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("tls: load client certificate: %w", err))
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, errors.Join(wrong...)
}

func (k Kafka) mechanism() (sasl.Mechanism, error) {
	s := k.SASL
	if s.Mechanism == "" {
		if s.Username != "" || s.Password != "" {
			return nil, errors.New("sasl: a user is given, but no mechanism; name PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512")
		}
		return nil, nil
	}
	if s.Username == "" || s.Password == "" {
		return nil, fmt.Errorf("sasl: %s needs a user name and a password", s.Mechanism)
	}
	switch s.Mechanism {
	case mechanismPlain:
		return plain.Auth{User: s.Username, Pass: s.Password}.AsMechanism(), nil
	case mechanismScram256:
		return scram.Auth{User: s.Username, Pass: s.Password}.AsSha256Mechanism(), nil
	case mechanismScram512:
		return scram.Auth{User: s.Username, Pass: s.Password}.AsSha512Mechanism(), nil
	}
	return nil, fmt.Errorf("sasl: mechanism %q is not one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512", s.Mechanism)
}

// Explain turns an error of the cluster or of the way to it into one sentence that says what to do; the result is
// ErrUnreachable and still wraps err. Any other error is returned as it is.
func Explain(err error) error {
	if err == nil || errors.Is(err, ErrUnreachable) {
		return err
	}
	advice := connectionAdvice(err)
	if advice == "" {
		advice = refusalAdvice(err)
	}
	if advice == "" {
		return err
	}
	return fmt.Errorf("%w: %s (%w)", ErrUnreachable, advice, err)
}

// connectionAdvice reads errors made on this side of the wire.
func connectionAdvice(err error) string {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		expired  x509.CertificateInvalidError
		alert    tls.AlertError
		header   tls.RecordHeaderError
		first    *kgo.ErrFirstReadEOF
		dns      *net.DNSError
		netErr   net.Error
	)
	switch {
	case errors.As(err, &unknown):
		return "the broker's certificate is signed by nobody we trust; name its authority's file in tls"
	case errors.As(err, &hostname):
		return "the broker's certificate is for another name; set the tls server name, or dial the name it carries"
	case errors.As(err, &expired):
		return "the broker's certificate is not valid; renew it, or check this host's clock"
	case errors.As(err, &alert):
		return "the broker refused our side of tls; check the client certificate it asks for"
	case errors.As(err, &header):
		return "the port answers, but not in tls; disable tls, or use the broker's tls port"
	case errors.As(err, &first):
		return "the broker hung up on the first bytes; it wants tls where we speak plain, or sasl where we bring none, or refused the password"
	case errors.As(err, &dns):
		return "the broker's host name does not resolve; check brokers, and the name the broker advertises"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nobody listens at the broker's address; start the broker, or check brokers"
	case errors.Is(err, kgo.ErrMaxBuffered):
		return "records come faster than the brokers acknowledge them; check the brokers' health, and deliver again"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the broker hung up; it refused the user or the password, or wants tls, or is stopping"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, kgo.ErrRecordTimeout), errors.As(err, &netErr) && netErr.Timeout():
		return "no broker answered in time; check brokers, the network between, whether tls is on here and off there, and that every partition has a leader"
	case errors.As(err, new(*net.OpError)):
		return "the network refuses the way to the broker; check brokers and the network between"
	}
	return ""
}

// refusalAdvice reads errors that a broker answered.
func refusalAdvice(err error) string {
	switch {
	case errors.Is(err, kerr.SaslAuthenticationFailed):
		return "the broker refused the user or the password; check sasl"
	case errors.Is(err, kerr.UnsupportedSaslMechanism), errors.Is(err, kerr.IllegalSaslState):
		return "the broker does not offer this sasl mechanism; name the one its listener has"
	case errors.Is(err, kerr.TopicAuthorizationFailed):
		return "the user may not read or write this topic; grant it on our prefix"
	case errors.Is(err, kerr.GroupAuthorizationFailed):
		return "the user may not join this group; grant READ on groups with our prefix"
	case errors.Is(err, kerr.TransactionalIDAuthorizationFailed):
		return "the user may not use this transactional id; grant WRITE and DESCRIBE on transactional ids with our prefix"
	case errors.Is(err, kerr.ClusterAuthorizationFailed):
		return "the user may not ask this of the cluster; grant DESCRIBE (and CREATE, to create topics) on it"
	case errors.Is(err, kerr.UnknownTopicOrPartition), errors.Is(err, kerr.UnknownTopicID):
		return "a topic does not exist, or the user may not describe it; create the topics first"
	case errors.Is(err, kerr.NotEnoughReplicas), errors.Is(err, kerr.NotEnoughReplicasAfterAppend):
		return "fewer replicas are in sync than the topic demands; bring the missing broker back"
	case errors.Is(err, kerr.LeaderNotAvailable), errors.Is(err, kerr.NotLeaderForPartition),
		errors.Is(err, kerr.BrokerNotAvailable), errors.Is(err, kerr.CoordinatorNotAvailable), errors.Is(err, kerr.CoordinatorLoadInProgress):
		return "the cluster has no leader for what we asked; it is starting, or a broker is missing"
	case errors.Is(err, kerr.OffsetNotAvailable), errors.Is(err, kerr.FencedLeaderEpoch), errors.Is(err, kerr.UnknownLeaderEpoch), errors.Is(err, kerr.ReplicaNotAvailable):
		return "what we asked for has a new leader, which does not know yet how far it may go (KIP-207); ask again in a moment"
	}
	return ""
}
