package mongodtest

import "syscall"

func dieWithParent() *syscall.SysProcAttr {
	// A group of its own, so that an interrupt at the keyboard reaches the
	// test and not the server it is still speaking to.
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
