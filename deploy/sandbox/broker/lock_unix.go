//go:build unix

package broker

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// acquire opens the lock file and takes it for this open file; closing the file, or dying, gives it back.
func acquire(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the broker's lock: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("take the broker's lock %s: %w; another sandbox runs on this folder, stop it or name another", path, err)
	}
	return f, nil
}
