package federation

import (
	"errors"
	"strconv"
	"strings"
)

// A Path leads to one place in a provider's description of a person. Its steps
// are names of members and, where a list is, numbers counted from 0.
type Path []string

// Bounds of a path: deeper descriptions are nobody's.
const (
	maxPath  = 255 // bytes
	maxSteps = 8
)

var errPath = errors.New(`a path is names with dots between, like "data.emails.0.address"`)

// ParsePath reads a path as it is written in Claims. An empty one has no steps
// and leads nowhere.
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

// Find follows the path through a JSON value as encoding/json decodes it. A
// member whose name is the rest of the path, dots and all, is found before
// one step inside another: some providers name claims like addresses of web
// pages.
func (p Path) Find(value any) (found any, ok bool) {
	if len(p) == 0 {
		return nil, false
	}
	switch at := value.(type) {
	case map[string]any:
		if found, ok = at[p.String()]; ok {
			return found, true
		}
		if found, ok = at[p[0]]; !ok {
			return nil, false
		}
	case []any:
		i, ok := Index(p[0], len(at))
		if !ok {
			return nil, false
		}
		found = at[i]
	default:
		return nil, false
	}
	if len(p) == 1 {
		return found, true
	}
	return p[1:].Find(found)
}

// Index reads a step as the place in a list of this length.
func Index(step string, length int) (int, bool) {
	i, err := strconv.ParseUint(step, 10, 16)
	if err != nil || int(i) >= length || step != strconv.FormatUint(i, 10) {
		return 0, false
	}
	return int(i), true
}
