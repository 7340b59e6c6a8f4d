package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast.example/schemas"
	"holdfast.example/stream"
)

var update = flag.Bool("update", false, "rewrite the generated part of docs/OPERATIONS.md")

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"holdfast": main}) }

// TestScripts runs the binary as a person does: one script a verb and a mistake. What is at stake is every word on the
// screen and every exit code.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir) // no credentials of the machine's
			e.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"broker": startBroker, "code": wantCode, "produce": produce, "await": await, "address": address, "post": post, "terminate": terminate, "ask": ask, "ready": ready, "delete": deleteTopic,
		},
		RequireExplicitExec: true,
	})
}

// startBroker is the script command broker: an in-process Kafka whose address is $BROKER.
func startBroker(ts *testscript.TestScript, _ bool, _ []string) {
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(500*time.Millisecond))
	ts.Check(err)
	ts.Defer(fake.Close)
	ts.Setenv("BROKER", fake.ListenAddrs()[0])
}

// wantCode is the script command code N program args...: the program must end with exit code N. What it wrote can be
// seen with stdout and stderr of testscript, as after exec.
func wantCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program args...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit code %s; want %s", got, args[0])
	}
}

// produce is the script command produce TOPIC KEY WHAT: one record. WHAT is probe:ENTITY, a record of ours, or a text.
func produce(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: produce TOPIC KEY WHAT")
	}
	value := []byte(args[2])
	if entity, ok := strings.CutPrefix(args[2], "probe:"); ok {
		var err error
		value, err = schemas.Append(nil, &schemas.Probe{Entity: entity, Question: "object", Rule: "media-missing"})
		ts.Check(err)
	}
	p, err := stream.NewPublisher(stream.Kafka{Brokers: []string{ts.Getenv("BROKER")}})
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	ts.Check(p.Send(ctx, stream.Output{Topic: args[0], Partition: stream.ByKey, Key: []byte(args[1]), Value: value}))
	ts.Check(p.Close())
}

// deleteTopic is the script command delete TOPIC.
func deleteTopic(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: delete TOPIC")
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(ts.Getenv("BROKER")))
	ts.Check(err)
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err = kadm.NewClient(cl).DeleteTopic(ctx, args[0])
	ts.Check(err)
}

// await is the script command await FILE TEXT: until a file that a background program writes holds the text.
func await(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: await FILE TEXT")
	}
	path := ts.MkAbs(args[0])
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		b, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(b), args[1]) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("waited in vain for %q in %s:\n%s", args[1], args[0], b)
		}
	}
}

// address is the script command address NAME: $NAME becomes a host:port on the loopback that is free.
func address(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// post is the script command post ADDRESS SECRET FILE: a signed event, which must be accepted.
func post(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: post ADDRESS SECRET FILE")
	}
	body := ts.ReadFile(args[2])
	mac := hmac.New(sha256.New, []byte(args[1]))
	mac.Write([]byte(body))
	req, err := http.NewRequest(http.MethodPost, "http://"+args[0]+"/v1/events", strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("X-Hub-Signature-256", "sha256="+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	ts.Check(resp.Body.Close())
	if resp.StatusCode/100 != 2 {
		ts.Fatalf("%s; want 2xx", resp.Status)
	}
}

// terminate is the script command terminate: SIGTERM to every program in the background, as an orchestrator sends it.
func terminate(ts *testscript.TestScript, _ bool, _ []string) {
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(syscall.SIGTERM))
	}
}

// ask is the script command ask ADDRESS PATH CODE: a GET whose answer has the code, and can be seen with stdout.
func ask(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: ask ADDRESS PATH CODE")
	}
	if got, body := get(ts, args[0], args[1]); got != args[2] {
		ts.Fatalf("%s: %s; want %s\n%s", args[1], got, args[2], body)
	}
}

// ready is the script command ready ADDRESS: until /readyz answers 200; its answer can be seen with stdout.
func ready(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got, body := get(ts, args[0], "/readyz")
		if got == "200" {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("waited in vain for readiness:\n%s", body)
		}
	}
}

func get(ts *testscript.TestScript, address, path string) (code, body string) {
	res, err := http.Get("http://" + address + path)
	ts.Check(err)
	b, err := io.ReadAll(res.Body)
	ts.Check(err)
	ts.Check(res.Body.Close())
	_, err = ts.Stdout().Write(b)
	ts.Check(err)
	return strconv.Itoa(res.StatusCode), string(b)
}
