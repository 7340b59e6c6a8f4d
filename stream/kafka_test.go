package stream

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
)

// startFake starts a broker in this process and returns how to reach it.
func startFake(t testing.TB, opts ...kfake.Opt) (*kfake.Cluster, Kafka) {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, Kafka{Brokers: c.ListenAddrs(), Prefix: "hf."}
}

// soon bounds a test that would otherwise hang; no test waits for it.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// TestOptionsReportsEveryMistake: whoever writes a configuration should not have to start ten times to learn of ten
// mistakes.
func TestOptionsReportsEveryMistake(t *testing.T) {
	var k Kafka
	k.Brokers = []string{"broker", "broker:0", ":9092"}
	k.Prefix = "hf/"
	k.TLS.Enabled, k.TLS.CAFile, k.TLS.CertFile = true, filepath.Join(t.TempDir(), "none.pem"), "cert.pem"
	k.SASL.Mechanism, k.SASL.Username, k.SASL.Password = "scram", "user", "do-not-print"
	_, err := k.Options()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{`"broker" is no host:port`, `"broker:0"`, `":9092" is no host:port`, `prefix "hf/"`, "none.pem", "needs both", `mechanism "scram"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "do-not-print") {
		t.Error("the password is in the error")
	}
}

func TestOptionsRefuses(t *testing.T) {
	notPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(notPEM, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		edit func(*Kafka)
	}{
		{"none given", func(k *Kafka) { k.Brokers = nil }},
		{"tls is not enabled", func(k *Kafka) { k.TLS.CAFile = notPEM }},
		{"no PEM certificate", func(k *Kafka) { k.TLS.Enabled, k.TLS.CAFile = true, notPEM }},
		{"load client certificate", func(k *Kafka) { k.TLS.Enabled, k.TLS.CertFile, k.TLS.KeyFile = true, notPEM, notPEM }},
		{"no mechanism", func(k *Kafka) { k.SASL.Username = "user" }},
		{"needs a user name and a password", func(k *Kafka) { k.SASL.Mechanism = "PLAIN" }},
	} {
		k := Kafka{Brokers: []string{"localhost:9092"}}
		if _, err := k.Options(); err != nil {
			t.Fatal(err)
		}
		c.edit(&k)
		if _, err := k.Options(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v; want %q in it", err, c.want)
		}
	}
}

// TestNames: a transactional id must be the same after a restart, and another one in each of worker, verb, topic and
// boot; all names of one installation begin with its prefix, so that one ACL covers them.
func TestNames(t *testing.T) {
	k := Kafka{Prefix: "hf."}
	if got := k.Topic("observations"); got != "hf.observations" || k.Strip(got) != "observations" {
		t.Errorf("topic %q, stripped %q", got, k.Strip(got))
	}
	if got := k.Strip("elsewhere"); got != "elsewhere" {
		t.Errorf("a topic without the prefix: %q", got)
	}
	for _, c := range []struct {
		k    Kafka
		want string
	}{
		{Kafka{Prefix: "hf."}, "hf./w1/correlate/observations"},
		{Kafka{Prefix: "hf.", Boot: 3}, "hf./w1/correlate/observations/3"},
		{Kafka{}, "w1/correlate/observations"},
	} {
		if got := c.k.TransactionalID("w1", "correlate", "observations"); got != c.want {
			t.Errorf("%q; want %q", got, c.want)
		}
	}
}

// TestLogHidesThePassword: whoever logs the configuration must not log the secret in it.
func TestLogHidesThePassword(t *testing.T) {
	k := Kafka{Brokers: []string{"localhost:9092"}}
	k.SASL.Mechanism, k.SASL.Username, k.SASL.Password = "PLAIN", "user", "do-not-print"
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("start", "kafka", k)
	slog.New(slog.NewTextHandler(&out, nil)).Info("start", "kafka", k)
	if s := out.String(); strings.Contains(s, "do-not-print") || !strings.Contains(s, "localhost:9092") {
		t.Errorf("logged %s", s)
	}
}

// TestConnectsWithSASLAndTLS: each mechanism, over TLS with an authority of our own.
func TestConnectsWithSASLAndTLS(t *testing.T) {
	server, ca := certificate(t, "localhost", "127.0.0.1")
	for _, mechanism := range []string{mechanismPlain, mechanismScram256, mechanismScram512} {
		_, k := startFake(t, kfake.EnableSASL(), kfake.Superuser(mechanism, "user", "right"), kfake.TLS(&tls.Config{Certificates: []tls.Certificate{server}}))
		k.TLS.Enabled, k.TLS.CAFile = true, ca
		k.SASL.Mechanism, k.SASL.Username, k.SASL.Password = mechanism, "user", "right"
		if err := BrokerCheck(soon(t), k); err != nil {
			t.Errorf("%s: %v", mechanism, err)
		}
	}
}

// TestExplainsTheWayToTheCluster: each way in which a cluster can be out of reach, as the library reports it, ends in
// a sentence that says what to do, and in the exit code of an unreachable broker.
func TestExplainsTheWayToTheCluster(t *testing.T) {
	server, ca := certificate(t, "localhost", "127.0.0.1")
	elsewhere, elsewhereCA := certificate(t, "elsewhere.example")
	withTLS := func(c tls.Certificate) kfake.Opt { return kfake.TLS(&tls.Config{Certificates: []tls.Certificate{c}}) }
	sasl := []kfake.Opt{kfake.EnableSASL(), kfake.Superuser(mechanismScram256, "user", "right"), kfake.Superuser(mechanismPlain, "user", "right")}
	for _, c := range []struct {
		name string
		opts []kfake.Opt
		edit func(*Kafka)
		want []string // any of them
	}{
		{"nobody listens", nil, func(k *Kafka) { k.Brokers = []string{unusedAddress(t)} }, []string{"nobody listens"}},
		{"wrong password, SCRAM", sasl, func(k *Kafka) {
			k.SASL.Mechanism, k.SASL.Username, k.SASL.Password = mechanismScram256, "user", "wrong"
		},
			[]string{"password"}},
		{"wrong password, PLAIN", sasl, func(k *Kafka) { k.SASL.Mechanism, k.SASL.Username, k.SASL.Password = mechanismPlain, "user", "wrong" },
			[]string{"password"}},
		{"no password where one is asked", sasl, func(*Kafka) {}, []string{"sasl where we bring none"}},
		{"plain to a tls port", []kfake.Opt{withTLS(server)}, func(*Kafka) {}, []string{"wants tls"}},
		{"tls to a plain port", nil, func(k *Kafka) { k.TLS.Enabled, k.TLS.CAFile = true, ca }, []string{"not in tls", "whether tls is on here"}},
		{"an unknown authority", []kfake.Opt{withTLS(server)}, func(k *Kafka) { k.TLS.Enabled = true }, []string{"signed by nobody we trust"}},
		{"another name", []kfake.Opt{withTLS(elsewhere)}, func(k *Kafka) { k.TLS.Enabled, k.TLS.CAFile = true, elsewhereCA }, []string{"is for another name"}},
		{"not allowed", append([]kfake.Opt{kfake.EnableACLs(), kfake.User(mechanismPlain, "guest", "right")}, sasl...),
			func(k *Kafka) { k.SASL.Mechanism, k.SASL.Username, k.SASL.Password = mechanismPlain, "guest", "right" }, []string{"may not ask this of the cluster", "may not read or write this topic"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, k := startFake(t, c.opts...)
			c.edit(&k)
			// The library tries again what may pass, here a broker that hangs up; the caller's deadline ends it.
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			_, err := CreateTopics(ctx, k, schemas.Embedded, 1, 1)
			if !errors.Is(err, ErrUnreachable) {
				t.Fatalf("%v is not ErrUnreachable", err)
			}
			for _, want := range c.want {
				if strings.Contains(err.Error(), want) {
					return
				}
			}
			t.Errorf("%v; want one of %q in it", err, c.want)
		})
	}
}

// TestExplainLeavesOthers: an error that is not the cluster's keeps its own exit code; one that is keeps its cause.
func TestExplainLeavesOthers(t *testing.T) {
	if Explain(nil) != nil {
		t.Error("nil is explained")
	}
	for _, err := range []error{errors.New("disk full"), ErrStop, context.Canceled, kerr.MessageTooLarge, kerr.InvalidProducerEpoch, kgo.ErrClientClosed} {
		if Explain(err) != err {
			t.Errorf("%v became %v", err, Explain(err))
		}
	}
	for _, err := range []error{kerr.SaslAuthenticationFailed, kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed, kerr.TransactionalIDAuthorizationFailed,
		kerr.ClusterAuthorizationFailed, kerr.UnknownTopicOrPartition, kerr.NotEnoughReplicas, kerr.LeaderNotAvailable, kerr.OffsetNotAvailable, kerr.FencedLeaderEpoch, kgo.ErrMaxBuffered, context.DeadlineExceeded,
		&net.DNSError{Err: "no such host", Name: "broker.example", IsNotFound: true}} {
		got := Explain(err)
		if !errors.Is(got, ErrUnreachable) || !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
		if again := Explain(got); again != got {
			t.Errorf("explained twice: %v", again)
		}
	}
}

func unusedAddress(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// certificate makes a self-signed certificate for the names and writes it as its own authority.
func certificate(t testing.TB, names ...string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: names[0]},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}
