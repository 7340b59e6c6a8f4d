package check

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast.example/schemas/instant"
)

// story is a made-up export with its evidence: the two stories of the design's first page. What a test perturbs is set
// before it is written; the same story and seed give the same bytes.
type story struct {
	jobs        []int                // recordings in each
	two         func(i int) bool     // which recordings have two agents
	days        int                  // they are spread over
	gaps        [2]int64             // between two agents, ms
	shift, late func(c *scene) int64 // of start and end, of created; nil: none

	start, end, created string // names of the fields; created may be empty
	users               bool   // rows name the agents
	silent              bool   // nobody tells of agents' sessions
	deaf                bool   // there is no evidence at all
	exported            bool   // the Recording API is asked when each was exported
	stamped             bool   // start and end are both when the recording was exported
}

// scene is one recording of a story: instants in Unix ms.
type scene struct {
	i                   int
	conversation, id    string
	start, end          int64
	connect, out, again int64 // the first agent comes and, of two, goes; the second comes
	two                 bool
	done                int64
}

// gap is the time between two agents.
func (c *scene) gap() int64 { return c.again - c.out }

// scenes plays a story.
func (s *story) scenes(seed uint64) []scene {
	dice := rand.New(rand.NewPCG(seed, 7))
	begin := int64(1777885200000) // 2026-05-04T09:00:00Z
	n := 0
	for _, of := range s.jobs {
		n += of
	}
	all := make([]scene, n)
	for i := range all {
		c := &all[i]
		c.i, c.two = i, s.two != nil && s.two(i)
		c.conversation, c.id = fmt.Sprintf("c0ffee00-0000-4000-8000-%012d", i), fmt.Sprintf("7ec00000-0000-4000-8000-%012d", i)
		day := int64(i * s.days / n)
		c.start = begin + day*86_400_000 + dice.Int64N(7*3_600_000)
		c.connect = c.start + 3000 + dice.Int64N(60_000)
		c.end = c.connect + 120_000 + dice.Int64N(1_500_000)
		c.out = c.connect + (c.end-c.connect)/2
		c.again = c.out + s.gaps[0] + dice.Int64N(max(1, s.gaps[1]-s.gaps[0]))
		c.done = begin + 3*86_400_000 + int64(i)*4000 + dice.Int64N(4000)
	}
	return all
}

func iso(ms int64) string { return instant.Format(ms) }

// files are the export and the evidence of a story, by path.
func (s *story) files(seed uint64) map[string]string {
	files := map[string]string{}
	scenes := s.scenes(seed)
	var events, answers []string
	for job, of := range s.jobs {
		var rows []string
		for i := range scenes[:of] {
			c := &scenes[i]
			rows = append(rows, "    "+s.row(c))
			events = append(events, s.tell(c)...)
			answers = append(answers, fmt.Sprintf(`  {"id": %q, "conversationId": %q, "media": "messaging", "fileState": "AVAILABLE", "exportedDate": %q}`, c.id, c.conversation, iso(c.done)))
		}
		scenes = scenes[of:]
		files[fmt.Sprintf("export/job-%d.json", job+1)] = fmt.Sprintf("{\n  \"job_id\": \"10b00000-0000-4000-8000-%012d\",\n  \"recordings\": [\n%s\n  ]\n}\n", job+1, strings.Join(rows, ",\n"))
	}
	if !s.deaf {
		files["evidence/events.ndjson"] = strings.Join(events, "\n") + "\n"
	}
	if s.exported {
		files["evidence/recordings.json"] = "[\n" + strings.Join(answers, ",\n") + "\n]\n"
	}
	return files
}

// row is a recording's row of the manifest.
func (s *story) row(c *scene) string {
	shift, late := int64(0), int64(0)
	if s.shift != nil {
		shift = s.shift(c)
	}
	if s.late != nil {
		late = s.late(c)
	}
	start, end := c.start, c.end
	if s.stamped {
		start, end = c.done, c.done
	}
	row := fmt.Sprintf(`{"conversation_id": %q, "recording_id": %q, "media_type": "Message", "provider": "PureCloud Messaging", %q: %q, %q: %q`,
		c.conversation, c.id, s.start, iso(start+shift), s.end, iso(end+shift))
	if s.created != "" {
		row += fmt.Sprintf(`, %q: %q`, s.created, iso(c.start+late))
	}
	if s.users {
		users := agent(c.i % 7)
		if c.two {
			users += `", "` + agent(7+c.i%5)
		}
		row += `, "user_ids": ["` + users + `"]`
	}
	return row + "}"
}

func agent(n int) string { return fmt.Sprintf("e0000000-0000-4000-8000-%012d", n) }

// tell is a recording's events as a webhook is sent them, in the order in which they happened.
func (s *story) tell(c *scene) (lines []string) {
	one := func(topic string, kind int, user string, at int64) {
		session := fmt.Sprintf("0000000%d-0000-4000-8000-%012d", kind, c.i)
		if user != "" {
			user = fmt.Sprintf(`,"userId":%q`, user)
		}
		lines = append(lines, fmt.Sprintf(`{"topicName":"v2.detail.events.conversation.%s.%s","version":"2","eventBody":{"eventTime":%d,"conversationId":%q,"participantId":"a%s","sessionId":"5%s","mediaType":"MESSAGE","provider":"PureCloud Messaging","direction":"INBOUND"%s}}`,
			c.conversation, topic, at, c.conversation, session[1:], session[1:], user))
	}
	one("customer.start", 0, "", c.start)
	if !s.silent {
		one("user.start", 1, agent(c.i%7), c.connect)
		if c.two {
			one("user.end", 1, agent(c.i%7), c.out)
			one("user.start", 2, agent(7+c.i%5), c.again)
			one("user.end", 2, agent(7+c.i%5), c.end)
		} else {
			one("user.end", 1, agent(c.i%7), c.end)
		}
	}
	one("customer.end", 0, "", c.end)
	return lines
}

// write puts files into a folder.
func write(t testing.TB, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// run judges a folder's export and evidence.
func run(t testing.TB, folder string, o Options) *Result {
	t.Helper()
	var evidence []Source
	if _, err := os.Stat(filepath.Join(folder, "evidence")); err == nil {
		evidence = append(evidence, Disk(filepath.Join(folder, "evidence")))
	}
	r, err := Run(t.Context(), []Source{Disk(filepath.Join(folder, "export"))}, evidence, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// storyA: start and end of every row are 12 minutes late.
func storyA() *story {
	return &story{jobs: []int{12, 30, 48}, days: 2, gaps: [2]int64{1900, 3400}, shift: func(*scene) int64 { return 720_000 },
		start: "recorded_start_time", end: "recorded_end_time", exported: true}
}

// storyB: created_at is late by the gap between two agents, and only where there were two: 40 recordings; 59 have one.
func storyB() *story {
	return &story{jobs: []int{50, 49}, days: 2, gaps: [2]int64{1900, 3400}, two: func(i int) bool { return i%5 < 2 },
		late: func(c *scene) int64 {
			if c.two {
				return c.gap()
			}
			return 0
		}, start: "start_time", end: "end_time", created: "created_at", users: true}
}
