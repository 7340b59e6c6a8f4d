package apache

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestMain lets the test binary be a process that starts a cluster and is killed.
func TestMain(m *testing.M) {
	if os.Getenv("APACHE_TEST_STARTER") != "" {
		c, err := Start(context.Background(), Options{})
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("up", c.Ps()[0].PID, c.Dir())
		select {}
	}
	os.Exit(m.Run())
}

func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// start starts a cluster of the test's own.
func start(t testing.TB, o Options) *Cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	c, err := Start(ctx, o)
	if errors.Is(err, ErrMissing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// write has a minute: a broker that is slow to hear of a topic just made says that it does not know it, again and again.
func write(t testing.TB, c *Cluster, topic, value string) error {
	t.Helper()
	cl, err := client(c.Bootstrap(), kgo.RecordDeliveryTimeout(60*time.Second), kgo.UnknownTopicRetries(-1))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	return cl.ProduceSync(soon(t), &kgo.Record{Topic: topic, Value: []byte(value)}).FirstErr()
}

func holds(t testing.TB, c *Cluster, topic string, want ...string) {
	t.Helper()
	cl, err := client(c.Bootstrap(), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	var got []string
	for ctx := soon(t); len(got) < len(want); {
		fetches := cl.PollFetches(ctx)
		if ctx.Err() != nil {
			t.Fatalf("%s holds %q, not all of %q: %v", topic, got, want, fetches.Err())
		}
		fetches.EachRecord(func(r *kgo.Record) { got = append(got, string(r.Value)) })
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Fatalf("%s holds %q; want %q", topic, got, want)
	}
}

func topic(t testing.TB, c *Cluster, name string) {
	t.Helper()
	cl, err := client(c.Bootstrap())
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if _, err := kadm.NewClient(cl).CreateTopic(soon(t), 1, -1, nil, name); err != nil {
		t.Fatal(err)
	}
}

// alive says whether a process is there and no zombie.
func alive(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return syscall.Kill(pid, 0) == nil && !errors.Is(err, os.ErrNotExist)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute until %s", what)
		}
	}
}

// At stake: every test of faults stands on these five verbs. A broker that is killed keeps what it acknowledged; one
// that is paused answers nothing and then goes on; nothing is left behind, neither process nor file.
func TestLife(t *testing.T) {
	c := start(t, Options{})
	topic(t, c, "t")
	if err := write(t, c, "t", "before"); err != nil {
		t.Fatal(err)
	}
	first := c.Ps()[0]
	if err := c.Kill(1); err != nil {
		t.Fatal(err)
	}
	if s := c.Ps()[0]; s.State != "down" || s.PID != 0 || alive(first.PID) {
		t.Fatalf("after Kill: %+v", s)
	}
	if c.Kill(1) == nil || c.Pause(1) == nil || c.Kill(2) == nil {
		t.Error("a broker that does not run, or is not there, was killed or paused")
	}
	if err := c.Restart(soon(t), 1); err != nil {
		t.Fatal(err)
	}
	holds(t, c, "t", "before")

	if err := c.Pause(1); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- write(t, c, "t", "paused") }()
	cl, err := client(c.Bootstrap())
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	short, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := cl.Ping(short); err == nil {
		t.Error("a paused broker answers")
	}
	select {
	case err := <-done:
		t.Fatalf("a paused broker took a record: %v", err)
	default:
	}
	if s := c.Ps()[0]; s.State != "paused" {
		t.Errorf("after Pause: %+v", s)
	}
	if err := c.Resume(1); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := c.Restart(soon(t), 1); err != nil { // of one that runs
		t.Fatal(err)
	}
	holds(t, c, "t", "before", "paused")

	last := c.Ps()[0]
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if last.PID == first.PID || alive(last.PID) {
		t.Errorf("after Stop, process %d is there", last.PID)
	}
	if _, err := os.Stat(c.Dir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Stop, %s is there: %v", c.Dir(), err)
	}
}

// At stake: with three brokers, one is one too few for nothing: what is acknowledged while one is dead is read after
// another died.
func TestThreeBrokers(t *testing.T) {
	c := Need(t, 3)
	topic(t, c, "three")
	for i := 1; i <= 3; i++ {
		if err := c.Kill(i); err != nil {
			t.Fatal(err)
		}
		if err := write(t, c, "three", fmt.Sprint(i)); err != nil {
			t.Fatalf("with broker %d dead: %v", i, err)
		}
		if err := c.Restart(soon(t), i); err != nil {
			t.Fatal(err)
		}
		if err := c.InSync(soon(t)); err != nil {
			t.Fatal(err)
		}
	}
	holds(t, c, "three", "1", "2", "3")
}

// At stake: a test binary that is killed, or panics, must not leave a broker of half a gigabyte behind.
func TestStarterKilled(t *testing.T) {
	start(t, Options{}) // skips, or installs
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "APACHE_TEST_STARTER=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	var pid int
	var dir string
	if _, scan := fmt.Sscanf(line, "up %d %s", &pid, &dir); scan != nil {
		t.Fatalf("the starter said %q: %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	eventually(t, "the broker is gone", func() bool { return !alive(pid) })
	eventually(t, "its data is gone", func() bool { _, err := os.Stat(dir); return errors.Is(err, os.ErrNotExist) })
}

// At stake: a broker that cannot start must say why, not time out; and a folder with a cluster in it is not taken for
// another.
func TestStartErrors(t *testing.T) {
	taken := start(t, Options{Dir: t.TempDir()})
	var port int
	if _, err := fmt.Sscanf(taken.Bootstrap()[0], "127.0.0.1:%d", &port); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"a setting Kafka refuses", Options{Properties: map[string]string{"num.io.threads": "-1"}}, "num.io.threads"},
		{"a port that is taken", Options{Port: port}, "name another first port"},
		{"a folder in use", Options{Dir: taken.Dir()}, "holds a cluster's data"},
		{"two brokers", Options{Brokers: 2}, "1 or 3"},
	} {
		other, err := Start(soon(t), c.o)
		if err == nil {
			_ = other.Stop()
			t.Errorf("%s: started", c.name)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v; want it to say %q", c.name, err, c.want)
		}
	}
	// And the end of the log of one that dies after its data was formatted.
	if err := taken.Kill(1); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(taken.brokers[0].properties(), 0); err != nil {
		t.Fatal(err)
	}
	if err := taken.Restart(soon(t), 1); err == nil || !strings.Contains(err.Error(), "process.roles") {
		t.Errorf("a broker without settings: %v; want the end of its log", err)
	}
}

// At stake: whoever has no Java is told what to install, and not shown a stack trace.
func TestMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("JAVA_HOME", "")
	if _, err := Start(soon(t), Options{}); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "default-jre-headless maven") {
		t.Errorf("without java: %v", err)
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "java"), []byte("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	if _, err := Start(soon(t), Options{}); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "Java 11") {
		t.Errorf("with java 11: %v", err)
	}
	if err := os.WriteFile(filepath.Join(bin, "java"), []byte("#!/bin/sh\necho 'openjdk version \"17.0.2\"' >&2\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOLDFAST_KAFKA_CACHE", t.TempDir())
	if _, err := Start(soon(t), Options{}); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "no mvn") {
		t.Errorf("with an empty cache and no Maven: %v", err)
	}
}
