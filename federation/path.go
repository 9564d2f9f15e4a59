package federation

import (
	"errors"
	"strings"
)

// A Path leads to one value in a provider's profile of a user, see jsonx.At.
type Path []string

// Bounds of a path; real profiles are not deeper.
const (
	maxPath  = 255 // bytes
	maxSteps = 16
)

var errPath = errors.New(`a path is names separated by dots, like "data.emails.0.address"`)

// ParsePath reads a path as written in Claims. An empty one has no steps and
// finds nothing.
func ParsePath(s string) (Path, error) {
	if s == "" {
		return nil, nil
	}
	path := Path(strings.Split(s, "."))
	if len(s) > maxPath || len(path) > maxSteps || !clean(s) {
		return nil, errPath
	}
	for _, step := range path {
		if step == "" {
			return nil, errPath
		}
	}
	return path, nil
}

// String is the path as it is written.
func (p Path) String() string { return strings.Join(p, ".") }
