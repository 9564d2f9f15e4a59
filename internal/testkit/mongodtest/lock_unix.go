//go:build unix

package mongodtest

import (
	"os"
	"syscall"
)

// lock waits until no other process holds the file. The system releases the lock
// when this process ends, so none is left behind.
func lock(name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
