// Package admin answers an operator and an orchestrator: is the process alive, is it ready, what does it count.
//
//	GET /healthz          200, or 503 with the reason: a restart would help
//	GET /readyz           200 or 503, with JSON: every stage, partition and door, and how far it is
//	GET /readyz?stage=s   the same of one stage, or of one of its groups
//	GET /metrics          Prometheus, see package metrics
//
// # Invariants
//
//  1. It listens before the first stage begins and until the last one has ended: a restore can be watched, and so can a
//     stop.
//  2. It only reads. There is no request that changes anything, and GET and HEAD are the only methods.
//  3. It shows no secret, no address, no entity and nothing a source sent: stages, partitions, positions, counts. It
//     has no authentication, so it belongs on a network of one's own.
//  4. Alive and ready are apart. A process whose brokers are gone is not ready and alive: a restart would not bring them
//     back. It is not alive where a stage has ended, or is at one transaction for longer than a limit.
//  5. A slow or idle caller holds a connection for a bounded time.
package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// Limits of the server. All it reads is a request line and headers; all it writes is small.
const (
	readTimeout   = 5 * time.Second
	writeTimeout  = 20 * time.Second
	idleTimeout   = 2 * time.Minute // above the usual scrape interval
	headerBytes   = 16 << 10
	shutdownLimit = 3 * time.Second
)

// Server is the endpoint.
type Server struct {
	listener net.Listener
	server   *http.Server
	done     chan struct{}
}

// Listen opens the endpoint at host:port and answers from then on.
func Listen(address, worker string, board *Board, metrics http.Handler, log *slog.Logger) (*Server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &Server{listener: l, done: make(chan struct{}), server: &http.Server{Handler: Handler(worker, board, metrics),
		ReadHeaderTimeout: readTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: headerBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}}
	log.Info("admin endpoint listens", "address", l.Addr().String())
	go func() {
		defer close(s.done)
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("admin endpoint ended", "error", err)
		}
	}()
	return s, nil
}

// Close lets what is being answered end, for a short time.
func (s *Server) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownLimit)
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		_ = s.server.Close() // whoever still reads has waited long enough
	}
	<-s.done
}

// Handler is the endpoint without a port.
func Handler(worker string, board *Board, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if why := board.Stuck(); len(why) > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = fmt.Fprintln(w, strings.Join(why, "; ")) // a caller that is gone needs no answer
			return
		}
		_, _ = fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		stage := r.URL.Query().Get("stage")
		rows, ok := board.Rows(stage)
		if stage != "" && len(rows) == 0 {
			http.Error(w, "this process does not run that stage", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if !ok {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		_ = e.Encode(answer{ok, worker, rows}) // a caller that is gone needs no answer
	})
	return mux
}

// answer is what /readyz says.
type answer struct {
	Ready  bool   `json:"ready"`
	Worker string `json:"worker"`
	Stages []Row  `json:"stages"`
}
