package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// goal is a figure that a benchmark should reach. A missed one is said and changes nothing: the workload stays.
type goal struct {
	pkg     string
	name    string // a regular expression over the whole name without Benchmark and without -N for processors
	unit    string // of the figure
	atLeast float64
	atMost  float64
	what    string
}

var goals = []goal{
	{"schemas", `ObservationDecode/.*`, "ns/op", 0, 3000, "decode one observation"},
	{"schemas/strictjson", `Check/event`, "MB/s", 200, 0, "strict pass over an event"},
	{"processors/capture", `.*`, "of-openssl", 0.9, 0, "hashing reader, as a share of openssl"},
	{"processors/correlate", `Fold/each`, "obs/s", 100_000, 0, "fold, each observation makes a leaf"},
	{"processors/correlate", `Fold/five`, "obs/s", 300_000, 0, "fold, one in five makes a leaf"},
	{"cmd/holdfast", `Check`, "core-s", 0, 60, "check 100,000 recordings with 8 events each, seconds of one core"},
	{"cmd/holdfast", `Check`, "MiB", 0, 512, "the same, memory"},
}

// result is one line of a benchmark.
type result struct {
	pkg, name string
	figures   map[string]float64 // by unit
}

var benchmarkLine = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// readResults copies the output of go test -bench and picks the results out of it.
func readResults(r io.Reader, w io.Writer) ([]result, error) {
	var all []result
	pkg := ""
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		fmt.Fprintln(w, line)
		if name, ok := strings.CutPrefix(line, "pkg: "); ok {
			pkg = short(name)
		}
		m := benchmarkLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		res := result{pkg, m[1], map[string]float64{}}
		words := strings.Fields(m[2])
		for i := 0; i+1 < len(words); i += 2 {
			if v, err := strconv.ParseFloat(words[i], 64); err == nil {
				res.figures[words[i+1]] = v
			}
		}
		all = append(all, res)
	}
	return all, lines.Err()
}

// judge writes a line for every result that a goal speaks of, and one for a goal that none spoke to.
func judge(all []result, w io.Writer) {
	fmt.Fprintln(w, "\ngoals")
	for _, g := range goals {
		name := regexp.MustCompile("^(?:" + g.name + ")$")
		found := false
		for _, r := range all {
			v, ok := r.figures[g.unit]
			if !ok || r.pkg != g.pkg || !name.MatchString(r.name) {
				continue
			}
			found = true
			verdict, want := "reached", fmt.Sprintf("at least %.10g", g.atLeast)
			if g.atMost > 0 {
				want = fmt.Sprintf("at most %.10g", g.atMost)
			}
			if v < g.atLeast || g.atMost > 0 && v > g.atMost {
				verdict = "MISSED"
			}
			fmt.Fprintf(w, "  %-8s %12.10g %-11s goal %-16s %s (%s %s)\n", verdict, v, g.unit, want, g.what, r.pkg, r.name)
		}
		if !found {
			fmt.Fprintf(w, "  not run: %s: no benchmark of %s gave %s\n", g.what, g.pkg, g.unit)
		}
	}
}

// runBenchmarks runs the benchmarks of every module, one package after another.
func runBenchmarks(ctx context.Context, modules, flags []string) (bool, error) {
	var all []result
	ok := true
	for _, m := range modules {
		args := append(append([]string{"test", "-run", "^$", "-bench", ".", "-benchmem", "-p", "1"}, flags...), "./...")
		fmt.Printf("module %s: go %s\n", m, strings.Join(args, " "))
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir, cmd.Stderr = m, os.Stderr
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			return false, fmt.Errorf("start go test: %w", err)
		}
		results, err := readResults(out, os.Stdout)
		if err != nil {
			return false, fmt.Errorf("read benchmarks: %w", err)
		}
		all = append(all, results...)
		if err := cmd.Wait(); err != nil {
			fmt.Printf("failed: benchmarks of module %s: %v\n", m, err)
			ok = false
		}
	}
	judge(all, os.Stdout)
	return ok, nil
}
