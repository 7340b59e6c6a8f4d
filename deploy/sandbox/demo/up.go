package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"holdfast.example/deploy/sandbox/bucket"
)

// Up runs the servers alone until ctx ends, and says on w how to reach them: a holdfast.yaml to begin with, and the
// keys for the environment.
func Up(ctx context.Context, dir string, w io.Writer) error {
	// Before the servers start, which changes the working directory: both are seen from where up was called.
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("find the servers' folder: %w", err)
	}
	state, err := filepath.Abs("holdfast-state")
	if err != nil {
		return fmt.Errorf("find the state folder: %w", err)
	}
	s, err := startServers(ctx, dir, "hold-bucket")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "# environment\n# export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_REGION=%s\n#\n# holdfast.yaml\n%s",
		s.bucket.AccessKey, s.bucket.SecretKey, bucket.Region,
		config("capture", state, []string{"capture", "observe", "clock", "correlate"}, s))
	if err == nil {
		<-ctx.Done()
	}
	return errors.Join(err, s.stop())
}
