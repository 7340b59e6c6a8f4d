// Command kafka runs a real Apache Kafka on this machine, in the foreground, for as long as it is wanted:
//
//	go run ./deploy/kafka                    one broker on 127.0.0.1:19092
//	go run ./deploy/kafka -n 3               three, of which any one may die; 19092, 19102, 19112
//	go run ./deploy/kafka -dir DIR           data and logs in DIR and not in a temporary folder
//
// It prints the bootstrap list and what to do with it. Java 17 or later is needed, and Maven for the first start, which
// downloads the jars (45 MB) into the user's cache folder; package stream/streamtest/apache says more.
//
// On standard input it takes faults, one a line: kill N, pause N, resume N, restart N, and ps. They are SIGKILL,
// SIGSTOP, SIGCONT, and a start on the broker's own data. Brokers count from 1. With one broker of three down
// everything goes on; with two down everything waits until one is back, which is correct and no defect.
//
// Ctrl-C or SIGTERM ends the brokers and removes all data that was made here. It is for tests and for a first look:
// plain text on loopback, no passwords, and the data is gone afterwards.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"holdfast.example/stream/streamtest/apache"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	switch {
	case errors.Is(err, errUsage), errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "kafka:", err)
		os.Exit(1)
	}
}

// errUsage marks a wrong command line, which was explained already.
var errUsage = errors.New("usage")

// run starts the cluster and serves it until ctx ends.
func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("kafka", flag.ContinueOnError)
	flags.SetOutput(out)
	brokers := flags.Int("n", 1, "how many brokers: `1 or 3`")
	port := flags.Int("port", 19092, "the first broker's `port`; the next are 10 and 20 higher, a controller is one above each")
	dir := flags.String("dir", "", "`folder` for data and logs; what was made in it is removed at the end (default a temporary one)")
	heap := flags.Int("heap", 512, "each broker's Java heap in `MB`")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 || *brokers != 1 && *brokers != 3 {
		fmt.Fprintln(out, "kafka: -n is 1 or 3, and there are no arguments besides the flags")
		flags.Usage()
		return errUsage
	}
	if *dir != "" {
		var err error
		if *dir, err = filepath.Abs(*dir); err != nil {
			return err
		}
	}
	c, err := apache.Start(ctx, apache.Options{Brokers: *brokers, Port: *port, Dir: *dir, HeapMB: *heap,
		Progress: func(what string) { fmt.Fprintf(out, "%s ...\n", what) }})
	if ctx.Err() != nil && err != nil {
		return nil // stopped while it started
	}
	if err != nil {
		return err
	}
	bootstrap := strings.Join(c.Bootstrap(), ",")
	fmt.Fprintf(out, guide, apache.Version, *brokers, bootstrap, c.Dir(), bootstrap, os.Getpid())
	serve(ctx, c, in, out)
	fmt.Fprintln(out, "stopping ...")
	// Stop leaves a folder that was named, for whoever wants the logs; here all of it goes.
	err = c.Stop()
	for _, s := range c.Ps() {
		err = errors.Join(err, os.RemoveAll(filepath.Dir(s.Log)))
	}
	return err
}

const guide = `Apache Kafka %s, %d broker(s): %s
Data and logs are in %s.

What next, in another terminal:
  make build
  export HOLDFAST_KAFKA_BROKERS=%s
  bin/holdfast topics create
  bin/holdfast topics check
Faults, here: kill N, pause N, resume N, restart N, ps. Ctrl-C (or SIGTERM to process %d) ends it and removes the data.
`

// serve does what the lines of in say, until ctx ends. When in ends, the cluster goes on.
func serve(ctx context.Context, c *apache.Cluster, in io.Reader, out io.Writer) {
	lines := make(chan string)
	go func() { // ends with the process: a read of a terminal cannot be called off
		defer close(lines)
		for scan := bufio.NewScanner(in); scan.Scan(); {
			select {
			case lines <- scan.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case line, ok := <-lines:
			if !ok {
				<-ctx.Done()
				return
			}
			if err := command(ctx, c, strings.Fields(line), out); err != nil && ctx.Err() == nil {
				fmt.Fprintln(out, err)
			}
		}
	}
}

// command does one line.
func command(ctx context.Context, c *apache.Cluster, words []string, out io.Writer) error {
	if len(words) == 0 {
		return nil
	}
	if len(words) == 1 && words[0] == "ps" {
		for _, s := range c.Ps() {
			fmt.Fprintf(out, "%d  %-6s  %-7d  %s  %s\n", s.Broker, s.State, s.PID, s.Address, s.Log)
		}
		return nil
	}
	verbs := map[string]func(int) error{"kill": c.Kill, "pause": c.Pause, "resume": c.Resume,
		"restart": func(i int) error { return c.Restart(ctx, i) }}
	do, known := verbs[words[0]]
	if !known || len(words) != 2 {
		return fmt.Errorf("%q: say kill N, pause N, resume N, restart N or ps", strings.Join(words, " "))
	}
	i, err := strconv.Atoi(words[1])
	if err != nil {
		return fmt.Errorf("%q is no broker: they are 1 to %d", words[1], c.Brokers())
	}
	if err := do(i); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s %d: done\n", words[0], i)
	return nil
}
