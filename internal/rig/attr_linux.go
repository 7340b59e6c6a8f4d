package rig

import "syscall"

// ownGroup keeps a Ctrl-C of the terminal away from the children: the rig ends them itself, in its order. Should the rig
// die first, the kernel ends them.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
