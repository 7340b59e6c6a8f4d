package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"holdfast.example/schemas/instant"
)

// benchRecordings is the workload of the goal: so many recordings with eight events each.
const benchRecordings = 100_000

// BenchmarkCheck judges a large export by the real program on one core: the time of a run, and the most memory it held.
func BenchmarkCheck(b *testing.B) {
	dir := b.TempDir()
	writeLarge(b, dir)
	program := filepath.Join(dir, "holdfast")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for b.Loop() {
		cmd := exec.Command(program, "check", filepath.Join(dir, "export"), "--evidence", filepath.Join(dir, "events.ndjson"), "--json")
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		most := peak(b, cmd.Process.Pid, bufio.NewReaderSize(out, 1<<20))
		if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitDifferent {
			b.Fatal(err)
		}
		b.ReportMetric(float64(most>>10), "MiB")
		b.ReportMetric(cmd.ProcessState.UserTime().Seconds()+cmd.ProcessState.SystemTime().Seconds(), "core-s")
	}
}

// peak reads a program's output to its end and answers the most memory the program held until then, in KiB: the
// kernel's own high-water mark of the process, which a fork's parent has no part in.
func peak(b *testing.B, pid int, out *bufio.Reader) (most int64) {
	b.Helper()
	for room := make([]byte, 1<<20); ; {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			b.Skip("no /proc: the memory of another process cannot be read here")
		}
		_, after, _ := strings.Cut(string(status), "VmHWM:")
		line, _, _ := strings.Cut(after, "kB")
		if n, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64); err == nil {
			most = max(most, n)
		}
		if _, err := out.Read(room); err != nil {
			return most
		}
	}
}

// writeLarge writes ten manifests, and the events of all their recordings in no order at all.
func writeLarge(b *testing.B, dir string) {
	b.Helper()
	dice := rand.New(rand.NewPCG(5, 5))
	if err := os.Mkdir(filepath.Join(dir, "export"), 0o755); err != nil {
		b.Fatal(err)
	}
	events := make([]string, 0, 8*benchRecordings)
	const jobs = 10
	for job := range jobs {
		var m strings.Builder
		fmt.Fprintf(&m, `{"job_id":"job-%d","recordings":[`, job)
		for i := range benchRecordings / jobs {
			n := job*benchRecordings/jobs + i
			start := 1777885200000 + dice.Int64N(20*86_400_000)
			end := start + 120_000 + dice.Int64N(1_500_000)
			if i > 0 {
				m.WriteByte(',')
			}
			fmt.Fprintf(&m, `{"conversation_id":"c0ffee00-0000-4000-8000-%012d","recording_id":"7ec00000-0000-4000-8000-%012d","media_type":"Message","recorded_start_time":%q,"recorded_end_time":%q,"created_at":%q}`,
				n, n, instant.Format(start+720_000), instant.Format(end+720_000), instant.Format(start+720_000))
			middle := (start + end) / 2
			for k, e := range []struct {
				topic string
				at    int64
			}{{"customer.start", start}, {"acd.start", start + 900}, {"acd.end", start + 9000}, {"user.start", start + 9000},
				{"user.end", middle}, {"user.start", middle + 2500}, {"user.end", end}, {"customer.end", end}} {
				session, user := [...]int{0, 3, 3, 1, 1, 2, 2, 0}[k], ""
				if session == 1 || session == 2 {
					user = fmt.Sprintf(`,"userId":"e-%d-%d"`, session, n%700)
				}
				events = append(events, fmt.Sprintf(`{"topicName":"v2.detail.events.conversation.c0ffee00-0000-4000-8000-%012d.%s","version":"2","eventBody":{"eventTime":%d,"conversationId":"c0ffee00-0000-4000-8000-%012d","participantId":"a%d-%d","sessionId":"s%d-%d","mediaType":"MESSAGE","provider":"PureCloud Messaging"%s}}`,
					n, e.topic, e.at, n, session, n, session, n, user))
			}
		}
		m.WriteString("]}")
		if err := os.WriteFile(filepath.Join(dir, "export", fmt.Sprintf("job-%d.json", job)), []byte(m.String()), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	dice.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	if err := os.WriteFile(filepath.Join(dir, "events.ndjson"), []byte(strings.Join(events, "\n")+"\n"), 0o644); err != nil {
		b.Fatal(err)
	}
}
