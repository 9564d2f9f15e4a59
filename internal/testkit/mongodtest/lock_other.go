//go:build !unix

package mongodtest

// lock does nothing where no mongod is ever fetched.
func lock(string) (unlock func(), err error) { return func() {}, nil }
