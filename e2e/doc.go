// Package e2e tells what people live through at a hub, in a real browser: the
// way from an app through one hub or two and back, what the Back button and a
// second tab do to it, the administrator's first hour. One file tells one
// story.
//
// It also looks at every page there is, light and dark, wide and narrow: axe
// finds nothing that shuts somebody out, nothing is fetched from elsewhere,
// nothing complains on the console, nothing has to be scrolled sideways.
//
// The stories need Chromium ("apt-get install chromium"). Where it is missing
// they are skipped with a sentence that says so; with CI=true that is a
// failure. With FEDHUB_SHOTS=folder the pages leave pictures of themselves
// there. What the protocol answers to programs is not told here: see the
// stories of package hub.
package e2e
