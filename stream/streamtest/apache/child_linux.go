package apache

import "syscall"

// childAttributes: a group of its own, so that Ctrl-C at a terminal does not reach it, and death with the thread that
// started it.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func groupAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
