package rig

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Times of the fold under the rig: short, so that deadlines fall due while it runs.
const (
	patienceCompanion = 3 * time.Second
	patienceExport    = 4 * time.Second
	settle            = 2 * time.Second
	cohortPatience    = 8 * time.Second
	stalled           = 15 * time.Second
	tick              = 500 * time.Millisecond
	epoch             = 2 * time.Second
	slack             = 200 * time.Millisecond
)

// paced is one of these times at the rig's pace.
func (o *Options) paced(d time.Duration) time.Duration { return d / time.Duration(max(1, o.Pace)) }

// settings is one worker's holdfast.yaml. The hot set is small, so that entities are evicted and read back; hourly is
// short, so that the log is cut also when nothing comes any more.
func (o *Options) settings(name, state string) string {
	brokers := make([]string, len(o.Brokers))
	for i, b := range o.Brokers {
		brokers[i] = fmt.Sprintf("%q", b)
	}
	return fmt.Sprintf(`kafka: {brokers: [%s], prefix: %q, profile: %s, partitions: %d, replication: %d, boot: %d}
worker: %s
state_dir: %q
stages: [observe, clock, correlate]
log: {level: info, format: json}
clock: {tick: %v, epoch: %v, hourly: %v, slack: %v}
correlate:
  patience_companion: %v
  patience_export: %v
  settle: %v
  stalled: %v
  cohort_min: 30
  cohort_patience: %v
  origin: rig/log
stream: {session_timeout: %v, rebalance_timeout: %v, transaction_timeout: %v, hot_set: 500, store_cache: 8MiB}
`, strings.Join(brokers, ", "), o.Prefix, o.Profile, o.Partitions, o.Replication, o.Boot, name, state,
		o.paced(tick), o.paced(epoch), o.paced(2*epoch), o.paced(slack), o.paced(patienceCompanion), o.paced(patienceExport),
		o.paced(cmp.Or(o.Settle, settle)), o.paced(stalled), o.paced(cohortPatience),
		o.Session, o.Session+o.Session/2, o.Transaction)
}
