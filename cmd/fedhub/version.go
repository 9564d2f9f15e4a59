package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

type versionCmd struct {
	format `embed:""`
}

// Run prints the version of this program.
func (v *versionCmd) Run(_ context.Context, c *console) error {
	value := struct {
		Version  string `json:"version"`
		Revision string `json:"revision,omitempty"`
		Go       string `json:"go"`
		Platform string `json:"platform"`
	}{"unknown", "", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		value.Version = cmp.Or(info.Main.Version, "(devel)")
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				value.Revision = s.Value
			}
		}
	}
	return v.print(c, value, func(w io.Writer) {
		fmt.Fprintf(w, "fedhub %s (%s, %s)\n", value.Version, value.Go, value.Platform)
	})
}
