package apache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// stopPatience is how long a broker may take to stop in good order before it is killed.
const stopPatience = 15 * time.Second

// broker is one node: its folder, and its process if it runs.
type broker struct {
	number int
	port   [2]int // its own, its controller's
	heapMB int
	kit    kit
	dir    string

	mu      sync.Mutex
	cmd     *exec.Cmd
	gone    chan struct{} // closed when the process has ended
	paused  bool
	crashed bool // killed, and not started since
}

func (b *broker) address() string { return local(b.port[0]) }
func (b *broker) log() string     { return filepath.Join(b.dir, "broker.log") }

// configure makes the broker's folder and its server.properties.
func (b *broker) configure(ports [][2]int, over map[string]string) error {
	replicas, inSync := len(ports), 1
	if replicas > 2 {
		inSync = 2
	}
	var voters []string
	for i, p := range ports {
		voters = append(voters, fmt.Sprintf("%d@%s", i+1, local(p[1])))
	}
	rf, isr := strconv.Itoa(replicas), strconv.Itoa(inSync)
	properties := map[string]string{
		"process.roles":                  "broker,controller",
		"node.id":                        strconv.Itoa(b.number),
		"controller.quorum.voters":       strings.Join(voters, ","),
		"listeners":                      "PLAINTEXT://" + b.address() + ",CONTROLLER://" + local(b.port[1]),
		"advertised.listeners":           "PLAINTEXT://" + b.address(),
		"controller.listener.names":      "CONTROLLER",
		"listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
		"log.dirs":                       filepath.Join(b.dir, "data"),

		"auto.create.topics.enable":                        "false",
		"default.replication.factor":                       rf,
		"min.insync.replicas":                              isr,
		"offsets.topic.num.partitions":                     "4",
		"offsets.topic.replication.factor":                 rf,
		"transaction.state.log.num.partitions":             "4",
		"transaction.state.log.replication.factor":         rf,
		"transaction.state.log.min.isr":                    isr,
		"share.coordinator.state.topic.num.partitions":     "1",
		"share.coordinator.state.topic.replication.factor": rf,
		"share.coordinator.state.topic.min.isr":            isr,

		// What takes minutes or half of them by default.
		"broker.session.timeout.ms":                                   "3000",
		"broker.heartbeat.interval.ms":                                "500",
		"group.initial.rebalance.delay.ms":                            "0",
		"transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
		"log.cleaner.backoff.ms":                                      "1000",
		"log.initial.task.delay.ms":                                   "1000",

		// Many brokers on few cores, in little memory.
		"num.network.threads":               "2",
		"num.io.threads":                    "4",
		"background.threads":                "2",
		"log.cleaner.threads":               "1",
		"log.cleaner.dedupe.buffer.size":    strconv.Itoa(8 << 20), // by default 128 MiB of a heap of 256
		"log.cleaner.io.buffer.size":        strconv.Itoa(256 << 10),
		"log.index.size.max.bytes":          strconv.Itoa(1 << 20),
		"num.recovery.threads.per.data.dir": "1",
	}
	maps.Copy(properties, over)
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		fmt.Fprintf(&text, "%s=%s\n", key, properties[key])
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return fmt.Errorf("configure broker %d: %w", b.number, err)
	}
	if err := os.WriteFile(b.properties(), []byte(text.String()), 0o600); err != nil {
		return fmt.Errorf("configure broker %d: %w", b.number, err)
	}
	return nil
}

func (b *broker) properties() string { return filepath.Join(b.dir, "server.properties") }

// format makes the data folder, with Kafka's own tool.
func (b *broker) format(ctx context.Context, cluster string) error {
	cmd := b.kit.command(ctx, []string{"-Xmx64m"}, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", b.properties())
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = childAttributes()
	err := startChild(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return fmt.Errorf("format data of broker %d: %w; it said:\n%s", b.number, err, lastLines(said.Bytes(), 20))
	}
	return nil
}

// launch starts the process and does not wait until it answers.
func (b *broker) launch() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running() {
		return fmt.Errorf("start broker %d: it runs", b.number)
	}
	out, err := os.OpenFile(b.log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("start broker %d: %w", b.number, err)
	}
	defer out.Close()
	fmt.Fprintf(out, "%s\n", startLine)
	cmd := b.kit.command(context.Background(), []string{"-Xms64m", fmt.Sprintf("-Xmx%dm", b.heapMB)}, "kafka.Kafka", b.properties())
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = childAttributes()
	if err := startChild(cmd); err != nil {
		return fmt.Errorf("start broker %d: %w", b.number, err)
	}
	// The watcher reads it if we end without having removed it.
	if err := os.WriteFile(b.pidFile(), []byte(strconv.Itoa(cmd.Process.Pid)+"\n"), 0o600); err != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait() // it was killed
		return fmt.Errorf("start broker %d: %w", b.number, err)
	}
	gone := make(chan struct{})
	b.cmd, b.gone, b.paused = cmd, gone, false
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		_ = os.Remove(b.pidFile())
		close(gone)
	}()
	return nil
}

// startLine parts the lives of a broker in its log.
const startLine = "---- start"

func (b *broker) pidFile() string { return filepath.Join(b.dir, "pid") }

// running is called with mu held.
func (b *broker) running() bool {
	if b.cmd == nil {
		return false
	}
	select {
	case <-b.gone:
		return false
	default:
		return true
	}
}

// signal sends a signal to the broker's process group and returns a channel that is closed when it is gone; false if
// it does not run.
func (b *broker) signal(signals ...syscall.Signal) (<-chan struct{}, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.running() {
		return nil, false
	}
	for _, s := range signals {
		_ = syscall.Kill(-b.cmd.Process.Pid, s) // it may just have ended
	}
	return b.gone, true
}

func (b *broker) kill() bool {
	gone, ok := b.signal(syscall.SIGKILL)
	if ok {
		<-gone
	}
	return ok
}

// stop ends the process in good order, or kills it when that takes too long.
func (b *broker) stop() {
	gone, ok := b.signal(syscall.SIGCONT, syscall.SIGTERM)
	if !ok {
		return
	}
	select {
	case <-gone:
	case <-time.After(stopPatience):
		b.kill()
	}
}

func (b *broker) pause(on bool) error {
	what, signal := "resume", syscall.SIGCONT
	if on {
		what, signal = "pause", syscall.SIGSTOP
	}
	if _, ok := b.signal(signal); !ok {
		return fmt.Errorf("%s broker %d: it does not run", what, b.number)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.paused = on
	return nil
}

func (b *broker) status() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := Status{Broker: b.number, State: "down", Address: b.address(), Log: b.log()}
	if b.running() {
		s.PID, s.State = b.cmd.Process.Pid, "up"
		if b.paused {
			s.State = "paused"
		}
	}
	return s
}

// died returns why the broker is not running, with the end of its log, or nil if it runs.
func (b *broker) died() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running() {
		return nil
	}
	text, err := os.ReadFile(b.log())
	if err != nil {
		return fmt.Errorf("broker %d died while it started: %w", b.number, err)
	}
	if at := bytes.LastIndex(text, []byte(startLine)); at >= 0 {
		text = text[at+len(startLine):]
	}
	cause := errors.New("see its log")
	if bytes.Contains(text, []byte("Address already in use")) {
		cause = errPort
	}
	return fmt.Errorf("broker %d died while it started: %w; the end of %s:\n%s", b.number, cause, b.log(), lastLines(text, 30))
}
