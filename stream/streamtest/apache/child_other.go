//go:build unix && !linux

package apache

import "syscall"

// childAttributes: a group of its own. Elsewhere than on Linux only the watcher sees to it that none outlives us.
func childAttributes() *syscall.SysProcAttr { return groupAttributes() }

func groupAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
