package fetch

import (
	"errors"
	"io"
)

// ErrTooLarge says that an answer was longer than 1 MiB after decompression.
var ErrTooLarge = errors.New("fetch: the answer is larger than 1 MiB")

// capped passes on a body up to a size. A longer body is an error and is not
// cut: half a document must not count as the whole.
type capped struct {
	body io.ReadCloser
	left int64 // bytes that are still allowed
}

func (c *capped) Read(p []byte) (int, error) {
	// Read one byte more than allowed, to notice a body that is too long.
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
