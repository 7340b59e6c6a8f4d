package apache

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// tools puts a Java that only says its version and a Maven that runs a script first in the path, and an empty cache
// behind it.
func tools(t *testing.T, maven string) (cache string) {
	t.Helper()
	bin, cache := t.TempDir(), filepath.Join(t.TempDir(), "cache")
	for name, script := range map[string]string{"java": `echo 'openjdk version "17.0.2"' >&2`, "mvn": maven} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("JAVA_HOME", "")
	t.Setenv("HOLDFAST_KAFKA_CACHE", cache)
	return cache
}

// folder finds the folder that Maven is to copy the jars to, in its arguments.
const folder = `for a; do case $a in -DoutputDirectory=*) to=${a#*=};; esac; done; mkdir -p "$to"; `

// At stake: the tests of several packages start at once on a machine that has no jars yet. One downloads, the others
// wait for it, and none sees half of it.
func TestInstallTogether(t *testing.T) {
	cache := tools(t, folder+`echo run >>"$(dirname "$(dirname "$to")")/runs"; echo 1 >"$to/a.jar"; sleep 0.3; echo 2 >"$to/b.jar"`)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			k, err := install(soon(t), func(string) {})
			if err != nil {
				t.Error(err)
				return
			}
			if jars, _ := filepath.Glob(filepath.Join(k.dir, "lib", "*.jar")); len(jars) != 2 {
				t.Errorf("there are %d jars, want 2", len(jars))
			}
			if _, err := os.Stat(filepath.Join(k.dir, "log4j2.properties")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if runs, err := os.ReadFile(filepath.Join(cache, "runs")); err != nil || strings.Count(string(runs), "run") != 1 {
		t.Errorf("maven ran: %q, %v; want it once", runs, err)
	}
}

// At stake: a download that broke off must not be taken for jars by the next start, and Maven's own words are what a
// user needs to mend it.
func TestInstallBreaksOff(t *testing.T) {
	cache := tools(t, folder+`echo 1 >"$to/a.jar"; echo "[ERROR] Could not transfer artifact"; exit 1`)
	if _, err := install(soon(t), func(string) {}); err == nil || !strings.Contains(err.Error(), "Could not transfer artifact") {
		t.Errorf("got %v, want what Maven said", err)
	}
	left, err := os.ReadDir(cache)
	if err != nil || len(left) != 1 || left[0].Name() != "kafka.lock" {
		t.Errorf("left in the cache: %v, %v; want the lock alone", left, err)
	}
}
