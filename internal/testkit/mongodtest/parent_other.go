//go:build !linux

package mongodtest

import "syscall"

// Elsewhere the shell that watches is enough.
func dieWithParent() *syscall.SysProcAttr { return nil }
