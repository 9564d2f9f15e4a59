package fetch

import (
	"errors"
	"io"
)

// ErrTooLarge says that an answer was longer than 1 MiB after decompression.
var ErrTooLarge = errors.New("fetch: the answer is larger than 1 MiB")

// capped passes on a body up to a size. A longer body is an error, not a
// shorter body: half a document must not be taken for the whole.
type capped struct {
	body io.ReadCloser
	left int64 // bytes that may still come
}

func (c *capped) Read(p []byte) (int, error) {
	// One byte more than allowed is asked for, which tells "just enough"
	// from "too much".
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.body.Read(p)
	if int64(n) > c.left {
		n, c.left = int(c.left), 0
		return n, ErrTooLarge
	}
	c.left -= int64(n)
	return n, err
}

func (c *capped) Close() error { return c.body.Close() }
