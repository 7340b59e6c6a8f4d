package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"holdfast.example/deploy/sandbox/bucket"
)

// configs writes the configuration files of all children and returns their paths by the child's name.
func configs(dir string, s *servers) (map[string]string, error) {
	paths := map[string]string{}
	for name, stages := range map[string][]string{
		"capture": {"capture"}, victim: {"observe", "clock", "correlate"}, otherWorker: {"observe", "clock", "correlate"},
	} {
		paths[name] = filepath.Join(dir, name+".yaml")
		text := config(name, filepath.Join(dir, "state", name), stages, s)
		if err := os.WriteFile(paths[name], []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("write the configuration of %s: %w", name, err)
		}
	}
	return paths, nil
}

// config is one holdfast.yaml. Times are a demo's: an absence that takes hours in earnest takes seconds here.
func config(name, state string, stages []string, s *servers) string {
	text := fmt.Sprintf(`kafka:
  brokers: [%q]
  prefix: %q
  profile: embedded
  partitions: %d
  boot: %d
worker: %s
state_dir: %q
stages: [%s]
log: {level: info, format: json}
correlate:
  patience_companion: 3s
  patience_export: 4s
  settle: 2s
  stalled: 15s
  cohort_min: 30
  cohort_patience: 1h
  origin: sandbox/log
clock: {tick: 500ms, epoch: 2s, slack: 200ms}
stream: {store_cache: 8MiB}
`, s.broker.Address, prefix, partitions, s.broker.Boot, name, state, strings.Join(stages, ", "))
	if !slices.Contains(stages, "capture") {
		return text
	}
	return text + fmt.Sprintf(`capture:
  webhook:
    listen: %q
    secrets: [%q]
  queues:
    - {name: events, url: %q, carries: events, wait: 1s, visibility: %s}
    - {name: bucket, url: %q, carries: s3, wait: 1s, visibility: %s}
  buckets:
    - {name: %q}
  aws: {region: %s, sqs_endpoint: %q, s3_endpoint: %q, path_style: true}
  progress: 500ms
`, s.listen, s.secret, s.queues.URL(s.events), visibility, s.queues.URL(s.s3), visibility,
		s.bucket.Name, bucket.Region, s.queues.Endpoint, s.bucket.Endpoint)
}

// environment is what every child gets besides its file: the keys of the embedded S3, which any SQS here takes too.
func environment(s *servers) []string {
	return append(os.Environ(),
		"AWS_ACCESS_KEY_ID="+s.bucket.AccessKey, "AWS_SECRET_ACCESS_KEY="+s.bucket.SecretKey,
		"AWS_REGION="+bucket.Region, "AWS_EC2_METADATA_DISABLED=true",
		"GOMEMLIMIT=200MiB")
}
