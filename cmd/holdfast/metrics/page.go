package metrics

import (
	"fmt"
	"strings"
)

// Page writes the table as the generated part of docs/METRICS.md.
func Page() string {
	var b strings.Builder
	for _, s := range Table() {
		fmt.Fprintf(&b, "\n## %s\n\n", s.Title)
		if s.Says != "" {
			fmt.Fprintf(&b, "%s\n\n", s.Says)
		}
		b.WriteString("| metric | kind | labels | |\n|---|---|---|---|\n")
		for _, x := range s.Metrics {
			kind := string(x.Kind)
			if x.Kind == age {
				kind = "gauge"
			}
			labels := ""
			if len(x.Labels) > 0 {
				labels = "`" + strings.Join(x.Labels, "`, `") + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", x.Name, kind, labels, x.Help)
		}
	}
	b.WriteString("\n## Alerts worth having\n\n| alert when | it means |\n|---|---|\n")
	for _, s := range Table() {
		for _, x := range s.Metrics {
			if x.Alert != "" {
				fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(x.Alert, "|", "\\|"), x.Why)
			}
		}
	}
	return b.String()
}
