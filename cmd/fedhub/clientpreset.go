package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/presets"
	"github.com/fedhub/fedhub/templates"
)

// A chosenPreset is the preset of --preset, with the values typed for it.
type chosenPreset struct {
	presets.Preset
	answers presets.Answers
}

// chosen is the preset that the flags name, nil without one. The preset of a
// Frappe site does the same as --frappe.
func (a *clientAddCmd) chosen(c *console) (*chosenPreset, error) {
	if a.Preset == "" {
		return nil, nil
	}
	if a.Frappe != "" || a.FromJSON != "" {
		return nil, mistake("use only one of --preset, --frappe and --from-json")
	}
	p, known := presets.Get(a.Preset)
	if !known {
		var keys []string
		for _, p := range presets.All() {
			keys = append(keys, p.Key)
		}
		return nil, mistakef("--preset %s is unknown; the presets are %s", oneLine(a.Preset), strings.Join(keys, ", "))
	}
	address := a.address(c)
	answers, err := p.Ask(address, a.Provider)
	if err != nil {
		return nil, mistakef("--preset %s --url: %s", p.Key, inWords(err))
	}
	if p.Site {
		a.Frappe = address
		return nil, nil
	}
	return &chosenPreset{p, answers}, nil
}

// address is the application's URL, from --url. Without a preset, --url is the
// hub's own URL; with one, the hub's comes from the environment.
func (a *clientAddCmd) address(c *console) string {
	typed, ours := a.URL, strings.TrimSpace(c.env["FEDHUB_URL"])
	if a.URL = ours; typed == ours {
		return ""
	}
	return typed
}

// A presetRow is a preset as the commands print it.
type presetRow struct {
	Preset   string `json:"preset"`
	Name     string `json:"name"`
	URL      string `json:"url"`
	Provider string `json:"provider,omitempty"`
}

// listPresets prints the values of --preset.
func (a *clientAddCmd) listPresets(c *console) error {
	var rows []presetRow
	var cells [][]string
	for _, p := range presets.All() {
		row := presetRow{Preset: p.Key, Name: p.Name, URL: p.URL.Label.In(templates.Sentence, ""), Provider: p.Called.Label.In(templates.Sentence, "")}
		rows = append(rows, row)
		cells = append(cells, []string{row.Preset, row.Name, row.URL, row.Provider})
	}
	return a.print(c, rows, func(w io.Writer) { table(w, []string{"PRESET", "NAME", "--url", "--provider"}, cells) })
}

// enter is what to enter in the application, by its own names.
func (p *chosenPreset) enter(c clients.Client, issuer, secret string) []siteValue {
	if p == nil {
		return nil
	}
	var all []siteValue
	for _, v := range p.Values(presets.At(issuer), c, p.answers, secret) {
		all = append(all, siteValue{v.Field, cmp.Or(v.Text, templates.Sentence("appguide.secret", nil))})
	}
	return all
}

func (p *chosenPreset) print(w io.Writer, c clients.Client, row clientRow) {
	fmt.Fprintf(w, "%s is registered with the client ID %s. Enter these values in %s:\n\n", c.Name, c.ID, p.Name)
	lines := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, v := range row.Enter {
		fmt.Fprintf(lines, "  %s\t%s\n", v.Label, v.Value)
	}
	lines.Flush() //nolint:errcheck // as the lines around it
	for _, note := range p.Notes {
		fmt.Fprintf(w, "\n%s\n", note.In(templates.Sentence, ""))
	}
	if row.Secret != "" {
		fmt.Fprintln(w, "\nThe secret is not shown again.")
	}
}
