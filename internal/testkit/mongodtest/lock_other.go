//go:build !unix

package mongodtest

// lock does nothing on systems for which no mongod is fetched.
func lock(string) (unlock func(), err error) { return func() {}, nil }
