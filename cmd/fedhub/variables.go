package main

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// unknownVariables refuses FEDHUB_ variables that are no settings: a misspelled
// setting would otherwise do nothing.
func (c *console) unknownVariables() error {
	known := append(variables(reflect.TypeFor[base]()), variables(reflect.TypeFor[server]())...)
	known = append(known, variables(reflect.TypeFor[limits]())...)
	known = append(known, "FEDHUB_SECRET_KEY", "FEDHUB_DATABASE_FILE", "FEDHUB_MAIL_URL", "FEDHUB_MAIL_URL_FILE", "FEDHUB_HTTPS_PROXY", "FEDHUB_HTTPS_PROXY_FILE")
	for _, name := range slices.Sorted(maps.Keys(c.env)) {
		if !strings.HasPrefix(name, "FEDHUB_") || slices.Contains(known, name) || foreign(name, c.env[name]) {
			continue
		}
		if near := nearest(name, known); near != "" {
			return mistakef("%s is not a setting; did you mean %s?", name, near)
		}
		return mistakef("%s is not a setting; remove it, or see fedhub serve --help for the settings", name)
	}
	return nil
}

// foreign variables are set by others. Kubernetes sets some for every service,
// and this one is often called "fedhub".
func foreign(name, value string) bool {
	switch {
	case strings.HasPrefix(name, "FEDHUB_TEST_"), strings.HasPrefix(name, "FEDHUB_SERVICE_"):
		return true
	case name == "FEDHUB_PORT", strings.HasPrefix(name, "FEDHUB_PORT_"):
		return strings.HasPrefix(value, "tcp://") || strings.HasPrefix(value, "udp://") || strings.Contains(name, "_TCP") || strings.Contains(name, "_UDP")
	}
	return false
}

// variables are the names in the tags of a settings type.
func variables(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("setting"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// nearest is the known name that is most like a misspelled one, empty if none
// is.
func nearest(name string, known []string) string {
	best, least := "", len(name)/3
	for _, k := range known {
		if d := distance(name, k); d <= least {
			best, least = k, d-1
		}
	}
	return best
}

// distance is how many letters must be changed, inserted or removed.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
