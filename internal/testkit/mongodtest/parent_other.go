//go:build !linux

package mongodtest

import "syscall"

// On other systems the watching shell is enough.
func dieWithParent() *syscall.SysProcAttr { return nil }
