// Package port picks listening addresses on the loopback for the sandbox's servers.
//
// A server that is restarted under the same address, or one that can only be told a number (the embedded S3 gateway,
// the in-process broker), cannot be given port 0. So a port is chosen first: below 32768, where no kernel that we know
// hands out ephemeral ports, and where a listener could be opened a moment ago. Nobody can promise that it is still
// free a moment later; a server that then cannot listen says so, and the sandbox stops with that sentence.
//
// Invariants:
//
//  1. Only 127.0.0.1 is ever named: nothing of the sandbox can be reached from another machine.
//  2. Within a process no port is handed out twice.
package port

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Host is the only address the sandbox listens on.
const Host = "127.0.0.1"

const (
	lowest   = 20000
	highest  = 32000
	attempts = 200
)

var (
	mu    sync.Mutex
	given = map[int]bool{}
)

// Free returns a port on which a listener could be opened just now.
func Free() (int, error) {
	mu.Lock()
	defer mu.Unlock()
	var last error
	for range attempts {
		p := lowest + rand.IntN(highest-lowest)
		if given[p] {
			continue
		}
		l, err := net.Listen("tcp", Address(p))
		if err != nil {
			last = err
			continue
		}
		if err := l.Close(); err != nil {
			return 0, fmt.Errorf("close probe of port %d: %w", p, err)
		}
		given[p] = true
		return p, nil
	}
	return 0, fmt.Errorf("find a free port from %d to %d on %s: %w", lowest, highest, Host, last)
}

// Address returns host:port of a port on the loopback.
func Address(p int) string { return net.JoinHostPort(Host, strconv.Itoa(p)) }
