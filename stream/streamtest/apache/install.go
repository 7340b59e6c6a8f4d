package apache

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// ErrMissing says that Java or Maven is not on this machine; the message says what to install.
var ErrMissing = errors.New("apache kafka needs Java 17 or later, and Maven for its first start; on Debian: apt-get install default-jre-headless maven")

// oldestJava is the oldest version of Java that Kafka 4 runs on.
const oldestJava = 17

//go:embed pom.xml
var pom []byte

//go:embed log4j2.properties
var log4j []byte

// Version is the Apache Kafka that is started; pom.xml names it.
var Version = string(regexp.MustCompile(`<kafka.version>(.*)</kafka.version>`).FindSubmatch(pom)[1])

// kit is what a broker is started with.
type kit struct {
	java string // the program
	dir  string // lib with the jars, log4j2.properties
}

// command is a Java program of Kafka's.
func (k kit) command(ctx context.Context, jvm []string, class string, args ...string) *exec.Cmd {
	all := append(jvm, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Dlog4j2.configurationFile="+filepath.Join(k.dir, "log4j2.properties"),
		"-cp", filepath.Join(k.dir, "lib", "*"), class)
	return exec.CommandContext(ctx, k.java, append(all, args...)...)
}

// install returns the kit from the cache, and puts it there first if need be.
func install(ctx context.Context, progress func(string)) (kit, error) {
	java, err := findJava(ctx)
	if err != nil {
		return kit{}, err
	}
	cache, err := cacheDir()
	if err != nil {
		return kit{}, err
	}
	k := kit{java, filepath.Join(cache, "kafka-"+Version)}
	if _, err := os.Stat(k.dir); err == nil {
		return k, nil
	}
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return kit{}, fmt.Errorf("%w (no mvn found)", ErrMissing)
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return kit{}, fmt.Errorf("install kafka: %w", err)
	}
	unlock, err := lock(ctx, filepath.Join(cache, "kafka.lock"))
	if err != nil {
		return kit{}, fmt.Errorf("install kafka: %w", err)
	}
	defer unlock()
	if _, err := os.Stat(k.dir); err == nil {
		return k, nil // the one we waited for did it
	}
	progress(fmt.Sprintf("downloading the jars of Apache Kafka %s by Maven into %s (45 MB, once)", Version, k.dir))
	if err := download(ctx, mvn, cache, k.dir); err != nil {
		return kit{}, fmt.Errorf("install kafka: %w", err)
	}
	return k, nil
}

// findJava finds a Java that is new enough: JAVA_HOME's, else the path's.
func findJava(ctx context.Context) (string, error) {
	java, err := exec.LookPath(filepath.Join(os.Getenv("JAVA_HOME"), "bin", "java"))
	if os.Getenv("JAVA_HOME") == "" || err != nil {
		if java, err = exec.LookPath("java"); err != nil {
			return "", fmt.Errorf("%w (no java found)", ErrMissing)
		}
	}
	out, err := exec.CommandContext(ctx, java, "-version").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w (java -version: %w)", ErrMissing, err)
	}
	m := regexp.MustCompile(`version "(\d+)`).FindSubmatch(out)
	if m == nil {
		return "", fmt.Errorf("%w (java does not say its version)", ErrMissing)
	}
	if n, err := strconv.Atoi(string(m[1])); err != nil || n < oldestJava {
		return "", fmt.Errorf("%w (found Java %s)", ErrMissing, m[1])
	}
	return java, nil
}

func cacheDir() (string, error) {
	if dir := os.Getenv("HOLDFAST_KAFKA_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("install kafka: no cache folder, name one in HOLDFAST_KAFKA_CACHE: %w", err)
	}
	return filepath.Join(dir, "holdfast"), nil
}

// download lets Maven fetch the jars into a folder beside the target and renames that: the target is complete or not
// there at all.
func download(ctx context.Context, mvn, cache, target string) error {
	temp, err := os.MkdirTemp(cache, ".kafka-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	for name, content := range map[string][]byte{"pom.xml": pom, "log4j2.properties": log4j} {
		if err := os.WriteFile(filepath.Join(temp, name), content, 0o644); err != nil {
			return err
		}
	}
	// Strict checksums: a jar that the mirror garbled is an error and no warning.
	cmd := exec.CommandContext(ctx, mvn, "-q", "-B", "-ntp", "-C", "-f", filepath.Join(temp, "pom.xml"), "dependency:copy-dependencies",
		"-DoutputDirectory="+filepath.Join(temp, "lib"), "-DincludeScope=runtime")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = childAttributes()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // mvn is a script with a child
	if err := startChild(cmd); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("mvn: %w; it said:\n%s", err, lastLines(said.Bytes(), 20))
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	return os.Rename(temp, target)
}

// lock waits for a lock file that goes with its holder.
func lock(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = f.Close()
			return nil, err
		}
		if wait(ctx, 100*time.Millisecond); ctx.Err() != nil {
			_ = f.Close()
			return nil, fmt.Errorf("wait for another process that installs: %w", ctx.Err())
		}
	}
}

// wait waits, at most until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// lastLines returns the last n lines of a text.
func lastLines(text []byte, n int) []byte {
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return bytes.Join(lines[max(0, len(lines)-n):], []byte("\n"))
}
