package apache

import (
	"io"
	"os/exec"
	"runtime"
	"sync"
)

// starter starts all children. On Linux a child's death signal comes when the thread that started it ends, not the
// process (go.dev/issue/27505), so one goroutine keeps a thread for that and never ends.
var starter = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for do := range work {
			do()
		}
	}()
	return work
})

// startChild starts a command that dies with us.
func startChild(cmd *exec.Cmd) error {
	started := make(chan error, 1)
	starter() <- func() { started <- cmd.Start() }
	return <-started
}

// watcher is a shell that outlives us for a moment. Its standard input ends when we do, however that is.
type watcher struct {
	cmd   *exec.Cmd
	alive io.Closer
}

// watchScript waits for the end of its input, kills the brokers whose process ids stand in the folder, and removes it
// if it is to. Killing a whole group by its leader's id: it was made for the broker alone.
const watchScript = `while read -r line; do :; done
for f in "$1"/broker-*/pid; do
	[ -r "$f" ] && read -r pid <"$f" && kill -KILL -- "-$pid"
done
if [ "$2" = remove ]; then
	for try in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" && exit; sleep 0.3; done
	exit 1
fi`

func watchOver(dir string, remove bool) (*watcher, error) {
	then := "keep"
	if remove {
		then = "remove"
	}
	cmd := exec.Command("/bin/sh", "-c", watchScript, "holdfast-kafka-watcher", dir, then)
	cmd.SysProcAttr = groupAttributes()
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &watcher{cmd, in}, nil
}

// end lets the watcher do its work now and waits for it.
func (w *watcher) end() error {
	_ = w.alive.Close() // a pipe
	return w.cmd.Wait()
}
