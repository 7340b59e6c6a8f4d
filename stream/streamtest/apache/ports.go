package apache

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"strconv"
)

// errPort marks the error of a broker whose port somebody else has.
var errPort = errors.New("port taken")

// Ports are chosen below 32768, where Linux begins to choose for outgoing connections: a port of a broker that was
// killed must still be free when it comes back.
const (
	lowestPort  = 20_000
	highestPort = 32_000
	portStep    = 10 // between brokers, where the first port is given
)

// choosePorts returns a pair of ports for each broker, its own and its controller's. They are held until release.
func choosePorts(brokers, first int) (ports [][2]int, release func(), err error) {
	var held []net.Listener
	release = func() {
		for _, l := range held {
			_ = l.Close() // nothing was sent or received
		}
		held = nil
	}
	hold := func(port int) bool {
		l, err := net.Listen("tcp4", local(port))
		if err == nil {
			held = append(held, l)
		}
		return err == nil
	}
	for i := range brokers {
		if first != 0 {
			port := first + i*portStep
			if port < 1 || port > 65534 {
				return nil, release, fmt.Errorf("port %d: out of range", port)
			}
			if !hold(port) || !hold(port+1) {
				release()
				return nil, release, fmt.Errorf("%w: broker %d wants %d and %d on 127.0.0.1; name another first port", errPort, i+1, port, port+1)
			}
			ports = append(ports, [2]int{port, port + 1})
			continue
		}
		var pair [2]int
		for k := range pair {
			for try := 0; ; try++ {
				if try == 1000 {
					release()
					return nil, release, fmt.Errorf("%w: found no free port from %d to %d", errPort, lowestPort, highestPort)
				}
				if pair[k] = lowestPort + mathrand.IntN(highestPort-lowestPort); hold(pair[k]) {
					break
				}
			}
		}
		ports = append(ports, pair)
	}
	return ports, release, nil
}

func local(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// newClusterID returns a cluster id as Kafka's own tool makes them: 16 random bytes in base64url.
func newClusterID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[0] &= 0x7f           // ids that begin with '-' are taken for options
	return base64.RawURLEncoding.EncodeToString(b[:])
}
