package mongodtest

import "syscall"

func dieWithParent() *syscall.SysProcAttr {
	// A process group of its own, so that an interrupt from the keyboard does not
	// stop the server before the test.
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
