package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// foundVulns is govulncheck's exit code when the code can reach a known vulnerability.
const foundVulns = 3

// runVulns asks govulncheck of every module. Its database is on the network: where that cannot be reached, nothing was
// learned, which is said and is no failure.
func runVulns(ctx context.Context, modules []string) (bool, error) {
	tool, err := filepath.Abs(filepath.Join("bin", "tools", "govulncheck"))
	if err != nil {
		return false, err
	}
	ok := true
	for _, m := range modules {
		cmd := exec.CommandContext(ctx, tool, "./...")
		cmd.Dir = m
		out, err := cmd.CombinedOutput()
		switch verdict := judgeVulns(string(out), err); verdict {
		case "":
			fmt.Printf("govulncheck, module %s: none that the code reaches\n", m)
		case unreached:
			fmt.Printf("not run: govulncheck, module %s: the vulnerability database cannot be reached from here\n", m)
		default:
			ok = false
			fmt.Printf("govulncheck, module %s: %s\n%s", m, verdict, out)
		}
	}
	return ok, nil
}

const unreached = "unreached"

// judgeVulns says what a run of govulncheck came to: nothing if it found nothing, unreached, or what is wrong.
func judgeVulns(out string, err error) string {
	var exit interface{ ExitCode() int }
	switch {
	case err == nil:
		return ""
	case errors.As(err, &exit) && exit.ExitCode() == foundVulns:
		return "found vulnerabilities that the code reaches"
	case strings.Contains(out, "fetching vulnerabilities:"):
		return unreached
	}
	return err.Error()
}
